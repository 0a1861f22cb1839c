#include "schema/inspect.h"

#include "base/json_value.h"
#include "base/mem.h"
#include "support/cmocka.h"

static void expect_inspected(const char *json, const char *want)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    struct buf text = {0};

    assert_non_null(value);
    inspect_value(&text, value);
    buf_append_char(&text, '\0');
    assert_string_equal(text.ptr, want);
    buf_deinit(&text);
    json_decref(value);
}

static void bytes_are_counted(void **state)
{
    json_t *value = json_value_binary("\0\xff\n", 3);
    struct buf text = {0};

    (void)state;
    inspect_value(&text, value);
    buf_append_char(&text, '\0');
    assert_string_equal(text.ptr, "<Buffer of 3 bytes>");
    buf_deinit(&text);
    json_decref(value);
}

static void values_are_shown_as_node_shows_them(void **state)
{
    (void)state;
    expect_inspected("\"nope\"", "'nope'");
    expect_inspected("\"it's\"", "\"it's\"");
    expect_inspected("\"it's \\\"x\\\"\"", "`it's \"x\"`");
    expect_inspected("\"'\\\"`\"", "'\\'\"`'");
    expect_inspected("\"a\\n\\u0001\\u0000\\\\\"", "'a\\n\\x01\\x00\\\\'");
    expect_inspected("1.5", "1.5");
    expect_inspected("-7", "-7");
    expect_inspected("[]", "[]");
    expect_inspected("{}", "{}");
    expect_inspected("[\"a\",true,null]", "[ 'a', true, null ]");
    expect_inspected("{\"a\":false,\"b c\":[1]}", "{ a: false, 'b c': [ 1 ] }");
    expect_inspected("[[[[1]],{\"a\":{}}]]", "[ [ [ [Array] ], { a: [Object] } ] ]");
    expect_inspected("[1,2,3,4,5,6,7,8,9,10,11,12]",
                     "[ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ... 2 more items ]");
}

static void a_long_text_is_cut_between_characters(void **state)
{
    struct buf long_text = {0};
    struct buf shown = {0};
    json_t *value = NULL;

    (void)state;
    buf_append_char(&long_text, 'x');
    for (int i = 0; i < 600; i++) {
        buf_append_str(&long_text, STR("ä"));
    }
    value = json_stringn(long_text.ptr, long_text.len);
    inspect_value(&shown, value);
    buf_append_char(&shown, '\0');
    assert_non_null(strstr(shown.ptr, "ä'... 202 more bytes"));
    json_decref(value);
    buf_deinit(&shown);
    buf_deinit(&long_text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_counted),
        cmocka_unit_test(values_are_shown_as_node_shows_them),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
