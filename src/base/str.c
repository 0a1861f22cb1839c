#include "base/str.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool str_same_nocase(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (a[i] != b[i] && char_lower(a[i]) != char_lower(b[i])) {
            return false;
        }
    }
    return true;
}

bool str_starts_with(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq((struct str){s.ptr, prefix.len}, prefix);
}

size_t str_find(struct str s, char c)
{
    const char *at = s.len > 0 ? memchr(s.ptr, c, s.len) : NULL;

    return at != NULL ? (size_t)(at - s.ptr) : s.len;
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s = str_from_offset(s, 1);
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool str_take_part(struct str *rest, char separator, struct str *part)
{
    size_t end = str_find(*rest, separator);

    if (rest->ptr == NULL) {
        return false;
    }
    *part = str_trim((struct str){rest->ptr, end});
    if (end == rest->len) {
        *rest = (struct str){NULL, 0};
    } else {
        *rest = str_from_offset(*rest, end + 1);
    }
    return true;
}

bool str_list_has(struct str list, struct str token)
{
    struct str part;

    while (str_take_part(&list, ',', &part)) {
        if (str_eq_nocase(part, token)) {
            return true;
        }
    }
    return false;
}

bool str_to_u64(struct str s, uint64_t max, uint64_t *value)
{
    const uint64_t longest = max / 10; /* that another digit may follow */
    uint64_t sum = 0;

    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        uint64_t digit = (uint64_t)(uint8_t)s.ptr[i] - '0';

        if (digit > 9 || sum > longest || digit > max - sum * 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

size_t str_write_u64(char out[20], uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    memcpy(out, digits + at, sizeof(digits) - at);
    return sizeof(digits) - at;
}
