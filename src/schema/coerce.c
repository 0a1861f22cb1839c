#include "schema/coerce.h"

#include "base/json_parse.h"
#include "base/json_write.h"
#include "base/mem.h"

#include <math.h>
#include <sails/err.h>

static int give(json_t *value, json_t **out)
{
    if (value == NULL) {
        return SAILS_ENOMEM;
    }
    *out = value;
    return 0;
}

/* ---- string ---- */

static int text_of_number(const json_t *value, json_t **out)
{
    struct buf text = {0};
    json_t *string = NULL;

    if (json_is_integer(value)) {
        json_write_integer(&text, json_integer_value(value));
    } else {
        json_write_real(&text, json_real_value(value));
    }
    if (buf_error(&text) == 0) {
        string = json_stringn(text.ptr, text.len);
    }
    buf_deinit(&text);
    return give(string, out);
}

int coerce_to_string(json_t *value, json_t **out)
{
    if (json_is_string(value)) {
        return give(json_incref(value), out);
    }
    if (json_is_number(value)) {
        return text_of_number(value, out);
    }
    if (json_is_boolean(value)) {
        return give(json_string(json_is_true(value) ? "true" : "false"), out);
    }
    return SAILS_EINVAL;
}

/* ---- number ---- */

static int make_number(double number, json_t **out)
{
    const double exact_below = 9007199254740992.0; /* 2^53 */

    if (!isfinite(number)) {
        return SAILS_EINVAL;
    }
    if (number == floor(number) && fabs(number) <= exact_below) {
        return give(json_integer((json_int_t)number), out);
    }
    return give(json_real(number), out);
}

/* Of "0x", "0o" or "0b"; 0: `text` begins with none of them. */
static unsigned radix_of(struct str text)
{
    if (text.len < 3 || text.ptr[0] != '0') {
        return 0;
    }
    switch (text.ptr[1] | 0x20) {
    case 'x':
        return 16;
    case 'o':
        return 8;
    case 'b':
        return 2;
    default:
        return 0;
    }
}

static int read_radix(struct str digits, unsigned radix, json_t **out)
{
    double number = 0;

    for (size_t i = 0; i < digits.len; i++) {
        int digit = char_hex_value(digits.ptr[i]);

        if (digit < 0 || (unsigned)digit >= radix) {
            return SAILS_EINVAL;
        }
        number = number * radix + digit;
    }
    return make_number(number, out);
}

static struct str take_digits(struct str *rest)
{
    struct str digits = {rest->ptr, 0};

    while (digits.len < rest->len && char_is_digit(rest->ptr[digits.len])) {
        digits.len++;
    }
    *rest = str_from_offset(*rest, digits.len);
    return digits;
}

static bool take_char(struct str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c) {
        return false;
    }
    *rest = str_from_offset(*rest, 1);
    return true;
}

/* JSON wants a digit on each side of the point, and no zeros in front. */
static void write_mantissa(struct buf *json, struct str whole, struct str fraction)
{
    while (whole.len > 0 && whole.ptr[0] == '0') {
        whole = str_from_offset(whole, 1);
    }
    buf_append_str(json, whole.len > 0 ? whole : STR("0"));
    if (fraction.len > 0) {
        buf_append_char(json, '.');
        buf_append_str(json, fraction);
    }
}

/* The exponent, if there is one, and nothing behind it. */
static bool write_exponent(struct buf *json, struct str rest)
{
    if (rest.len == 0) {
        return true;
    }
    if (!take_char(&rest, 'e') && !take_char(&rest, 'E')) {
        return false;
    }
    buf_append_char(json, 'e');
    if (take_char(&rest, '-')) {
        buf_append_char(json, '-');
    } else {
        take_char(&rest, '+');
    }
    struct str digits = take_digits(&rest);

    buf_append_str(json, digits);
    return digits.len > 0 && rest.len == 0;
}

/* What JavaScript's Number() takes, as JSON writes it: "+5" is 5, ".5" is 0.5, "007" is 7. */
static bool write_decimal(struct buf *json, struct str rest)
{
    struct str fraction = {NULL, 0};

    if (take_char(&rest, '-')) {
        buf_append_char(json, '-');
    } else {
        take_char(&rest, '+');
    }
    struct str whole = take_digits(&rest);

    if (take_char(&rest, '.')) {
        fraction = take_digits(&rest);
    }
    if (whole.len + fraction.len == 0) {
        return false;
    }
    write_mantissa(json, whole, fraction);
    return write_exponent(json, rest);
}

static int read_decimal(struct str text, json_t **out)
{
    struct buf json = {0};
    json_t *parsed = NULL;
    int rc = write_decimal(&json, text) ? buf_error(&json) : SAILS_EINVAL;

    if (rc == 0) {
        rc = json_parse(buf_str(&json), &(struct json_limits){.max_depth = 1}, &parsed);
    }
    if (rc == 0) {
        /* null: JavaScript takes it for Infinity */
        rc = json_is_null(parsed) ? SAILS_EINVAL : make_number(json_number_value(parsed), out);
    }
    json_decref(parsed);
    buf_deinit(&json);
    return rc;
}

static int read_number(struct str text, json_t **out)
{
    unsigned radix = radix_of(text);

    return radix != 0 ? read_radix(str_from_offset(text, 2), radix, out) : read_decimal(text, out);
}

int coerce_to_number(json_t *value, json_t **out)
{
    if (json_is_number(value)) {
        return give(json_incref(value), out);
    }
    if (json_is_boolean(value)) {
        return give(json_integer(json_is_true(value) ? 1 : 0), out);
    }
    if (json_is_string(value)) {
        struct str text = {json_string_value(value), json_string_length(value)};

        return read_number(text, out);
    }
    return SAILS_EINVAL;
}

/* ---- boolean ---- */

int coerce_to_boolean(json_t *value, json_t **out)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    bool is_number = json_is_number(value);
    double number = json_number_value(value);

    if (json_is_boolean(value)) {
        return give(json_incref(value), out);
    }
    if ((is_number && number == 1) || str_eq(text, STR("1")) || str_eq(text, STR("true"))) {
        return give(json_true(), out);
    }
    if ((is_number && number == 0) || str_eq(text, STR("0")) || str_eq(text, STR("false"))) {
        return give(json_false(), out);
    }
    return SAILS_EINVAL;
}
