#include "orm/value_fit.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/models.h"

#include <sails/err.h>

struct row {
    enum orm_type type;
    const char *given;
    const char *expected; /* NULL: it does not fit */
};

static void expect_fit(enum value_purpose purpose, const struct row *row)
{
    struct arena arena = {0};
    json_t *given = models_json(row->given);
    json_t *out = NULL;
    int rc = value_fit(row->type, purpose, given, &arena, &out);

    if ((rc == 0) != (row->expected != NULL) || (rc < 0 && rc != SAILS_EINVAL)) {
        fail_msg("%s as %s: %s", row->given, model_type_name(row->type), sails_err_name(rc));
    }
    if (rc == 0) {
        models_expect_json(json_incref(out), row->expected);
    }
    arena_deinit(&arena);
    json_decref(given);
}

/* waterline 3, 12.4: loose coercion. */
static void values_are_coerced(void **state)
{
    static const struct row rows[] = {
        {ORM_NUMBER, "5", "5"},           {ORM_NUMBER, "1.5", "1.5"},
        {ORM_NUMBER, "'30'", "30"},       {ORM_NUMBER, "'-1.5'", "-1.5"},
        {ORM_NUMBER, "'1e3'", "1000"},    {ORM_NUMBER, "'0x10'", "16"},
        {ORM_NUMBER, "true", "1"},        {ORM_NUMBER, "' 5'", NULL},
        {ORM_NUMBER, "''", NULL},         {ORM_NUMBER, "'Infinity'", NULL},
        {ORM_NUMBER, "'abc'", NULL},      {ORM_NUMBER, "null", NULL},
        {ORM_NUMBER, "[5]", NULL},        {ORM_NUMBER, "{}", NULL},
        {ORM_STRING, "'a'", "'a'"},       {ORM_STRING, "5", "'5'"},
        {ORM_STRING, "1.5", "'1.5'"},     {ORM_STRING, "false", "'false'"},
        {ORM_STRING, "null", NULL},       {ORM_STRING, "[]", NULL},
        {ORM_STRING, "'a\\u0000'", NULL}, {ORM_BOOLEAN, "true", "true"},
        {ORM_BOOLEAN, "1", "true"},       {ORM_BOOLEAN, "'false'", "false"},
        {ORM_BOOLEAN, "5", NULL},         {ORM_BOOLEAN, "null", NULL},
        {ORM_JSON, "null", "null"},       {ORM_JSON, "{'a': [1]}", "{'a': [1]}"},
        {ORM_REF, "'x'", "'x'"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_fit(VALUE_TO_WRITE, &rows[i]);
        expect_fit(VALUE_TO_COMPARE, &rows[i]);
    }
}

/* waterline 42: what JavaScript would round is refused, or compared as it is. */
static void numbers_are_never_rounded_unseen(void **state)
{
    static const struct row written[] = {
        {ORM_NUMBER, "9007199254740992", "9007199254740992"},
        {ORM_NUMBER, "-9007199254740992", "-9007199254740992"},
        {ORM_NUMBER, "'9007199254740992'", "9007199254740992"},
        {ORM_NUMBER, "9007199254740993", NULL},
        {ORM_NUMBER, "-9007199254740993", NULL},
        {ORM_NUMBER, "'9007199254740993'", NULL},
        {ORM_NUMBER, "'-9007199254740993'", NULL},
        {ORM_NUMBER, "'99999999999999999999'", NULL},
        {ORM_NUMBER, "99999999999999999999.0", NULL},
        {ORM_NUMBER, "1e300", "1e300"},
        {ORM_NUMBER, "'1e300'", "1e300"},
        {ORM_NUMBER, "0.1", "0.1"},
    };
    static const struct row compared[] = {
        {ORM_NUMBER, "9007199254740993", "9007199254740993"},
        {ORM_NUMBER, "'9007199254740993'", "9007199254740993"},
        {ORM_NUMBER, "'+5'", "5"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(written); i++) {
        expect_fit(VALUE_TO_WRITE, &written[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(compared); i++) {
        expect_fit(VALUE_TO_COMPARE, &compared[i]);
    }
}

/* waterline 7 */
static void keys_are_positive_integers_or_texts(void **state)
{
    static const struct {
        enum orm_type type;
        const char *given, *expected, *why;
    } rows[] = {
        {ORM_NUMBER, "5", "5", NULL},
        {ORM_NUMBER, "5.0", "5", NULL},
        {ORM_NUMBER, "'101'", "101", NULL},
        {ORM_NUMBER, "'007'", "7", NULL},
        {ORM_NUMBER, "9007199254740991", "9007199254740991", NULL},
        {ORM_NUMBER, "0", NULL, "Cannot use zero (0) as a primary key value."},
        {ORM_NUMBER, "-1", NULL, "Cannot use a negative number (-1) as a primary key value."},
        {ORM_NUMBER, "1.5", NULL,
         "Cannot use a floating point number (1.5) as a primary key value."},
        {ORM_NUMBER, "9007199254740992", NULL,
         "Cannot use the provided value (9007199254740992) as a primary key value."},
        {ORM_NUMBER, "'x'", NULL, "(contains characters other than numerals 0-9)"},
        {ORM_NUMBER, "' 5'", NULL, "(contains characters other than numerals 0-9)"},
        {ORM_NUMBER, "''", NULL, "(contains characters other than numerals 0-9)"},
        {ORM_NUMBER, "'0'", NULL, "it is a positive integer up to 9007199254740991"},
        {ORM_NUMBER, "'9007199254740992'", NULL, "it is a positive integer"},
        {ORM_NUMBER, "null", NULL, "Instead of a number (the expected pk type), got: null"},
        {ORM_NUMBER, "{'id': 1}", NULL, "Instead of a number"},
        {ORM_STRING, "'a'", "'a'", NULL},
        {ORM_STRING, "''", NULL, "Cannot use empty string ('') as a primary key value."},
        {ORM_STRING, "5", NULL, "Instead of a string (the expected pk type)"},
        {ORM_STRING, "'a\\u0000'", NULL, "NUL"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct buf why = {0};
        json_t *given = models_json(rows[i].given);
        json_t *out = NULL;
        int rc = value_fit_key(rows[i].type, given, &arena, &out);

        if (rc == 0) {
            assert_non_null(rows[i].expected);
            models_expect_json(json_incref(out), rows[i].expected);
        } else {
            assert_null(rows[i].expected);
            assert_int_equal(rc, SAILS_EINVAL);
            value_fit_explain_key(rows[i].type, given, &why);
            buf_append_char(&why, '\0');
            if (strstr(why.ptr, rows[i].why) == NULL) {
                fail_msg("%s: %s", rows[i].given, why.ptr);
            }
        }
        buf_deinit(&why);
        arena_deinit(&arena);
        json_decref(given);
    }
}

static void what_does_not_fit_is_explained(void **state)
{
    static const struct {
        enum orm_type type;
        const char *given, *why;
    } rows[] = {
        {ORM_NUMBER, "'abc'",
         "1 error validating value: \n • Specified value (a string: 'abc') doesn't match the "
         "expected type: 'number'"},
        {ORM_STRING, "null",
         "1 error validating value: \n • Specified value (a null: null) doesn't match the expected "
         "type: 'string'"},
        {ORM_BOOLEAN, "[1]",
         "1 error validating value: \n • Specified value (a array: [ 1 ]) doesn't match the "
         "expected type: 'boolean'"},
        {ORM_NUMBER, "9007199254740993",
         "1 error validating value: \n • Specified value (a number: 9007199254740993) doesn't "
         "match the expected type: 'number' (integers are exact up to 9007199254740992)"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *given = models_json(rows[i].given);
        struct buf why = {0};

        value_fit_explain(rows[i].type, given, &why);
        buf_append_char(&why, '\0');
        assert_string_equal(why.ptr, rows[i].why);
        buf_deinit(&why);
        json_decref(given);
    }
}

/* What a socket may bring where JSON is expected. */
static void bytes_fit_nothing(void **state)
{
    static const enum orm_type types[] = {ORM_STRING, ORM_NUMBER, ORM_BOOLEAN, ORM_JSON, ORM_REF};
    json_t *bytes = json_value_binary("abc", 3);
    json_t *whole = json_pack("{s:[O]}", "a", bytes);
    struct arena arena = {0};
    struct buf why = {0};
    json_t *out = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        assert_int_equal(value_fit(types[i], VALUE_TO_WRITE, bytes, &arena, &out), SAILS_EINVAL);
        assert_int_equal(value_fit(types[i], VALUE_TO_COMPARE, whole, &arena, &out), SAILS_EINVAL);
    }
    assert_int_equal(value_fit_key(ORM_STRING, bytes, &arena, &out), SAILS_EINVAL);
    value_fit_explain(ORM_JSON, whole, &why);
    buf_append_char(&why, '\0');
    assert_string_equal(why.ptr, "Binary data cannot be kept; as base64 it is a text.");
    buf_deinit(&why);
    arena_deinit(&arena);
    json_decref(whole);
    json_decref(bytes);
}

/* waterline 12.4: single ids and lists, each id once. */
static void lists_of_keys_have_each_once(void **state)
{
    static const struct row rows[] = {
        {ORM_NUMBER, "5", "[5]"},
        {ORM_NUMBER, "'5'", "[5]"},
        {ORM_NUMBER, "[]", "[]"},
        {ORM_NUMBER, "[2, '1', 2, 1.0, '2']", "[2, 1]"},
        {ORM_STRING, "['b', 'B', 'b']", "['b', 'B']"},
        {ORM_NUMBER, "[1, 'x']", NULL},
        {ORM_NUMBER, "null", NULL},
        {ORM_NUMBER, "{}", NULL},
        {ORM_STRING, "[1]", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct buf why = {0};
        json_t *given = models_json(rows[i].given);
        json_t **ids = NULL;
        size_t n = 0;
        int rc = value_fit_keys(rows[i].type, given, 5, &arena, &why, &ids, &n);

        assert_int_equal(rc, rows[i].expected != NULL ? 0 : SAILS_EINVAL);
        assert_int_equal(why.len > 0, rc < 0);
        if (rc == 0) {
            json_t *list = json_array();

            for (size_t k = 0; k < n; k++) {
                json_array_append(list, ids[k]);
            }
            models_expect_json(list, rows[i].expected);
        }
        buf_deinit(&why);
        arena_deinit(&arena);
        json_decref(given);
    }
}

static void too_many_keys_are_refused(void **state)
{
    struct arena arena = {0};
    struct buf why = {0};
    json_t *given = models_json("[1, 1, 1]");
    json_t **ids = NULL;
    size_t n = 0;

    (void)state;
    assert_int_equal(value_fit_keys(ORM_NUMBER, given, 2, &arena, &why, &ids, &n), SAILS_ETOOBIG);
    buf_append_char(&why, '\0');
    assert_string_equal(why.ptr, "There are 3 ids; no more than 2 are possible in one call.");
    buf_deinit(&why);
    arena_deinit(&arena);
    json_decref(given);
}

static void any_allocation_may_fail(void **state)
{
    json_t *given = models_json("['1', '2', '1', 3.0, 4]");
    bool has_failed = true;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; has_failed; n++) {
        struct arena arena = {0};
        struct buf why = {0};
        json_t **ids = NULL;
        size_t count = 0;

        mem_fail_after(n);
        int rc = value_fit_keys(ORM_NUMBER, given, 9, &arena, &why, &ids, &count);

        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        /* A hash table that cannot grow is slower, and no failure. */
        assert_true((rc == 0 && count == 4) || (has_failed && rc == SAILS_ENOMEM));
        buf_deinit(&why);
        arena_deinit(&arena);
    }
    json_decref(given);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_coerced),
        cmocka_unit_test(numbers_are_never_rounded_unseen),
        cmocka_unit_test(keys_are_positive_integers_or_texts),
        cmocka_unit_test(what_does_not_fit_is_explained),
        cmocka_unit_test(bytes_fit_nothing),
        cmocka_unit_test(lists_of_keys_have_each_once),
        cmocka_unit_test(too_many_keys_are_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
