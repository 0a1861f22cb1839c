#include "base/json_indent.h"

static void break_line(struct buf *out, size_t depth)
{
    buf_append_char(out, '\n');
    for (size_t i = 0; i < depth; i++) {
        buf_append_str(out, STR("  "));
    }
}

/* The length of the string literal that `text` begins with. */
static size_t literal_len(struct str text)
{
    size_t i = 1;

    while (i < text.len && text.ptr[i] != '"') {
        i += text.ptr[i] == '\\' ? 2 : 1;
    }
    return i < text.len ? i + 1 : text.len;
}

static bool is_empty_container(struct str text)
{
    return text.len > 1 && (text.ptr[1] == ']' || text.ptr[1] == '}');
}

/* One token that is no string literal. Returns how many characters of `text` it was. */
static size_t append_token(struct buf *out, struct str text, size_t *depth)
{
    switch (text.ptr[0]) {
    case '{':
    case '[':
        if (is_empty_container(text)) {
            buf_append(out, text.ptr, 2);
            return 2;
        }
        buf_append_char(out, text.ptr[0]);
        break_line(out, ++*depth);
        return 1;
    case '}':
    case ']':
        break_line(out, --*depth);
        break;
    case ',':
        buf_append_char(out, ',');
        break_line(out, *depth);
        return 1;
    case ':':
        buf_append_str(out, STR(": "));
        return 1;
    default:
        break;
    }
    buf_append_char(out, text.ptr[0]);
    return 1;
}

void json_indent(struct buf *out, struct str compact)
{
    size_t depth = 0;

    while (compact.len > 0) {
        size_t len = 0;

        if (compact.ptr[0] == '"') {
            len = literal_len(compact);
            buf_append(out, compact.ptr, len);
        } else {
            len = append_token(out, compact, &depth);
        }
        compact = str_from_offset(compact, len);
    }
}
