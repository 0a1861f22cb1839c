#include "base/json_value.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void a_binary_value_keeps_its_bytes(void **state)
{
    static const uint8_t data[] = {0, 0xff, 0x80, 0};
    json_t *value = json_value_binary(data, sizeof(data));
    json_t *empty = json_value_binary(NULL, 0);
    json_t *text = json_string("\xc3\xbf");

    (void)state;
    assert_true(json_value_is_binary(value));
    assert_int_equal(json_value_bytes(value).len, sizeof(data));
    assert_memory_equal(json_value_bytes(value).ptr, data, sizeof(data));
    assert_true(json_value_is_binary(empty));
    assert_int_equal(json_value_bytes(empty).len, 0);
    assert_false(json_value_is_binary(text));
    assert_null(json_value_bytes(text).ptr);
    assert_false(json_value_is_binary(NULL));
    json_decref(value);
    json_decref(empty);
    json_decref(text);
}

static void assert_written(json_t *value, const char *want)
{
    struct buf out = {0};
    size_t n = 0;

    assert_int_equal(json_value_write_binary(&out, value, NULL, 0, &n), 0);
    assert_true(str_eq(buf_str(&out), str_from(want)));
    assert_int_equal(n, 0);
    buf_deinit(&out);
    json_decref(value);
}

/* socket-io 35 */
static void values_are_written_as_json_stringify_does(void **state)
{
    (void)state;
    assert_written(json_pack("[n,b,b,i,f,f,s]", 1, 0, 5, 1.0, 1e21, "\xe2\x80\xa8\x01/\""),
                   "[null,true,false,5,1,1e+21,\"\xe2\x80\xa8\\u0001/\\\"\"]");
    assert_written(json_pack("{s:{},s:[],s:s%}", "z", "a", "k\n", "x\0y", (size_t)3),
                   "{\"z\":{},\"a\":[],\"k\\n\":\"x\\u0000y\"}");
    assert_written(json_integer(-9223372036854775807), "-9223372036854775807");
}

/* socket-io 12 */
static void binary_values_are_numbered_depth_first(void **state)
{
    json_t *value = json_pack("[o,{s:o,s:[o]},s]", json_value_binary("a", 1), "x",
                              json_value_binary("b", 1), "y", json_value_binary("c", 1), "end");
    struct buf out = {0};
    struct bytes found[2];
    size_t n = 0;

    (void)state;
    assert_int_equal(json_value_count_binary(value), 3);
    assert_int_equal(json_value_write_binary(&out, value, found, 2, &n), 0);
    assert_int_equal(n, 3);
    assert_memory_equal(found[0].ptr, "a", 1);
    assert_memory_equal(found[1].ptr, "b", 1);
    assert_true(
        str_eq(buf_str(&out),
               STR("[{\"_placeholder\":true,\"num\":0},{\"x\":{\"_placeholder\":true,\"num\":1},"
                   "\"y\":[{\"_placeholder\":true,\"num\":2}]},\"end\"]")));
    buf_deinit(&out);
    json_decref(value);
}

static void what_json_cannot_express_is_refused(void **state)
{
    json_t *text = json_stringn_nocheck("a\xed\xa0\x80", 4);
    json_t *deep = json_array();
    struct buf out = {0};
    size_t n = 0;

    (void)state;
    assert_int_equal(json_value_write_binary(&out, text, NULL, 0, &n), SAILS_EJSON);
    json_decref(text);
    for (int i = 0; i < 1100; i++) {
        deep = json_pack("[o]", deep);
    }
    assert_int_equal(json_value_write_binary(&out, deep, NULL, 0, &n), SAILS_EJSON);
    assert_int_equal(json_value_count_binary(deep), 0);
    assert_in_range(json_value_footprint(deep), 1000, 1000000);
    json_decref(deep);
    buf_deinit(&out);
}

static size_t allocated;

static void *counted_alloc(size_t size)
{
    allocated += size;
    return mem_alloc(size);
}

static void a_footprint_is_about_what_a_value_takes(void **state)
{
    static const char *const texts[] = {"[{},{},{},{},{},{},{},{}]", "[[],[],[],[[[[]]]]]",
                                        "{\"name\":\"ann\",\"age\":34}", "[1,2,3,4,5,6,7,8,9,10]",
                                        "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]"};

    (void)state;
    json_set_alloc_funcs(counted_alloc, mem_free);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        json_t *value = NULL;

        allocated = 0;
        value = json_loads(texts[i], 0, NULL);
        assert_non_null(value);
        assert_in_range(json_value_footprint(value), allocated / 3, allocated * 3);
        json_decref(value);
    }
    json_set_alloc_funcs(mem_alloc, mem_free);
}

static void who_shares_a_binary_value_has_a_share_of_its_footprint(void **state)
{
    char data[1000] = {0};
    json_t *shared = json_value_binary(data, sizeof(data));
    json_t *values = json_array();

    (void)state;
    for (int i = 0; i < 10; i++) {
        json_array_append(values, shared);
    }
    json_decref(shared);
    assert_in_range(json_value_footprint(values), 1000, 3000);
    json_decref(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_binary_value_keeps_its_bytes),
        cmocka_unit_test(values_are_written_as_json_stringify_does),
        cmocka_unit_test(binary_values_are_numbered_depth_first),
        cmocka_unit_test(what_json_cannot_express_is_refused),
        cmocka_unit_test(a_footprint_is_about_what_a_value_takes),
        cmocka_unit_test(who_shares_a_binary_value_has_a_share_of_its_footprint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
