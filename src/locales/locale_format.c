#include "locales/locale_format.h"

#include "base/json_value.h"

#include <math.h>

enum {
    PRECISION_MAX = 20
};

/* "%2$.3f": what stands behind the "%". */
struct place {
    size_t position; /* from 1; 0: the next one */
    int precision;   /* -1: none is said */
    char kind;
    size_t len; /* without the "%" */
};

/* The number that `text` begins with, at most `max`; its digits are skipped. False: none. */
static bool take_number(struct str *text, uint64_t max, uint64_t *number)
{
    struct str digits = {text->ptr, 0};

    while (digits.len < text->len && char_is_digit(text->ptr[digits.len])) {
        digits.len++;
    }
    if (!str_to_u64(digits, max, number)) {
        return false;
    }
    *text = str_from_offset(*text, digits.len);
    return true;
}

static bool read_place(struct str text, struct place *place)
{
    struct str rest = text;
    struct str behind = rest;
    uint64_t number = 0;

    *place = (struct place){.precision = -1};
    if (take_number(&behind, 1000, &number) && behind.len > 0 && behind.ptr[0] == '$') {
        if (number == 0) {
            return false;
        }
        place->position = (size_t)number;
        rest = str_from_offset(behind, 1);
    }
    if (rest.len > 0 && rest.ptr[0] == '.') {
        rest = str_from_offset(rest, 1);
        if (!take_number(&rest, PRECISION_MAX, &number)) {
            return false;
        }
        place->precision = (int)number;
    }
    if (rest.len == 0 || strchr("sdifj", rest.ptr[0]) == NULL || rest.ptr[0] == '\0') {
        return false;
    }
    place->kind = rest.ptr[0];
    place->len = text.len - rest.len + 1;
    return true;
}

static void append_number(struct buf *out, const json_t *value)
{
    double number = json_number_value(value);

    if (json_is_integer(value)) {
        buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (fabs(number) < 1e15 && number == floor(number)) {
        buf_printf(out, "%.0f", number);
    } else {
        buf_printf(out, "%.15g", number);
    }
}

static bool append_value(struct buf *out, const struct place *place, const json_t *value)
{
    switch (place->kind) {
    case 's':
        if (json_is_string(value)) {
            buf_append(out, json_string_value(value), json_string_length(value));
            return true;
        }
        if (json_is_number(value)) {
            append_number(out, value);
            return true;
        }
        return json_value_write(out, value) == 0;
    case 'j':
        return json_value_write(out, value) == 0;
    case 'f':
        if (json_is_number(value)) {
            buf_printf(out, "%.*f", place->precision >= 0 ? place->precision : 6,
                       json_number_value(value));
        }
        return json_is_number(value);
    default: /* d, i */
        if (json_is_number(value)) {
            buf_printf(out, "%.0f", trunc(json_number_value(value)));
        }
        return json_is_number(value);
    }
}

void locale_format(struct buf *out, struct str text, const json_t *args)
{
    size_t next = 0;

    while (text.len > 0) {
        size_t plain = str_find(text, '%');
        struct place place;

        buf_append(out, text.ptr, plain);
        text = str_from_offset(text, plain);
        if (text.len == 0) {
            return;
        }
        if (text.len > 1 && text.ptr[1] == '%') {
            buf_append_char(out, '%');
            text = str_from_offset(text, 2);
            continue;
        }
        if (read_place(str_from_offset(text, 1), &place)) {
            size_t at = place.position > 0 ? place.position - 1 : next++;
            const json_t *value = json_array_get(args, at);

            if (value != NULL && append_value(out, &place, value)) {
                text = str_from_offset(text, 1 + place.len);
                continue;
            }
        }
        buf_append_char(out, '%');
        text = str_from_offset(text, 1);
    }
}
