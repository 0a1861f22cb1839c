#include "web/uri_encode.h"

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static void append_encoded(struct buf *out, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned byte = (uint8_t)c;

    buf_append(out, (char[]){'%', digits[byte >> 4], digits[byte & 0xf]}, 3);
}

static bool is_unreserved(char c)
{
    return char_is_alnum(c) || is_one_of(c, "-_.!~*'()");
}

void uri_encode_component(struct buf *out, struct str text)
{
    size_t at = 0;

    while (at < text.len) {
        size_t first = at;

        while (at < text.len && is_unreserved(text.ptr[at])) {
            at++;
        }
        buf_append(out, text.ptr + first, at - first);
        if (at < text.len) {
            append_encoded(out, text.ptr[at++]);
        }
    }
}

/* "%41" at the beginning of the text. */
static bool is_escape(struct str text)
{
    return text.len >= 3 && text.ptr[0] == '%' && char_hex_value(text.ptr[1]) >= 0 &&
           char_hex_value(text.ptr[2]) >= 0;
}

void uri_encode(struct buf *out, struct str url)
{
    for (size_t i = 0; i < url.len; i++) {
        char c = url.ptr[i];
        bool is_plain = c > 0x20 && c < 0x7f && !is_one_of(c, "\"<>`{}%");

        if (is_plain || is_escape(str_from_offset(url, i))) {
            buf_append_char(out, c);
        } else {
            append_encoded(out, c);
        }
    }
}
