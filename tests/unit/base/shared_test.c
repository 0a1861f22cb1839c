#include "base/shared.h"

#include "base/mem.h"
#include "support/cmocka.h"

static void bytes_live_until_the_last_release(void **state)
{
    char text[] = "hello";
    struct shared *s = shared_copy(str_bytes(str_from(text)));

    (void)state;
    assert_non_null(s);
    text[0] = 'x'; /* a copy */
    assert_ptr_equal(shared_retain(s), s);
    shared_release(s);
    assert_true(str_eq(bytes_str(shared_bytes(s)), STR("hello")));
    shared_release(s);
    shared_release(NULL);
}

static void nothing_can_be_shared_too(void **state)
{
    struct shared *s = shared_copy((struct bytes){NULL, 0});

    (void)state;
    assert_non_null(s);
    assert_int_equal(shared_bytes(s).len, 0);
    shared_release(s);
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    mem_fail_after(0);
    assert_null(shared_create(1));
    mem_fail_after(0);
    assert_null(shared_copy(str_bytes(STR("a"))));
    mem_fail_after(-1);
    assert_null(shared_create(SIZE_MAX)); /* overflows */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_live_until_the_last_release),
        cmocka_unit_test(nothing_can_be_shared_too),
        cmocka_unit_test(without_memory_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
