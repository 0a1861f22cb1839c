#include "web/disposition.h"

static struct str last_part(struct str path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/') {
            return str_from_offset(path, i);
        }
    }
    return path;
}

struct str disposition_extension(struct str name)
{
    name = last_part(name);
    for (size_t i = name.len; i > 1; i--) {
        if (name.ptr[i - 1] == '.') {
            return str_from_offset(name, i);
        }
    }
    return (struct str){NULL, 0};
}

static bool is_printable(char c)
{
    return c >= 0x20 && c < 0x7f;
}

/* A percent sign with two digits behind it would be decoded by some clients. */
static bool needs_extended(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_printable(name.ptr[i]) || (name.ptr[i] == '%' && name.len - i > 2)) {
            return true;
        }
    }
    return false;
}

/* A '?' for each character that is not ASCII, however many bytes it has. */
static void append_quoted(struct buf *out, struct str name)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_continuation = ((uint8_t)c & 0xc0) == 0x80;

        if (c == '"' || c == '\\') {
            buf_append_char(out, '\\');
        }
        if (is_printable(c)) {
            buf_append_char(out, c);
        } else if (!is_continuation) {
            buf_append_char(out, '?');
        }
    }
    buf_append_char(out, '"');
}

/* RFC 8187 section 3.2.1: attr-char. */
static bool is_attr_char(char c)
{
    return char_is_alnum(c) || (c != '\0' && strchr("!#$&+-.^_`|~", c) != NULL);
}

static void append_extended(struct buf *out, struct str name)
{
    buf_append_str(out, STR("; filename*=UTF-8''"));
    for (size_t i = 0; i < name.len; i++) {
        if (is_attr_char(name.ptr[i])) {
            buf_append_char(out, name.ptr[i]);
        } else {
            buf_printf(out, "%%%02X", (unsigned)(uint8_t)name.ptr[i]);
        }
    }
}

void disposition_write(struct buf *out, struct str name)
{
    name = last_part(name);
    buf_append_str(out, STR("attachment"));
    if (name.len == 0) {
        return;
    }
    buf_append_str(out, STR("; filename="));
    append_quoted(out, name);
    if (needs_extended(name)) {
        append_extended(out, name);
    }
}
