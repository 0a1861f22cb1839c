#include "base/json_parse.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <langinfo.h>
#include <math.h>
#include <sails/err.h>

/*
 * The text is valid and its depth bounded before anything is built. So the reader below follows
 * the grammar without checks, calls itself for each level, and can only fail for want of memory.
 */
struct reader {
    const char *at;
    const char *end;
};

static json_t *read_value(struct reader *r);

static void skip_space(struct reader *r)
{
    r->at += json_text_space((struct str){r->at, (size_t)(r->end - r->at)});
}

/* The string literal at r->at; `escaped` tells whether it must be decoded. */
static struct str take_literal(struct reader *r, bool *escaped)
{
    const char *first = r->at++;

    *escaped = false;
    while (*r->at != '"') {
        if (*r->at == '\\') {
            *escaped = true;
            r->at++;
        }
        r->at++;
    }
    r->at++;
    return (struct str){first, (size_t)(r->at - first)};
}

/* The text of the literal at r->at; *owned is to be freed. False: no memory. */
static bool read_text(struct reader *r, struct str *text, char **owned)
{
    bool escaped = false;
    struct str literal = take_literal(r, &escaped);

    *owned = NULL;
    if (!escaped) {
        *text = (struct str){literal.ptr + 1, literal.len - 2};
        return true;
    }
    *owned = mem_alloc(literal.len);
    if (*owned == NULL) {
        return false;
    }
    *text = (struct str){*owned, json_text_decode(literal, *owned)};
    return true;
}

static json_t *read_string(struct reader *r)
{
    struct str text;
    char *owned = NULL;
    json_t *value = NULL;

    if (read_text(r, &text, &owned)) {
        value = json_stringn_nocheck(text.ptr, text.len);
    }
    mem_free(owned);
    return value;
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* strtod() wants a NUL, and the locale's point. */
static json_t *read_real(struct str number)
{
    char few[64];
    size_t point = str_find(number, '.');
    struct str locale_point = str_from(nl_langinfo(RADIXCHAR));
    size_t size = number.len + locale_point.len + 1;
    char *text = size <= sizeof(few) ? few : mem_alloc(size);
    double value = 0;

    if (text == NULL) {
        return NULL;
    }
    memcpy(text, number.ptr, point);
    if (point < number.len) {
        size_t rest = number.len - point - 1;

        memcpy(text + point, locale_point.ptr, locale_point.len);
        memcpy(text + point + locale_point.len, number.ptr + point + 1, rest);
        point += locale_point.len + rest;
    }
    text[point] = '\0';
    value = strtod(text, NULL);
    if (text != few) {
        mem_free(text);
    }
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *read_number(struct reader *r)
{
    struct str number = {r->at, 0};
    bool negative = *r->at == '-';
    uint64_t magnitude = 0;

    while (r->at < r->end && is_number_char(*r->at)) {
        r->at++;
    }
    number.len = (size_t)(r->at - number.ptr);
    if (str_to_u64(str_from_offset(number, negative ? 1 : 0), INT64_MAX, &magnitude)) {
        return json_integer(negative ? -(json_int_t)magnitude : (json_int_t)magnitude);
    }
    return read_real(number);
}

/* What is left of an array: its elements, behind the bracket or another element. */
static json_t *read_elements(struct reader *r)
{
    json_t *array = json_array();

    skip_space(r);
    if (*r->at == ',') {
        r->at++;
    }
    while (array != NULL && *r->at != ']') {
        if (json_array_append_new(array, read_value(r)) < 0) {
            json_decref(array);
            return NULL;
        }
        skip_space(r);
        if (*r->at == ',') {
            r->at++;
        }
    }
    r->at++;
    return array;
}

static json_t *read_array(struct reader *r)
{
    r->at++;
    return read_elements(r);
}

static bool read_member(struct reader *r, json_t *object)
{
    struct str name;
    char *owned = NULL;
    bool done = false;

    if (!read_text(r, &name, &owned)) {
        return false;
    }
    skip_space(r);
    r->at++; /* the colon */
    done = json_object_setn_new_nocheck(object, name.ptr, name.len, read_value(r)) == 0;
    mem_free(owned);
    return done;
}

static json_t *read_object(struct reader *r)
{
    json_t *object = json_object();

    r->at++;
    skip_space(r);
    while (object != NULL && *r->at != '}') {
        if (!read_member(r, object)) {
            json_decref(object);
            return NULL;
        }
        skip_space(r);
        if (*r->at == ',') {
            r->at++;
            skip_space(r);
        }
    }
    r->at++;
    return object;
}

static json_t *read_value(struct reader *r)
{
    skip_space(r);
    switch (*r->at) {
    case '{':
        return read_object(r);
    case '[':
        return read_array(r);
    case '"':
        return read_string(r);
    case 't':
        r->at += sizeof("true") - 1;
        return json_true();
    case 'f':
        r->at += sizeof("false") - 1;
        return json_false();
    case 'n':
        r->at += sizeof("null") - 1;
        return json_null();
    default:
        return read_number(r);
    }
}

json_t *json_parse_next(struct str *rest)
{
    struct reader r = {rest->ptr, rest->ptr + rest->len};
    json_t *value = read_value(&r);

    if (value != NULL) {
        *rest = (struct str){r.at, (size_t)(r.end - r.at)};
    }
    return value;
}

json_t *json_parse_valid(struct str text)
{
    return json_parse_next(&text);
}

int json_parse(struct str text, const struct json_limits *limits, json_t **value)
{
    json_t *read = NULL;
    int rc = json_text_check(text, limits);

    assert(!limits->allow_nul_names);
    if (rc < 0) {
        return rc;
    }
    read = json_parse_valid(text);
    if (read == NULL) {
        return SAILS_ENOMEM;
    }
    *value = read;
    return 0;
}

int json_parse_elements(struct str array, size_t n_skipped, json_t **value)
{
    struct str rest = json_text_elements(array);
    struct str element;
    struct reader r;
    json_t *read = NULL;

    while (n_skipped > 0 && json_text_next(&rest, &element)) {
        n_skipped--;
    }
    r = (struct reader){rest.ptr, rest.ptr + rest.len};
    read = read_elements(&r);
    if (read == NULL) {
        return SAILS_ENOMEM;
    }
    *value = read;
    return 0;
}
