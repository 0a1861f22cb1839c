#include "http/url.h"

#include <sails/err.h>

/* The byte that "%41" at `at` stands for; -1: it is no such thing, or NUL, which would end text. */
static int decode_at(struct str s, size_t at)
{
    int high = at + 2 < s.len ? char_hex_value(s.ptr[at + 1]) : -1;
    int low = at + 2 < s.len ? char_hex_value(s.ptr[at + 2]) : -1;

    return high < 0 || low < 0 || high + low == 0 ? -1 : high * 16 + low;
}

/* How many of the first bytes stand for themselves. */
static size_t count_plain(struct str s)
{
    size_t n = 0;

    while (n < s.len && s.ptr[n] != '%' && s.ptr[n] != '+' && s.ptr[n] != '\0') {
        n++;
    }
    return n;
}

/* Takes one byte, or three, off *s. 0, SAILS_EINVAL. */
static int decode_special(struct buf *out, struct str *s, bool plus_is_space, bool strict)
{
    int byte = s->ptr[0] == '%' ? decode_at(*s, 0) : (unsigned char)s->ptr[0];
    size_t used = s->ptr[0] == '%' && byte >= 0 ? 3 : 1;

    if (strict && byte <= 0) {
        return SAILS_EINVAL;
    }
    if (byte < 0) {
        byte = '%';
    } else if (used == 1 && plus_is_space && byte == '+') {
        byte = ' ';
    }
    buf_append_char(out, (char)byte);
    *s = str_from_offset(*s, used);
    return 0;
}

int url_decode(struct buf *out, struct str s, bool plus_is_space, bool strict)
{
    size_t len = out->len;

    while (s.len > 0) {
        size_t plain = count_plain(s);

        buf_append(out, s.ptr, plain);
        s = str_from_offset(s, plain);
        if (s.len > 0 && decode_special(out, &s, plus_is_space, strict) < 0) {
            out->len = len;
            return SAILS_EINVAL;
        }
    }
    return buf_error(out);
}

bool url_take_pair(struct str *rest, struct str *name, struct str *value)
{
    while (rest->len > 0) {
        struct str pair = {rest->ptr, str_find(*rest, '&')};
        size_t mark = str_find(pair, '=');

        *rest = str_from_offset(*rest, pair.len < rest->len ? pair.len + 1 : pair.len);
        if (pair.len > 0) {
            *name = (struct str){pair.ptr, mark};
            *value = mark < pair.len ? str_from_offset(pair, mark + 1) : (struct str){0};
            return true;
        }
    }
    return false;
}

/* Whether `raw`, decoded, is `name`; SAILS_ENOMEM. Most names need no decoding. */
static int is_name(struct str raw, struct str name)
{
    struct buf decoded = {0};
    int rc = 0;

    if (str_find(raw, '%') == raw.len && str_find(raw, '+') == raw.len) {
        return str_eq(raw, name);
    }
    rc = url_decode(&decoded, raw, true, false);
    if (rc == 0) {
        rc = str_eq(buf_str(&decoded), name);
    }
    buf_deinit(&decoded);
    return rc;
}

int url_query_get(struct buf *out, struct str query, struct str name)
{
    struct str rest = query;
    struct str pair_name, pair_value;
    struct str last = {0};
    bool found = false;

    while (url_take_pair(&rest, &pair_name, &pair_value)) {
        int rc = is_name(pair_name, name);

        if (rc < 0) {
            return rc;
        }
        if (rc > 0) {
            last = pair_value;
            found = true;
        }
    }
    if (!found) {
        return 0;
    }
    return url_decode(out, last, true, false) < 0 ? SAILS_ENOMEM : 1;
}
