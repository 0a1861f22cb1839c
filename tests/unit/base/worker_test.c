#include "base/worker.h"

#include "support/cmocka.h"

static void nobody_is_on_a_worker_outside_of_its_turns(void **state)
{
    struct worker_pool pool = {.count = 2};
    struct worker workers[2] = {{.pool = &pool}, {.pool = &pool, .index = 1}};
    struct worker_scope scope;

    (void)state;
    assert_null(worker_current(&pool));
    worker_enter(&scope, &workers[1]);
    assert_ptr_equal(worker_current(&pool), &workers[1]);
    assert_true(worker_is_current(&workers[1]));
    assert_false(worker_is_current(&workers[0]));
    assert_ptr_equal(worker_env(&workers[1]), &workers[1].env);
    worker_leave(&scope);
    assert_null(worker_current(&pool));
}

/* An embedding program's loop can serve two pools, and one's callback may stop the other. */
static void turns_of_two_pools_nest(void **state)
{
    struct worker_pool one = {.count = 1};
    struct worker_pool two = {.count = 1};
    struct worker a = {.pool = &one};
    struct worker b = {.pool = &two};
    struct worker_scope outer, inner;

    (void)state;
    worker_enter(&outer, &a);
    worker_enter(&inner, &b);
    assert_ptr_equal(worker_current(&one), &a);
    assert_ptr_equal(worker_current(&two), &b);
    worker_leave(&inner);
    assert_ptr_equal(worker_current(&one), &a);
    assert_null(worker_current(&two));
    worker_leave(&outer);
}

/* Several workers of one pool can live in one thread (a simulated world): the innermost turn counts. */
static void the_innermost_turn_counts(void **state)
{
    struct worker_pool pool = {.count = 2};
    struct worker workers[2] = {{.pool = &pool}, {.pool = &pool, .index = 1}};
    struct worker_scope outer, inner;

    (void)state;
    worker_enter(&outer, &workers[0]);
    worker_enter(&inner, &workers[1]);
    assert_true(worker_is_current(&workers[1]));
    worker_leave(&inner);
    assert_true(worker_is_current(&workers[0]));
    worker_leave(&outer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_on_a_worker_outside_of_its_turns),
        cmocka_unit_test(turns_of_two_pools_nest),
        cmocka_unit_test(the_innermost_turn_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
