#include "orm/value_fit.h"

#include "base/hash.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "schema/coerce.h"
#include "schema/inspect.h"

#include <assert.h>
#include <math.h>
#include <sails/err.h>

/*
 * Numbers are doubles in JavaScript, and so in what Sails stores. Up to 2^53 all integers are exact;
 * beyond, one that is written with all its digits is not what it says, and is refused rather than
 * rounded. From 10^21 on JavaScript writes an exponent, and nobody takes the number for exact.
 */
#define EXACT_MAX     INT64_C(9007199254740992)
#define EXPONENT_FROM 1e21

static bool has_nul(struct str text)
{
    return memchr(text.ptr, '\0', text.len) != NULL;
}

/* ---- numbers ---- */

static bool is_rounded(const json_t *number)
{
    double real = json_real_value(number);

    if (json_is_integer(number)) {
        return json_integer_value(number) > EXACT_MAX || json_integer_value(number) < -EXACT_MAX;
    }
    return real == floor(real) && fabs(real) > (double)EXACT_MAX && fabs(real) < EXPONENT_FROM;
}

/* An integer with a sign or without, as it stands; false: it is none, or beyond 64 bits. */
static bool read_digits(struct str text, int64_t *out)
{
    bool is_negative = text.len > 0 && text.ptr[0] == '-';
    uint64_t value = 0;

    if (is_negative || (text.len > 0 && text.ptr[0] == '+')) {
        text = str_from_offset(text, 1);
    }
    if (!str_to_u64(text, INT64_MAX, &value)) {
        return false;
    }
    *out = is_negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static int number_of_text(json_t *value, struct arena *arena, json_t **out)
{
    json_t *number = NULL;
    int64_t integer = 0;
    int rc = 0;

    if (read_digits(json_value_text(value), &integer)) {
        number = json_integer(integer);
    } else {
        rc = coerce_to_number(value, &number);
        if (rc < 0) {
            return rc;
        }
    }
    *out = arena_keep_new(arena, number);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

static int fit_number(enum value_purpose purpose, json_t *value, struct arena *arena, json_t **out)
{
    json_t *number = value;
    int rc = 0;

    if (json_is_string(value)) {
        rc = number_of_text(value, arena, &number);
    } else if (json_is_boolean(value)) {
        number = arena_keep_new(arena, json_integer(json_is_true(value) ? 1 : 0));
        rc = number != NULL ? 0 : SAILS_ENOMEM;
    } else if (!json_is_number(value)) {
        rc = SAILS_EINVAL;
    }
    if (rc == 0 && purpose == VALUE_TO_WRITE && is_rounded(number)) {
        rc = SAILS_EINVAL;
    }
    if (rc == 0) {
        *out = number;
    }
    return rc;
}

/* ---- the other types ---- */

static int keep_coerced(int (*coerce)(json_t *value, json_t **out), json_t *value,
                        struct arena *arena, json_t **out)
{
    json_t *coerced = NULL;
    int rc = coerce(value, &coerced);

    if (rc < 0) {
        return rc;
    }
    *out = arena_keep_new(arena, coerced);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

static int fit_string(json_t *value, struct arena *arena, json_t **out)
{
    if (!json_is_string(value)) {
        return keep_coerced(coerce_to_string, value, arena, out);
    }
    if (has_nul(json_value_text(value)) || json_value_is_binary(value)) {
        return SAILS_EINVAL;
    }
    *out = value;
    return 0;
}

int value_fit(enum orm_type type, enum value_purpose purpose, json_t *value, struct arena *arena,
              json_t **out)
{
    switch (type) {
    case ORM_STRING:
        return fit_string(value, arena, out);
    case ORM_NUMBER:
        return fit_number(purpose, value, arena, out);
    case ORM_BOOLEAN:
        if (!json_is_boolean(value)) {
            return keep_coerced(coerce_to_boolean, value, arena, out);
        }
        break;
    case ORM_JSON:
    case ORM_REF:
        if (json_value_count_binary(value) > 0) {
            return SAILS_EINVAL;
        }
        break;
    }
    *out = value;
    return 0;
}

static const char *kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "boolean";
    case JSON_OBJECT:
        return "dictionary";
    case JSON_ARRAY:
        return "array";
    case JSON_NULL:
        break;
    }
    return "null";
}

void value_fit_explain(enum orm_type type, json_t *value, struct buf *out)
{
    if (json_value_count_binary(value) > 0) {
        buf_append_str(out, STR("Binary data cannot be kept; as base64 it is a text."));
        return;
    }
    if (type == ORM_STRING && json_is_string(value)) {
        buf_append_str(out, STR("A text with the character NUL cannot be kept in a database."));
        return;
    }
    buf_printf(out, "1 error validating value: \n • Specified value (a %s: ", kind_of(value));
    inspect_value(out, value);
    buf_printf(out, ") doesn't match the expected type: '%s'", model_type_name(type));
    if (type == ORM_NUMBER && (json_is_number(value) || json_is_string(value))) {
        struct arena arena = {0};
        json_t *number = NULL;

        if (fit_number(VALUE_TO_COMPARE, value, &arena, &number) == 0) {
            buf_append_str(out, STR(" (integers are exact up to 9007199254740992)"));
        }
        arena_deinit(&arena);
    }
}

/* ---- keys ---- */

static bool is_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

static int fit_number_key(json_t *value, struct arena *arena, json_t **out)
{
    uint64_t number = 0;

    if (json_is_integer(value)) {
        if (json_integer_value(value) < 1 || json_integer_value(value) > VALUE_FIT_SAFE_MAX) {
            return SAILS_EINVAL;
        }
        *out = value;
        return 0;
    }
    if (json_is_real(value)) {
        double real = json_real_value(value);

        if (!(real >= 1 && real <= (double)VALUE_FIT_SAFE_MAX && real == floor(real))) {
            return SAILS_EINVAL;
        }
        number = (uint64_t)real;
    } else if (!is_digits(json_value_text(value)) ||
               !str_to_u64(json_value_text(value), (uint64_t)VALUE_FIT_SAFE_MAX, &number) ||
               number == 0) {
        return SAILS_EINVAL;
    }
    *out = arena_keep_new(arena, json_integer((json_int_t)number));
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

int value_fit_key(enum orm_type type, json_t *value, struct arena *arena, json_t **out)
{
    assert(type == ORM_STRING || type == ORM_NUMBER);
    if (type == ORM_NUMBER) {
        return fit_number_key(value, arena, out);
    }
    if (!json_is_string(value) || json_string_length(value) == 0 ||
        has_nul(json_value_text(value)) || json_value_is_binary(value)) {
        return SAILS_EINVAL;
    }
    *out = value;
    return 0;
}

static void explain_string_key(json_t *value, struct buf *out)
{
    if (!json_is_string(value)) {
        buf_append_str(out,
                       STR("Instead of a string (the expected pk type), the provided value is: "));
        inspect_value(out, value);
    } else if (json_string_length(value) == 0) {
        buf_append_str(out, STR("Cannot use empty string ('') as a primary key value."));
    } else {
        value_fit_explain(ORM_STRING, value, out);
    }
}

static void explain_number_text(json_t *value, struct buf *out)
{
    buf_append_str(out, STR("Instead of a number, the provided value (`"));
    inspect_value(out, value);
    buf_append_str(out, is_digits(json_value_text(value))
                            ? STR("`) is a string, and the number in it cannot be a primary key "
                                  "value: it is a positive integer up to 9007199254740991.")
                            : STR("`) is a string, and it cannot be coerced into a valid primary "
                                  "key value automatically (contains characters other than "
                                  "numerals 0-9)."));
}

static void explain_number_key(json_t *value, struct buf *out)
{
    double number = json_number_value(value);
    const char *what = "the provided value";

    if (json_is_string(value)) {
        explain_number_text(value, out);
        return;
    }
    if (!json_is_number(value)) {
        buf_append_str(out, STR("Instead of a number (the expected pk type), got: "));
        inspect_value(out, value);
        return;
    }
    if (number == 0) {
        what = "zero";
    } else if (number < 0) {
        what = "a negative number";
    } else if (number != floor(number)) {
        what = "a floating point number";
    }
    buf_printf(out, "Cannot use %s (", what);
    inspect_value(out, value);
    buf_append_str(out, STR(") as a primary key value."));
}

void value_fit_explain_key(enum orm_type type, json_t *value, struct buf *out)
{
    if (type == ORM_STRING) {
        explain_string_key(value, out);
    } else {
        explain_number_key(value, out);
    }
}

/* ---- many keys ---- */

struct seen {
    struct map_node node;
    json_t *id;
};

/* The key is where the ids lie: a stranger does not know it, and cannot make many meet in one place. */
static uint64_t hash_id(const json_t *id, const void *key)
{
    struct hash_key hash_key = {(uint64_t)(uintptr_t)key, UINT64_C(0x9e3779b97f4a7c15)};
    json_int_t number = json_integer_value(id);

    if (json_is_integer(id)) {
        return hash_bytes(hash_key, (struct bytes){(const uint8_t *)&number, sizeof(number)});
    }
    return hash_str(hash_key, json_value_text(id));
}

static bool has_id(const struct map *seen, const json_t *id, uint64_t hash)
{
    for (struct map_node *n = map_find(seen, hash); n != NULL; n = map_find_next(n)) {
        if (json_equal(container_of(n, struct seen, node)->id, id) != 0) {
            return true;
        }
    }
    return false;
}

/* Lists are as long as somebody likes, and each id is looked for in all before it: by a table. */
static size_t drop_duplicates(json_t **ids, size_t n, struct seen *nodes)
{
    struct map seen = {0};
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t hash = hash_id(ids[i], ids);

        if (has_id(&seen, ids[i], hash)) {
            continue;
        }
        nodes[kept].id = ids[i];
        map_insert(&seen, &nodes[kept].node, hash);
        ids[kept++] = ids[i];
    }
    map_deinit(&seen);
    return kept;
}

static void explain_keys(enum orm_type type, json_t *whole, json_t *value, struct buf *problem)
{
    buf_append_str(problem, json_is_array(whole) ? STR("One of the values in the provided array")
                                                 : STR("The provided value"));
    buf_append_str(problem, STR(" is not valid primary key value.  "));
    value_fit_explain_key(type, value, problem);
}

static void explain_no_keys(enum orm_type type, json_t *value, struct buf *problem)
{
    const char *name = model_type_name(type);

    buf_printf(problem,
               "Expecting either an individual primary key value (a %s) or a homogeneous array of "
               "primary key values (%ss).  But instead got: ",
               name, name);
    if (value == NULL) {
        buf_append_str(problem, STR("undefined"));
    } else {
        inspect_value(problem, value);
    }
}

int value_fit_keys(enum orm_type type, json_t *value, size_t max, struct arena *arena,
                   struct buf *problem, json_t ***ids, size_t *n)
{
    bool is_one = json_is_string(value) || json_is_number(value);
    size_t count = is_one ? 1 : json_array_size(value);
    json_t **all = arena_alloc(arena, count * sizeof(json_t *));
    struct seen *nodes = NULL;

    if (!is_one && !json_is_array(value)) {
        explain_no_keys(type, value, problem);
        return SAILS_EINVAL;
    }
    if (count > max) {
        buf_printf(problem, "There are %zu ids; no more than %zu are possible in one call.", count,
                   max);
        return SAILS_ETOOBIG;
    }
    nodes = count > 1 ? mem_alloc(count * sizeof(*nodes)) : NULL;
    if (all == NULL || (nodes == NULL && count > 1)) {
        mem_free(nodes);
        return SAILS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *given = is_one ? value : json_array_get(value, i);
        int rc = value_fit_key(type, given, arena, &all[i]);

        if (rc < 0) {
            if (rc == SAILS_EINVAL) {
                explain_keys(type, value, given, problem);
            }
            mem_free(nodes);
            return rc;
        }
    }
    *ids = all;
    *n = count > 1 ? drop_duplicates(all, count, nodes) : count;
    mem_free(nodes);
    return 0;
}
