/*
 * str.h - spans: text and bytes that somebody else owns.
 *
 * Purpose    Pass (pointer, length) as one value.
 * Ownership  A span owns nothing; the header that hands one out says how long it holds.
 * Threads    Any.
 * Floor      base.
 *
 * The pointer of an empty span may be NULL. Neither kind is NUL-terminated unless somebody says so.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Text, UTF-8 as a rule; what comes from outside may be anything until it is checked. */
struct str {
    const char *ptr;
    size_t len;
};

struct bytes {
    const uint8_t *ptr;
    size_t len;
};

/* A span of a string literal. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

/* For printf's "%.*s". */
#define STR_FMT(s) (int)(s).len, ((s).len > 0 ? (s).ptr : "")

/* NULL gives an empty span. */
static inline struct str str_from(const char *text)
{
    return (struct str){text, text != NULL ? strlen(text) : 0};
}

static inline struct bytes str_bytes(struct str s)
{
    return (struct bytes){(const uint8_t *)s.ptr, s.len};
}

static inline struct str bytes_str(struct bytes b)
{
    return (struct str){(const char *)b.ptr, b.len};
}

/* Both spans cut at `at`, which is at most the length. */
static inline struct str str_from_offset(struct str s, size_t at)
{
    return at == 0 ? s : (struct str){s.ptr + at, s.len - at};
}

static inline struct bytes bytes_from_offset(struct bytes b, size_t at)
{
    return at == 0 ? b : (struct bytes){b.ptr + at, b.len - at};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Of ASCII only, as in HTTP's names; other bytes stay as they are. */
static inline char char_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static inline char char_upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

static inline bool char_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool char_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool char_is_alnum(char c)
{
    return char_is_letter(c) || char_is_digit(c);
}

/* Of a hexadecimal digit in either case; -1: it is none. */
static inline int char_hex_value(char c)
{
    if (char_is_digit(c)) {
        return c - '0';
    }
    c = char_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of two texts of `len` bytes. */
bool str_same_nocase(const char *a, const char *b, size_t len);

/* ASCII letters compare without case, as HTTP's names do. */
static inline bool str_eq_nocase(struct str a, struct str b)
{
    return a.len == b.len && str_same_nocase(a.ptr, b.ptr, a.len);
}

bool str_starts_with(struct str s, struct str prefix);

/* Offset of the first `c`, or the length. */
size_t str_find(struct str s, char c);

/* Without the blanks and tabs at both ends (HTTP's optional white space). */
struct str str_trim(struct str s);

/*
 * Takes the part before the next `separator` out of *rest, trimmed, and leaves what is behind it.
 * False when nothing is left. "a,,b" gives "a", "" and "b".
 */
bool str_take_part(struct str *rest, char separator, struct str *part);

/* Whether `list`, comma-separated, has `token` (without case), as HTTP's list headers do. */
bool str_list_has(struct str list, struct str token);

/* The digits of a number, without a NUL; how many there are. */
size_t str_write_u64(char out[20], uint64_t value);

/* Decimal digits only, at least one, at most `max`. False leaves *value as it was. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *value);

#endif
