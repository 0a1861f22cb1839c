#include "http/http_fields.h"

#include "http/http_scan.h"

#include <sails/err.h>

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!http_is_token_char((uint8_t)s.ptr[i])) {
            return false;
        }
    }
    return s.len > 0;
}

static bool is_control(uint8_t c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* Whether a byte of `word` is below 0x20, or 0x7f. (Carries can only report too much, and only where there is
 * one.) */
static bool may_have_control(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t del = word ^ (ones * 0x7f);

    return ((((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & tops) != 0;
}

/* A CR or LF in a value would let whoever made it up write headers, or a whole response. */
static bool is_value(struct str s)
{
    size_t at = 0;

    while (s.len - at >= sizeof(uint64_t)) {
        uint64_t word = 0;

        memcpy(&word, s.ptr + at, sizeof(word));
        if (may_have_control(word)) {
            break; /* a tab, perhaps */
        }
        at += sizeof(word);
    }
    for (; at < s.len; at++) {
        if (is_control((uint8_t)s.ptr[at])) {
            return false;
        }
    }
    return true;
}

bool http_fields_may_have(struct str name, struct str value)
{
    return is_token(name) && is_value(value) && !str_eq_nocase(name, STR("Transfer-Encoding"));
}

/* Room first, so that no half of a line is ever left. */
static int reserve_line(struct buf *fields, struct str name, struct str value)
{
    if (!http_fields_may_have(name, value)) {
        return SAILS_EINVAL;
    }
    if (!buf_reserve(fields, name.len + value.len + sizeof(": \r\n"))) {
        fields->failed = false; /* the caller hears of it, and the lines before are whole */
        return SAILS_ENOMEM;
    }
    return 0;
}

static void append_line(struct buf *fields, struct str name, struct str value)
{
    buf_append_str(fields, name);
    buf_append_str(fields, STR(": "));
    buf_append_str(fields, value);
    buf_append_str(fields, STR("\r\n"));
}

int http_fields_add(struct buf *fields, struct str name, struct str value)
{
    int rc = reserve_line(fields, name, value);

    if (rc == 0) {
        append_line(fields, name, value);
    }
    return rc;
}

static void remove_lines(struct buf *fields, struct str name)
{
    struct str rest = buf_str(fields);
    struct str line, line_name, line_value;
    size_t kept = 0;

    while (http_fields_take_line(&rest, &line, &line_name, &line_value)) {
        if (!str_eq_nocase(line_name, name)) {
            memmove(fields->ptr + kept, line.ptr, line.len);
            kept += line.len;
        }
    }
    fields->len = kept;
}

int http_fields_set(struct buf *fields, struct str name, struct str value)
{
    int rc = reserve_line(fields, name, value);

    if (rc == 0) {
        remove_lines(fields, name);
        append_line(fields, name, value);
    }
    return rc;
}

bool http_fields_is_framing(struct str name)
{
    return str_eq_nocase(name, STR("Connection")) || str_eq_nocase(name, STR("Content-Length")) ||
           str_eq_nocase(name, STR("Date"));
}

bool http_fields_take_line(struct str *rest, struct str *line, struct str *name, struct str *value)
{
    size_t end = str_find(*rest, '\n');
    size_t colon = str_find(*rest, ':');

    if (rest->len == 0) {
        return false;
    }
    *line = (struct str){rest->ptr, end + 1};
    *name = (struct str){rest->ptr, colon};
    *value = (struct str){rest->ptr + colon + 2, (end - 1) - (colon + 2)};
    *rest = str_from_offset(*rest, end + 1);
    return true;
}

bool http_fields_are_lines(struct str lines)
{
    while (lines.len > 0) {
        struct str line = {lines.ptr, str_find(lines, '\n')};
        size_t colon = str_find(line, ':');
        struct str value = {0};

        if (line.len == lines.len || colon + sizeof(": \r") - 1 > line.len ||
            line.ptr[colon + 1] != ' ' || line.ptr[line.len - 1] != '\r') {
            return false;
        }
        value = (struct str){line.ptr + colon + 2, line.len - 1 - (colon + 2)};
        if (!http_fields_may_have((struct str){line.ptr, colon}, value)) {
            return false;
        }
        lines = str_from_offset(lines, line.len + 1);
    }
    return true;
}
