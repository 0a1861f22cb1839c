#include "base/worker.h"

#include "base/macros.h"
#include "support/cmocka.h"
#include "support/sim_pool.h"

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

struct letter {
    struct mail mail;
    int n_delivered;
};

static void count_delivery(struct worker *worker, struct mail *mail)
{
    assert_true(worker_is_current(worker));
    container_of(mail, struct letter, mail)->n_delivered++;
}

static void a_call_is_made_now_by_its_worker_and_by_mail_from_elsewhere(void **state)
{
    struct sim_pool sim;
    struct letter letter = {.mail.deliver = count_delivery};
    struct worker_scope scope;

    (void)state;
    sim_pool_init(&sim, 2, 1);
    worker_enter(&scope, sim.pool.workers[1]);
    worker_call(sim.pool.workers[1], &letter.mail);
    assert_int_equal(letter.n_delivered, 1);
    worker_call(sim.pool.workers[0], &letter.mail);
    worker_leave(&scope);
    assert_int_equal(letter.n_delivered, 1);
    sim_pool_run(&sim);
    assert_int_equal(letter.n_delivered, 2);
    worker_call(sim.pool.workers[1], &letter.mail);
    assert_int_equal(letter.n_delivered, 2);
    sim_pool_deinit(&sim);
    assert_int_equal(letter.n_delivered, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_on_a_worker_outside_of_its_turns),
        cmocka_unit_test(turns_of_two_pools_nest),
        cmocka_unit_test(the_innermost_turn_counts),
        cmocka_unit_test(a_call_is_made_now_by_its_worker_and_by_mail_from_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
