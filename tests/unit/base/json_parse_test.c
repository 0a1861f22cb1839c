#include "base/json_parse.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static json_t *parse(const char *text)
{
    json_t *value = NULL;

    assert_int_equal(json_parse(str_from(text), &(struct json_limits){.max_depth = 100}, &value),
                     0);
    return value;
}

static void values_are_those_that_jansson_makes(void **state)
{
    static const char *const cases[] = {
        "null",
        "true",
        "[false]",
        "0",
        "-0",
        "-12",
        "9223372036854775807",
        "1.5",
        "-2.5e-3",
        "1e3",
        "\"\"",
        "\"a\\n\\u20ac\"",
        "\"\\u0000\"",
        "[]",
        "{}",
        " [ 1 , [ 2 ] , { } ] ",
        "{ \"a\" : 1 , \"b\" : { \"c\" : [ null , \"d\" ] } }",
        "{\"a\":1,\"a\":2}",
        "{\"\\u00e9\":\"\xc3\xa9\"}",
        "3.14159265358979323846",
        "123456789012345678901234567890.5",
        "5e-324",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *got = parse(cases[i]);
        json_t *want = json_loads(cases[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

        assert_non_null(want);
        if (!json_equal(got, want)) {
            fail_msg("%s", cases[i]);
        }
        json_decref(got);
        json_decref(want);
    }
}

static void what_javascript_accepts_does_not_fail(void **state)
{
    json_t *value = parse("[9223372036854775808,-1e400,\"\\ud800\",\"a\\u0000b\"]");
    json_t *text = NULL;

    (void)state;
    assert_true(json_is_real(json_array_get(value, 0)));
    assert_true(json_real_value(json_array_get(value, 0)) == 9223372036854775808.0);
    assert_true(json_is_null(json_array_get(value, 1)));
    assert_string_equal(json_string_value(json_array_get(value, 2)), "\xef\xbf\xbd");
    text = json_array_get(value, 3);
    assert_int_equal(json_string_length(text), 3);
    assert_memory_equal(json_string_value(text), "a\0b", 4);
    json_decref(value);
}

static void members_keep_their_order(void **state)
{
    json_t *value = parse("{\"z\":1,\"a\":2,\"z\":3}");
    char text[64] = "";

    (void)state;
    assert_true(json_dumpb(value, text, sizeof(text), JSON_COMPACT) < sizeof(text));
    assert_string_equal(text, "{\"z\":3,\"a\":2}");
    json_decref(value);
}

static void invalid_and_deep_text_is_refused(void **state)
{
    json_t *value = NULL;

    (void)state;
    assert_int_equal(json_parse(STR("[1"), &(struct json_limits){.max_depth = 10}, &value),
                     SAILS_EJSON);
    assert_int_equal(json_parse(STR(""), &(struct json_limits){.max_depth = 10}, &value),
                     SAILS_EJSON);
    assert_int_equal(json_parse(STR("1 2"), &(struct json_limits){.max_depth = 10}, &value),
                     SAILS_EJSON);
    assert_int_equal(json_parse(STR("[[[]]]"), &(struct json_limits){.max_depth = 2}, &value),
                     SAILS_ETOOBIG);
    assert_int_equal(
        json_parse(STR("{\"a\\u0000b\":1}"), &(struct json_limits){.max_depth = 10}, &value),
        SAILS_EJSON); /* c_text.h */
    assert_null(value);
}

static void expect_elements(const char *text, size_t n_skipped, const char *want)
{
    json_t *value = NULL;
    char *got = NULL;

    assert_int_equal(json_parse_elements(str_from(text), n_skipped, &value), 0);
    got = json_dumps(value, JSON_COMPACT);
    assert_string_equal(got, want);
    mem_free(got);
    json_decref(value);
}

static void elements_behind_the_first_ones_are_read(void **state)
{
    (void)state;
    expect_elements("[]", 0, "[]");
    expect_elements(" [ ] ", 1, "[]");
    expect_elements("[\"a\"]", 1, "[]");
    expect_elements(" [ \"a,]\" , [ 1 , {\"b\":[2]} ] , null ] ", 0,
                    "[\"a,]\",[1,{\"b\":[2]}],null]");
    expect_elements(" [ \"a,]\" , [ 1 , {\"b\":[2]} ] , null ] ", 1, "[[1,{\"b\":[2]}],null]");
    expect_elements("[\"a\",[1],2]", 2, "[2]");
    expect_elements("[1]", 7, "[]");
}

static void no_allocation_is_missed(void **state)
{
    static const char text[] = "{\"a\":[1,2.5,\"x\\ny\",{\"b\\t\":null}],\"c\":\"d\"}";
    json_t *value = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = json_parse(STR(text), &(struct json_limits){.max_depth = 10}, &value);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
    }
    mem_fail_after(-1);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_that_jansson_makes),
        cmocka_unit_test(what_javascript_accepts_does_not_fail),
        cmocka_unit_test(members_keep_their_order),
        cmocka_unit_test(invalid_and_deep_text_is_refused),
        cmocka_unit_test(elements_behind_the_first_ones_are_read),
        cmocka_unit_test(no_allocation_is_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
