#include "web/header_list.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void names_compare_without_case_and_keep_their_spelling(void **state)
{
    struct header_list list = {0};
    struct str name, value;

    (void)state;
    assert_int_equal(header_list_set(&list, STR("X-Foo"), STR("1")), 0);
    assert_int_equal(header_list_set(&list, STR("x-bar"), STR("2")), 0);
    assert_int_equal(header_list_set(&list, STR("x-foo"), STR("three")), 0);
    assert_string_equal(header_list_get(&list, STR("X-FOO")).ptr, "three");
    assert_true(header_list_at(&list, 0, &name, &value));
    assert_string_equal(name.ptr, "X-Foo");
    assert_string_equal(value.ptr, "three");
    assert_true(header_list_at(&list, 1, &name, &value));
    assert_false(header_list_at(&list, 2, &name, &value));
    assert_null(header_list_get(&list, STR("x-none")).ptr);
    assert_null(header_list_get(&list, (struct str){NULL, 0}).ptr);

    header_list_remove(&list, STR("x-foo"));
    header_list_remove(&list, STR("x-foo"));
    assert_null(header_list_get(&list, STR("x-foo")).ptr);
    assert_string_equal(header_list_get(&list, STR("x-bar")).ptr, "2");
    header_list_deinit(&list);
}

static void a_name_may_have_several_values(void **state)
{
    struct header_list list = {0};
    struct str name, value;

    (void)state;
    assert_int_equal(header_list_add(&list, STR("Set-Cookie"), STR("a=1")), 0);
    assert_int_equal(header_list_add(&list, STR("X"), STR("y")), 0);
    assert_int_equal(header_list_add(&list, STR("set-cookie"), STR("b=2")), 0);
    assert_string_equal(header_list_get(&list, STR("set-cookie")).ptr, "a=1");
    assert_true(header_list_at(&list, 2, &name, &value));
    assert_string_equal(value.ptr, "b=2");

    assert_int_equal(header_list_set(&list, STR("Set-Cookie"), STR("c=3")), 0);
    assert_string_equal(header_list_get(&list, STR("set-cookie")).ptr, "c=3");
    assert_false(header_list_at(&list, 2, &name, &value));

    assert_int_equal(header_list_add(&list, STR("Set-Cookie"), STR("d=4")), 0);
    header_list_remove(&list, STR("set-cookie"));
    assert_true(header_list_at(&list, 0, &name, &value));
    assert_string_equal(name.ptr, "X");
    assert_false(header_list_at(&list, 1, &name, &value));
    header_list_deinit(&list);
}

static void every_failing_allocation_is_told(void **state)
{
    (void)state;
    for (long n = 0; n < 2; n++) {
        struct header_list list = {0};

        mem_fail_after(n);
        assert_int_equal(header_list_set(&list, STR("a"), STR("b")), SAILS_ENOMEM);
        mem_fail_after(-1);
        assert_null(header_list_get(&list, STR("a")).ptr);
        header_list_deinit(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_compare_without_case_and_keep_their_spelling),
        cmocka_unit_test(a_name_may_have_several_values),
        cmocka_unit_test(every_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
