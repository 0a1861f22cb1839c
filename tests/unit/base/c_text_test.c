#include "base/c_text.h"

#include "support/cmocka.h"

static void text_with_a_nul_is_no_c_string(void **state)
{
    (void)state;
    assert_true(c_text_is_whole((struct str){NULL, 0}));
    assert_true(c_text_is_whole(STR("a")));
    assert_false(c_text_is_whole(STR("\0")));
    assert_false(c_text_is_whole(STR("a\0")));
    assert_false(c_text_is_whole(STR("a\0b")));
}

static void a_value_gives_its_text_whole_or_none(void **state)
{
    json_t *values = json_pack("[s, s#, s, i, n]", "a", "a\0b", 3, "", 1);

    (void)state;
    assert_string_equal(c_text_of(json_array_get(values, 0)), "a");
    assert_null(c_text_of(json_array_get(values, 1)));
    assert_string_equal(c_text_of(json_array_get(values, 2)), "");
    assert_null(c_text_of(json_array_get(values, 3)));
    assert_null(c_text_of(json_array_get(values, 4)));
    assert_null(c_text_of(NULL));
    json_decref(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_with_a_nul_is_no_c_string),
        cmocka_unit_test(a_value_gives_its_text_whole_or_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
