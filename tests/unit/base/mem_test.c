#include "base/mem.h"

#include "base/macros.h"
#include "support/cmocka.h"

static void memory_is_given_cleared_where_it_says_so(void **state)
{
    unsigned char *bytes = mem_calloc(100, 10);
    char *text = NULL;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(bytes[i], 0);
    }
    bytes = mem_realloc(bytes, 2000);
    assert_int_equal(bytes[999], 0);
    mem_free(bytes);
    mem_free(NULL);
    text = mem_strndup("hello", 4);
    assert_string_equal(text, "hell");
    mem_free(text);
    text = mem_strndup(NULL, 0);
    assert_string_equal(text, "");
    mem_free(text);
}

static void the_ordered_allocation_fails_and_no_other(void **state)
{
    (void)state;
    for (long n = 0; n < 4; n++) {
        void *got[4];

        mem_fail_after(n);
        got[0] = mem_alloc(1);
        got[1] = mem_calloc(1, 1);
        got[2] = mem_realloc(NULL, 1);
        got[3] = mem_strndup("", 0);
        for (long i = 0; i < 4; i++) {
            assert_int_equal(got[i] == NULL, i == n);
            mem_free(got[i]);
        }
        assert_true(mem_has_failed());
        assert_false(mem_has_failed()); /* told once */
    }
    mem_fail_after(-1);
    assert_false(mem_has_failed());
}

static void what_could_not_grow_is_as_it_was(void **state)
{
    char *text = mem_strndup("abc", 3);

    (void)state;
    mem_fail_after(0);
    assert_null(mem_realloc(text, 100));
    mem_fail_after(-1);
    assert_string_equal(text, "abc");
    mem_free(text);
}

static void sizes_do_not_overflow(void **state)
{
    size_t out = 7;

    (void)state;
    assert_true(size_add(2, 3, &out) && out == 5);
    assert_true(size_add(SIZE_MAX, 0, &out) && out == SIZE_MAX);
    assert_true(size_mul(2, 3, &out) && out == 6);
    assert_true(size_mul(SIZE_MAX, 1, &out) && out == SIZE_MAX);
    assert_true(size_mul(SIZE_MAX, 0, &out) && out == 0);
    out = 7;
    assert_false(size_add(SIZE_MAX, 1, &out));
    assert_false(size_mul(SIZE_MAX / 2, 3, &out));
    assert_int_equal(out, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_given_cleared_where_it_says_so),
        cmocka_unit_test(the_ordered_allocation_fails_and_no_other),
        cmocka_unit_test(what_could_not_grow_is_as_it_was),
        cmocka_unit_test(sizes_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
