#include "base/json_text.h"

#include "base/macros.h"

#include <assert.h>
#include <sails/err.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The scanner has no stack of calls, so that depth costs a bit a level and cannot be an attack:
 *
 *            +----- , ------+------- , -------+
 *            v              |                 |
 *     KEY --- : ---> VALUE --> AFTER_VALUE ---+---> end, at depth 0
 *      ^               |           ^
 *      +------ { [ ----+           +--- } ] : one level up
 *
 * I1  Bit d-1 of in_object tells what is open at depth d.
 * I2  at <= end, and everything before `at` is valid.
 */
enum scan_state {
    WANT_VALUE,
    WANT_KEY,
    AFTER_VALUE
};

struct scanner {
    const uint8_t *at;
    const uint8_t *end;
    enum scan_state state;
    size_t depth;
    size_t max_depth;
    size_t values_left;
    bool allow_nul_names;
    bool has_nul; /* the string that was scanned last has a NUL in it */
    uint64_t in_object[JSON_TEXT_MAX_DEPTH / 64];
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline void skip_space(struct scanner *s)
{
    while (s->at < s->end && *s->at <= ' ' && is_space(*s->at)) {
        s->at++;
    }
}

size_t json_text_space(struct str text)
{
    size_t n = 0;

    while (n < text.len && is_space((uint8_t)text.ptr[n])) {
        n++;
    }
    return n;
}

/*
 * Bytes of the UTF-8 sequence at `at`, 0 if it is none: RFC 3629 section 4, so neither surrogates,
 * nor overlong forms, nor anything above U+10FFFF.
 */
static size_t utf8_len(const uint8_t *at, const uint8_t *end)
{
    size_t left = (size_t)(end - at);
    uint8_t lead = at[0];
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    uint8_t low = 0x80;
    uint8_t high = 0xbf;

    if (lead < 0xc2 || lead > 0xf4 || left < len) {
        return 0;
    }
    low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : low;
    high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : high;
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

/* Eight bytes, the first of them lowest: compilers see that it is one load. */
static uint64_t load(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* Of each byte of `word` the top bit, where it is '"', '\\', a control character or not ASCII. (Carries can
 * only report too much, and only above a byte that is reported rightly.) */
static uint64_t find_special(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t quote = word ^ (ones * '"');
    uint64_t backslash = word ^ (ones * '\\');

    return (word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & tops;
}

static bool is_plain(uint8_t c)
{
    /* Bit c % 64 of word c / 64: from the blank to DEL without '"' and '\\'. */
    static const uint64_t plain[4] = {UINT64_C(0xfffffffb00000000), UINT64_C(0xffffffffefffffff)};

    return (plain[c / 64] >> (c % 64) & 1) != 0;
}

/* The first byte in [at, end) that is not plain text of a string. */
static const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 8) {
        uint64_t special = find_special(load(at));

        if (special != 0) {
            return at + __builtin_ctzll(special) / 8;
        }
        at += 8;
    }
    while (at < end && is_plain(*at)) {
        at++;
    }
    return at;
}

size_t json_text_plain(struct str text)
{
    const uint8_t *at = (const uint8_t *)text.ptr;

    return text.len > 0 ? (size_t)(skip_plain(at, at + text.len) - at) : 0;
}

/* Bytes of the escape at the backslash `at`, 0 if it is none. */
static size_t escape_len(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 2) {
        return 0;
    }
    if (at[1] != 'u') {
        return at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL ? 2 : 0;
    }
    if (end - at < 6) {
        return 0;
    }
    for (size_t i = 2; i < 6; i++) {
        if (char_hex_value((char)at[i]) < 0) {
            return 0;
        }
    }
    return 6;
}

/* `len`: as escape_len() has found it. */
static bool is_nul_escape(const uint8_t *at, size_t len)
{
    return len == 6 && memcmp(at + 2, "0000", 4) == 0;
}

static int scan_string(struct scanner *s)
{
    const uint8_t *at = s->at + 1;

    s->has_nul = false;
    for (;;) {
        size_t len = 0;

        at = skip_plain(at, s->end);
        if (at == s->end) {
            return SAILS_EJSON;
        }
        if (*at == '"') {
            s->at = at + 1;
            return 0;
        }
        if (*at == '\\') {
            len = escape_len(at, s->end);
            s->has_nul |= is_nul_escape(at, len);
        } else if (*at >= 0x80) {
            len = utf8_len(at, s->end);
        }
        if (len == 0) {
            return SAILS_EJSON;
        }
        at += len;
    }
}

/* At least one digit. */
static bool scan_digits(struct scanner *s)
{
    const uint8_t *first = s->at;

    while (s->at < s->end && char_is_digit((char)*s->at)) {
        s->at++;
    }
    return s->at > first;
}

static bool take(struct scanner *s, char c)
{
    if (s->at < s->end && *s->at == (uint8_t)c) {
        s->at++;
        return true;
    }
    return false;
}

static int scan_number(struct scanner *s)
{
    take(s, '-');
    if (!take(s, '0') && !scan_digits(s)) {
        return SAILS_EJSON;
    }
    if (take(s, '.') && !scan_digits(s)) {
        return SAILS_EJSON;
    }
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+')) {
            take(s, '-');
        }
        if (!scan_digits(s)) {
            return SAILS_EJSON;
        }
    }
    return 0;
}

static int scan_word(struct scanner *s, struct str word)
{
    if ((size_t)(s->end - s->at) < word.len || memcmp(s->at, word.ptr, word.len) != 0) {
        return SAILS_EJSON;
    }
    s->at += word.len;
    return 0;
}

static bool is_in_object(const struct scanner *s)
{
    return (s->in_object[(s->depth - 1) / 64] >> ((s->depth - 1) % 64) & 1) != 0;
}

static void scanner_check(const struct scanner *s)
{
    assert(s->at <= s->end);                                           /* I2 */
    assert(s->depth <= s->max_depth);                                  /* I1: it has a bit */
    assert(s->state != WANT_KEY || (s->depth > 0 && is_in_object(s))); /* I1 */
    (void)s;
}

static int on_open(struct scanner *s, bool is_object)
{
    uint64_t bit = UINT64_C(1) << (s->depth % 64);
    uint64_t *word = &s->in_object[s->depth / 64];

    if (s->depth >= s->max_depth) {
        return SAILS_ETOOBIG;
    }
    if (s->depth % 64 == 0) {
        *word = 0; /* the first use of this word */
    }
    *word = is_object ? *word | bit : *word & ~bit;
    s->depth++;
    s->at++;
    skip_space(s);
    if (take(s, is_object ? '}' : ']')) {
        s->depth--;
        s->state = AFTER_VALUE;
    } else {
        s->state = is_object ? WANT_KEY : WANT_VALUE;
    }
    return 0;
}

static int on_value(struct scanner *s)
{
    skip_space(s);
    if (s->at == s->end) {
        return SAILS_EJSON;
    }
    if (s->values_left == 0) {
        return SAILS_ETOOBIG;
    }
    s->values_left--;
    s->state = AFTER_VALUE;
    switch (*s->at) {
    case '"':
        return scan_string(s);
    case '{':
        return on_open(s, true);
    case '[':
        return on_open(s, false);
    case 't':
        return scan_word(s, STR("true"));
    case 'f':
        return scan_word(s, STR("false"));
    case 'n':
        return scan_word(s, STR("null"));
    default:
        return scan_number(s);
    }
}

static int on_key(struct scanner *s)
{
    skip_space(s);
    if (s->at == s->end || *s->at != '"' || scan_string(s) < 0) {
        return SAILS_EJSON;
    }
    if (s->has_nul && !s->allow_nul_names) {
        return SAILS_EJSON; /* c_text.h */
    }
    skip_space(s);
    s->state = WANT_VALUE;
    return take(s, ':') ? 0 : SAILS_EJSON;
}

static int on_after_value(struct scanner *s)
{
    skip_space(s);
    if (take(s, ',')) {
        s->state = is_in_object(s) ? WANT_KEY : WANT_VALUE;
        return 0;
    }
    if (take(s, is_in_object(s) ? '}' : ']')) {
        s->depth--;
        return 0;
    }
    return SAILS_EJSON;
}

int json_text_scan(struct str text, const struct json_limits *limits, size_t *extent)
{
    size_t max_depth = limits->max_depth;
    struct scanner s; /* in_object is written before it is read (I1): not worth clearing */
    int rc = 0;

    if (text.len == 0) {
        return SAILS_EJSON;
    }
    s.at = (const uint8_t *)text.ptr;
    s.end = s.at + text.len;
    s.state = WANT_VALUE;
    s.depth = 0;
    s.has_nul = false;
    s.allow_nul_names = limits->allow_nul_names;
    s.values_left = limits->max_values > 0 ? limits->max_values : SIZE_MAX;
    s.max_depth = max_depth < JSON_TEXT_MAX_DEPTH ? max_depth : JSON_TEXT_MAX_DEPTH;
    while (rc == 0 && !(s.state == AFTER_VALUE && s.depth == 0)) {
        switch (s.state) {
        case WANT_VALUE:
            rc = on_value(&s);
            break;
        case WANT_KEY:
            rc = on_key(&s);
            break;
        case AFTER_VALUE:
            rc = on_after_value(&s);
            break;
        }
        scanner_check(&s);
    }
    if (rc == 0) {
        *extent = (size_t)(s.at - (const uint8_t *)text.ptr);
    }
    return rc;
}

int json_text_check(struct str text, const struct json_limits *limits)
{
    size_t extent = 0;
    int rc = json_text_scan(text, limits, &extent);

    if (rc < 0) {
        return rc;
    }
    text = str_from_offset(text, extent);
    return json_text_space(text) == text.len ? 0 : SAILS_EJSON;
}

/* ---- strings ---- */

bool json_text_has_nul(struct str literal)
{
    const uint8_t *at = (const uint8_t *)literal.ptr;
    const uint8_t *end = at + literal.len;

    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        size_t len = escape_len(at, end);

        if (is_nul_escape(at, len)) {
            return true;
        }
        at += len;
    }
    return false;
}

static uint32_t code_unit(const uint8_t *at)
{
    uint32_t unit = 0;

    for (size_t i = 2; i < 6; i++) {
        unit = unit << 4 | (uint32_t)char_hex_value((char)at[i]);
    }
    return unit;
}

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static bool is_high_surrogate(uint32_t c)
{
    return c >= 0xd800 && c < 0xdc00;
}

static bool is_low_surrogate(uint32_t c)
{
    return c >= 0xdc00 && c < 0xe000;
}

/* The escape at *at, which moves behind it, and behind the second half of a surrogate pair. */
static uint32_t decode_escape(const uint8_t **at, const uint8_t *end)
{
    static const char names[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";
    const uint8_t *p = *at;
    uint32_t c = 0;

    if (p[1] != 'u') {
        const char *name = strchr(names, p[1]);

        *at = p + 2;
        return name != NULL ? (uint32_t)(uint8_t)meanings[name - names] : p[1];
    }
    c = code_unit(p);
    *at = p + 6;
    if (is_high_surrogate(c) && end - *at >= 6 && p[6] == '\\' && p[7] == 'u') {
        uint32_t low = code_unit(*at);

        if (is_low_surrogate(low)) {
            *at = p + 12;
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return is_high_surrogate(c) || is_low_surrogate(c) ? 0xfffd : c;
}

size_t json_text_decode(struct str literal, char *out)
{
    const uint8_t *at = (const uint8_t *)literal.ptr + 1;
    const uint8_t *end = (const uint8_t *)literal.ptr + literal.len - 1;
    size_t len = 0;

    while (at < end) {
        const uint8_t *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash != NULL ? backslash : end) - at);

        memcpy(out + len, at, plain);
        len += plain;
        at += plain;
        if (at < end) {
            len += put_utf8(decode_escape(&at, end), out + len);
        }
    }
    return len;
}
