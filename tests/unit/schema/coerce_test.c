#include "schema/coerce.h"

#include "base/json_parse.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

typedef int (*coerce_fn)(json_t *value, json_t **out);

/* Compact JSON of what comes out; "error" where nothing does. */
static void coerce_into(char *text, size_t size, coerce_fn coerce, const char *json)
{
    json_t *value = NULL;
    json_t *out = NULL;
    char *dumped = NULL;

    assert_int_equal(json_parse(str_from(json), &(struct json_limits){.max_depth = 8}, &value), 0);
    int rc = coerce(value, &out);

    if (rc < 0) {
        assert_int_equal(rc, SAILS_EINVAL);
        assert_null(out);
    } else {
        dumped = json_dumps(out, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17));
    }
    (void)snprintf(text, size, "%s", dumped != NULL ? dumped : "error");
    mem_free(dumped);
    json_decref(out);
    json_decref(value);
}

static void expect(coerce_fn coerce, const char *to, const char *json, const char *want)
{
    char text[64];

    coerce_into(text, sizeof(text), coerce, json);
    if (strcmp(text, want) != 0) {
        fail_msg("%s to %s: %s, want %s", json, to, text, want);
    }
}

/* app-config-cli 45 */
static void every_row_of_the_table_holds(void **state)
{
    static const struct {
        const char *from, *string, *number, *boolean;
    } rows[] = {
        {"\"5\"", "\"5\"", "5", "error"},
        {"5", "\"5\"", "5", "error"},
        {"true", "\"true\"", "1", "true"},
        {"false", "\"false\"", "0", "false"},
        {"\"true\"", "\"true\"", "error", "true"},
        {"\"false\"", "\"false\"", "error", "false"},
        {"\"1\"", "\"1\"", "1", "true"},
        {"\"0\"", "\"0\"", "0", "false"},
        {"0", "\"0\"", "0", "false"},
        {"1", "\"1\"", "1", "true"},
        {"2", "\"2\"", "2", "error"},
        {"\"01\"", "\"01\"", "1", "error"},
        {"-3.5", "\"-3.5\"", "-3.5", "error"},
        {"\"\"", "\"\"", "error", "error"},
        {"\"abc\"", "\"abc\"", "error", "error"},
        {"\" 5 \"", "\" 5 \"", "error", "error"},
        {"\"1e3\"", "\"1e3\"", "1000", "error"},
        {"\"0x10\"", "\"0x10\"", "16", "error"},
        {"null", "error", "error", "error"},
        {"\"NaN\"", "\"NaN\"", "error", "error"},
        {"\"Infinity\"", "\"Infinity\"", "error", "error"},
        {"{}", "error", "error", "error"},
        {"[]", "error", "error", "error"},
        {"[1]", "error", "error", "error"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect(coerce_to_string, "string", rows[i].from, rows[i].string);
        expect(coerce_to_number, "number", rows[i].from, rows[i].number);
        expect(coerce_to_boolean, "boolean", rows[i].from, rows[i].boolean);
    }
}

static void text_is_a_number_where_javascript_thinks_so(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {{"\"+5\"", "5"},           {"\"-5\"", "-5"},       {"\".5\"", "0.5"},
                 {"\"5.\"", "5"},           {"\"-.5e1\"", "-5"},    {"\"1E+2\"", "100"},
                 {"\"1e-2\"", "0.01"},      {"\"007.50\"", "7.5"},  {"\"-0\"", "0"},
                 {"\"0X1f\"", "31"},        {"\"0b101\"", "5"},     {"\"0O17\"", "15"},
                 {"\"0x\"", "error"},       {"\"0xg\"", "error"},   {"\"-0x1\"", "error"},
                 {"\"0b2\"", "error"},      {"\"0o8\"", "error"},   {"\".\"", "error"},
                 {"\"+\"", "error"},        {"\"e5\"", "error"},    {"\"1e\"", "error"},
                 {"\"1e+\"", "error"},      {"\"1 \"", "error"},    {"\"1_000\"", "error"},
                 {"\"1,5\"", "error"},      {"\"1e999\"", "error"}, {"\"5\\u0000\"", "error"},
                 {"\"--5\"", "error"},      {"\"0.0\"", "0"},       {"\"1.2.3\"", "error"},
                 {"\"-Infinity\"", "error"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect(coerce_to_number, "number", cases[i].text, cases[i].want);
    }
}

/* app-config-cli 7.6: digits beyond 2^53 lose precision. */
static void long_digits_are_rounded_as_doubles(void **state)
{
    (void)state;
    expect(coerce_to_number, "number", "\"9007199254740992\"", "9007199254740992");
    expect(coerce_to_number, "number", "\"9007199254740993\"", "9007199254740992");
    expect(coerce_to_string, "string", "1e21", "\"1e+21\"");
    expect(coerce_to_string, "string", "9007199254740993", "\"9007199254740993\"");
}

static void a_value_that_fits_is_the_same_value(void **state)
{
    json_t *value = json_string("x");
    json_t *out = NULL;

    (void)state;
    assert_int_equal(coerce_to_string(value, &out), 0);
    assert_ptr_equal(out, value);
    json_decref(out);
    json_decref(value);
}

static void any_allocation_may_fail(void **state)
{
    static const coerce_fn all[] = {coerce_to_string, coerce_to_number, coerce_to_boolean};
    json_t *values[] = {json_integer(5), json_string("1"), json_real(0.5), json_true()};

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (size_t i = 0; i < ARRAY_LEN(all) * ARRAY_LEN(values); i++) {
        json_t *value = values[i % ARRAY_LEN(values)];
        bool has_failed = true;

        for (long n = 0; has_failed; n++) {
            json_t *out = NULL;

            mem_fail_after(n);
            int rc = all[i / ARRAY_LEN(values)](value, &out);

            has_failed = mem_has_failed() != 0;
            mem_fail_after(-1);
            assert_true(rc == 0 || rc == SAILS_EINVAL || (has_failed && rc == SAILS_ENOMEM));
            json_decref(out);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        json_decref(values[i]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_holds),
        cmocka_unit_test(text_is_a_number_where_javascript_thinks_so),
        cmocka_unit_test(long_digits_are_rounded_as_doubles),
        cmocka_unit_test(a_value_that_fits_is_the_same_value),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
