#include "base/arena.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <stdalign.h>

static void little_is_given_from_the_first_memory(void **state)
{
    alignas(max_align_t) char first[64];
    struct arena a;

    (void)state;
    arena_init(&a, first, sizeof(first));
    char *one = arena_alloc(&a, 1);
    char *two = arena_alloc(&a, 0);

    assert_ptr_equal(one, first);
    assert_true(two > one && two < first + sizeof(first));
    assert_int_equal((uintptr_t)two % alignof(max_align_t), 0);
    assert_null(a.blocks);
    arena_deinit(&a);
    assert_null(a.next);
}

static void what_does_not_fit_comes_from_the_heap(void **state)
{
    alignas(max_align_t) char first[32];
    struct arena a;
    char *all[100];

    (void)state;
    arena_init(&a, first, sizeof(first));
    for (size_t i = 0; i < 100; i++) {
        all[i] = arena_alloc(&a, 100 + i * 100);
        assert_non_null(all[i]);
        memset(all[i], (int)i, 100 + i * 100);
    }
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(all[i][0], (char)i);
        assert_int_equal(all[i][99 + i * 100], (char)i);
    }
    arena_deinit(&a);
}

static void an_empty_arena_works_without_any_memory(void **state)
{
    struct arena a = {0};

    (void)state;
    int *numbers = arena_calloc(&a, 3, sizeof(*numbers));

    assert_int_equal(numbers[2], 0);
    assert_string_equal(arena_strndup(&a, "abc", 2), "ab");
    assert_string_equal(arena_strndup(&a, NULL, 0), "");
    arena_deinit(&a);
    arena_deinit(&a);
}

static void a_size_that_overflows_is_no_memory(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - alignof(max_align_t)));
    assert_null(arena_calloc(&a, SIZE_MAX / 2, 4));
    assert_null(arena_strndup(&a, "", SIZE_MAX));
    arena_deinit(&a);
}

static void values_live_as_long_as_the_arena(void **state)
{
    struct arena a = {0};
    json_t *value = json_string("x");

    (void)state;
    assert_ptr_equal(arena_keep(&a, value), value);
    assert_ptr_equal(arena_keep_new(&a, value), value);
    assert_int_equal(value->refcount, 2);
    json_incref(value);
    arena_deinit(&a);
    assert_int_equal(value->refcount, 1);
    json_decref(value);
    assert_null(arena_keep_new(&a, NULL));
}

static void a_value_that_cannot_be_kept_is_given_up(void **state)
{
    struct arena a = {0};
    json_t *value = json_string("x");

    (void)state;
    mem_fail_after(0);
    assert_null(arena_keep(&a, value));
    mem_fail_after(-1);
    assert_int_equal(value->refcount, 1);
    json_decref(value);
    arena_deinit(&a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_is_given_from_the_first_memory),
        cmocka_unit_test(what_does_not_fit_comes_from_the_heap),
        cmocka_unit_test(an_empty_arena_works_without_any_memory),
        cmocka_unit_test(a_size_that_overflows_is_no_memory),
        cmocka_unit_test(values_live_as_long_as_the_arena),
        cmocka_unit_test(a_value_that_cannot_be_kept_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
