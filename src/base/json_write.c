#include "base/json_write.h"

#include "base/json_text.h"
#include "base/utf8.h"

#include <float.h>
#include <math.h>
#include <sails/err.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_plain(char c)
{
    return (uint8_t)c >= 0x20 && c != '"' && c != '\\';
}

/* JSON.stringify's escapes: the short ones where there are any, else \u00xx in lower case. */
static void write_escape(struct buf *out, uint8_t c)
{
    static const char digits[] = "0123456789abcdef";
    static const char escaped[] = "\b\f\n\r\t\"\\";
    static const char names[] = "bfnrt\"\\";
    const char *at = c != '\0' ? strchr(escaped, c) : NULL;

    if (at != NULL) {
        buf_append(out, (char[]){'\\', names[at - escaped]}, 2);
    } else {
        buf_append(out, (char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 0xf]}, 6);
    }
}

/* Nearly all text: as it is. */
static void write_plain(struct buf *out, struct str text)
{
    if (buf_reserve(out, text.len + 2)) {
        char *end = out->ptr + out->len;

        end[0] = '"';
        if (text.len > 0) {
            memcpy(end + 1, text.ptr, text.len);
        }
        end[text.len + 1] = '"';
        out->len += text.len + 2;
    }
}

static int write_any(struct buf *out, struct str text)
{
    size_t at = 0;

    if (!utf8_is_valid(str_bytes(text))) {
        return SAILS_EJSON;
    }
    buf_reserve(out, text.len + 2);
    buf_append_char(out, '"');
    while (at < text.len) {
        size_t first = at;

        while (at < text.len && is_plain(text.ptr[at])) {
            at++;
        }
        buf_append(out, text.ptr + first, at - first);
        if (at < text.len) {
            write_escape(out, (uint8_t)text.ptr[at++]);
        }
    }
    buf_append_char(out, '"');
    return buf_error(out);
}

int json_write_string(struct buf *out, struct str text)
{
    if (json_text_plain(text) < text.len) {
        return write_any(out, text);
    }
    write_plain(out, text);
    return buf_error(out);
}

enum {
    MAX_DIGITS = 17 /* always enough for a double */
};

/* A number as 0.d1d2d3... times 10 to the power of `point`. */
struct decimal {
    char digits[MAX_DIGITS + 1];
    int n_digits;
    int point;
};

/*
 * The shortest digits that read back as `value`. 15 digits always survive the way into a double and
 * back, so if 15 are enough, the zeros at their end are the only ones too many; not so among the
 * subnormal numbers, which have fewer bits. Whatever the locale puts for the point is one that
 * strtod() reads, and is skipped here.
 */
static struct decimal shortest(double value)
{
    struct decimal d = {.n_digits = 0};
    char text[40];
    const char *at = text;

    for (int n = value < DBL_MIN ? 1 : 15; n <= MAX_DIGITS; n++) {
        snprintf(text, sizeof(text), "%.*e", n - 1, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            d.digits[d.n_digits++] = *at;
        }
    }
    d.point = (int)strtol(at + 1, NULL, 10) + 1;
    while (d.n_digits > 1 && d.digits[d.n_digits - 1] == '0') {
        d.n_digits--;
    }
    return d;
}

static void write_zeros(struct buf *out, int n)
{
    for (int i = 0; i < n; i++) {
        buf_append_char(out, '0');
    }
}

/* ECMA-262, Number::toString. */
static void write_decimal(struct buf *out, const struct decimal *d)
{
    size_t n = (size_t)d->n_digits;

    if (d->point > 21 || d->point < -5) {
        int exponent = d->point - 1;

        buf_append(out, d->digits, 1);
        if (n > 1) {
            buf_append_char(out, '.');
            buf_append(out, d->digits + 1, n - 1);
        }
        buf_append_str(out, exponent < 0 ? STR("e-") : STR("e+"));
        buf_append_u64(out, (uint64_t)(exponent < 0 ? -exponent : exponent));
    } else if (d->point >= d->n_digits) {
        buf_append(out, d->digits, n);
        write_zeros(out, d->point - d->n_digits);
    } else if (d->point > 0) {
        buf_append(out, d->digits, (size_t)d->point);
        buf_append_char(out, '.');
        buf_append(out, d->digits + d->point, n - (size_t)d->point);
    } else {
        buf_append_str(out, STR("0."));
        write_zeros(out, -d->point);
        buf_append(out, d->digits, n);
    }
}

void json_write_integer(struct buf *out, int64_t value)
{
    if (value < 0) {
        buf_append_char(out, '-');
    }
    buf_append_u64(out, value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value);
}

void json_write_real(struct buf *out, double value)
{
    const double exact = 9007199254740992.0; /* 2^53: integers up to here need no search */
    struct decimal d;

    if (!isfinite(value)) {
        buf_append_str(out, STR("null"));
        return;
    }
    if (value > -exact && value < exact && value == (double)(int64_t)value) {
        json_write_integer(out, (int64_t)value);
        return;
    }
    if (value < 0) {
        buf_append_char(out, '-');
        value = -value;
    }
    d = shortest(value);
    write_decimal(out, &d);
}
