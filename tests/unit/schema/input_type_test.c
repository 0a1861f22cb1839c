#include "schema/input_type.h"

#include "base/json_parse.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static json_t *parse(const char *json)
{
    json_t *value = NULL;

    assert_int_equal(json_parse(str_from(json), &(struct json_limits){.max_depth = 32}, &value), 0);
    return value;
}

/* The JSON that the value becomes, or the misfits. */
static char *fit(const char *type_text, const char *json)
{
    struct input_type *type = NULL;
    struct buf text = {0};
    json_t *value = parse(json);
    json_t *fitted = NULL;

    assert_int_equal(input_type_create(type_text, &type), 0);
    int rc = input_type_fit(type, value, &text, &fitted);

    if (rc == 0) {
        char *dumped = json_dumps(fitted, JSON_ENCODE_ANY | JSON_COMPACT);

        assert_int_equal(text.len, 0);
        buf_append_str(&text, str_from(dumped));
        mem_free(dumped);
    } else {
        assert_int_equal(rc, SAILS_EINVAL);
        assert_null(fitted);
    }
    json_decref(fitted);
    json_decref(value);
    input_type_destroy(type);
    return buf_take(&text);
}

static void expect(const char *type, const char *json, const char *want)
{
    char *got = fit(type, json);

    if (strcmp(got, want) != 0) {
        fail_msg("%s as %s: %s, want %s", json, type, got, want);
    }
    mem_free(got);
}

static void values_become_what_the_type_says(void **state)
{
    static const struct {
        const char *type, *json, *want;
    } cases[] = {
        {"string", "5", "\"5\""},
        {"number", "\"5\"", "5"},
        {"boolean", "\"1\"", "true"},
        {"json", "null", "null"},
        {"json", "{\"x\":[\"1\"]}", "{\"x\":[\"1\"]}"},
        {"ref", "\"5\"", "\"5\""},
        {"[]", "[1,\"a\",null]", "[1,\"a\",null]"},
        {"{}", "{\"a\":{\"b\":null}}", "{\"a\":{\"b\":null}}"},
        /* app-config-cli 7.4: the rows of tags and o */
        {"[string]", "[\"a\",1]", "[\"a\",\"1\"]"},
        {"{a: number}", "{\"a\":\"5\",\"zz\":1}", "{\"a\":5}"},
        {" [ { \"a b\" : [ number ] } ] ", "[{\"a b\":[\"1\",true]},{\"a b\":[]}]",
         "[{\"a b\":[1,1]},{\"a b\":[]}]"},
        {"{\"a\": \"number\", \"b\": [\"json\"]}", "{\"b\":[null],\"a\":2}",
         "{\"a\":2,\"b\":[null]}"},
        {"[[boolean]]", "[[0],[]]", "[[false],[]]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect(cases[i].type, cases[i].json, cases[i].want);
    }
}

/* app-config-cli 7.4, and rttc's own wording for what lies deeper. */
static void what_does_not_fit_is_named_with_its_place(void **state)
{
    static const struct {
        const char *type, *json, *want;
    } cases[] = {
        {"[string]", "\"x\"", "\n  · Expecting an array, but got a string."},
        {"number", "\"abc\"", "\n  · Expecting a number, but got a string."},
        {"boolean", "2", "\n  · Expecting a boolean, but got a number."},
        {"string", "{}", "\n  · Expecting a string, but got a dictionary."},
        {"string", "[]", "\n  · Expecting a string, but got an array."},
        {"{}", "true", "\n  · Expecting a dictionary, but got a boolean."},
        {"[string]", "[\"a\",null,{}]",
         "\n  · @ `[1]`:  Expecting array to contain only strings, but this item is some other "
         "JSON-compatible value."
         "\n  · @ `[2]`:  Expecting array to contain only strings, but this item is a dictionary."},
        {"{a: number}", "{}", "\n  · @ `a`:  Missing property (expecting a number)."},
        {"{a: {b: number}, c: boolean}", "{\"a\":{\"b\":\"x\"},\"c\":\"\"}",
         "\n  · @ `a.b`:  Expecting a number, but got a string."
         "\n  · @ `c`:  Expecting a boolean, but got a string."},
        {"{a: {b: number}}", "{}", "\n  · @ `a`:  Missing property (expecting a dictionary)."},
        {"{a: [[number]]}", "{\"a\":[[1],[2,\"x\"]]}",
         "\n  · @ `.a[1][1]`:  Expecting array to contain only numbers, but this item is a string."},
        {"{a: [{b: json}]}", "{\"a\":[{}]}",
         "\n  · @ `a.0.b`:  Missing property (expecting a JSON-compatible value)."},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect(cases[i].type, cases[i].json, cases[i].want);
    }
}

static void a_thousand_misfits_make_no_long_answer(void **state)
{
    struct input_type *type = NULL;
    struct buf misfits = {0};
    json_t *fitted = NULL;
    json_t *value = json_array();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        json_array_append_new(value, json_null());
    }
    assert_int_equal(input_type_create("[number]", &type), 0);
    assert_int_equal(input_type_fit(type, value, &misfits, &fitted), SAILS_EINVAL);
    buf_append_char(&misfits, '\0');
    assert_non_null(strstr(misfits.ptr, "`[19]`"));
    assert_null(strstr(misfits.ptr, "`[20]`"));
    assert_non_null(strstr(misfits.ptr, "\n  · 980 more"));
    buf_deinit(&misfits);
    input_type_destroy(type);
    json_decref(value);
}

static void what_is_no_type_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "strin",
                                        "String",
                                        "string x",
                                        "[",
                                        "[string",
                                        "[string,]",
                                        "]",
                                        "{",
                                        "{a}",
                                        "{a:}",
                                        "{a: number",
                                        "{a: number,}",
                                        "{: number}",
                                        "{a: number, a: string}",
                                        "{\"a: number}",
                                        "{\"\": json}",
                                        "a: b",
                                        "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct input_type *type = NULL;

        if (input_type_create(texts[i], &type) != SAILS_EINVAL || type != NULL) {
            fail_msg("\"%s\" was taken", texts[i]);
        }
    }
}

static void every_cut_of_a_type_is_refused(void **state)
{
    static const char text[] = "{a: number, \"b\": [{c: [string]}], d: {}}";

    (void)state;
    for (size_t len = 0; len + 1 < sizeof(text); len++) {
        char *copy = mem_strndup(text, len);
        struct input_type *type = NULL;

        assert_int_equal(input_type_create(copy, &type), SAILS_EINVAL);
        mem_free(copy);
    }
}

static void any_allocation_may_fail(void **state)
{
    struct input_type *type = NULL;
    json_t *value = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = input_type_create("{a: [number], b: {c: string}}", &type);
        mem_fail_after(-1);
    }
    assert_int_equal(rc, 0);
    value = parse("{\"a\":[\"1\",\"x\"],\"b\":{\"c\":5}}");
    rc = SAILS_ENOMEM;
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        struct buf misfits = {0};
        json_t *fitted = NULL;

        mem_fail_after(n);
        rc = input_type_fit(type, value, &misfits, &fitted);
        mem_fail_after(-1);
        assert_null(fitted);
        buf_deinit(&misfits);
    }
    assert_int_equal(rc, SAILS_EINVAL);
    json_decref(value);
    input_type_destroy(type);
    input_type_destroy(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_what_the_type_says),
        cmocka_unit_test(what_does_not_fit_is_named_with_its_place),
        cmocka_unit_test(a_thousand_misfits_make_no_long_answer),
        cmocka_unit_test(what_is_no_type_is_refused),
        cmocka_unit_test(every_cut_of_a_type_is_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
