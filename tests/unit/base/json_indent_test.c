#include "base/json_indent.h"

#include "base/mem.h"
#include "support/cmocka.h"

static const struct {
    const char *compact, *indented;
} cases[] = {
    {"1", "1"},
    {"\"a\"", "\"a\""},
    {"{}", "{}"},
    {"[]", "[]"},
    {"{\"a\":1}", "{\n  \"a\": 1\n}"},
    {"[1,true,null]", "[\n  1,\n  true,\n  null\n]"},
    {"{\"a\":{\"b\":[]},\"c\":[{}]}",
     "{\n  \"a\": {\n    \"b\": []\n  },\n  \"c\": [\n    {}\n  ]\n}"},
    {"{\"q\\\"{[,:\":\"\\\\\"}", "{\n  \"q\\\"{[,:\": \"\\\\\"\n}"},
};

static void json_is_indented_as_javascript_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out = {0};
        char *text = NULL;

        json_indent(&out, str_from(cases[i].compact));
        text = buf_take(&out);
        assert_string_equal(text, cases[i].indented);
        mem_free(text);
    }
}

static void a_buf_that_cannot_grow_has_failed(void **state)
{
    struct buf out = {0};

    (void)state;
    mem_fail_after(0);
    json_indent(&out, STR("{\"a\":1}"));
    mem_fail_after(-1);
    assert_int_not_equal(buf_error(&out), 0);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_indented_as_javascript_does),
        cmocka_unit_test(a_buf_that_cannot_grow_has_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
