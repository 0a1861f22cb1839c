#include "base/deadline.h"

#include "support/cmocka.h"

struct log {
    struct deadline *seen[8];
    int n;
    struct deadline_queue *restart_in; /* restart what comes, with a length of 0 */
    struct deadline *stop;
};

static void note(struct deadline *deadline, void *ctx)
{
    struct log *log = ctx;

    log->seen[log->n++] = deadline;
    if (log->restart_in != NULL) {
        deadline_start(deadline, log->restart_in, 100);
    }
    if (log->stop != NULL) {
        deadline_stop(log->stop);
    }
}

static void they_expire_in_the_order_in_which_they_were_started(void **state)
{
    struct deadline_set set;
    struct deadline_queue queue;
    struct log log = {0};
    struct deadline a = {0}, b = {0}, c = {0};

    (void)state;
    deadline_set_init(&set);
    deadline_queue_init(&queue, &set, 10, note, &log);
    assert_true(deadlines_next(&set) == DEADLINE_NEVER);
    deadline_start(&a, &queue, 1);
    deadline_start(&b, &queue, 2);
    deadline_start(&c, &queue, 3);
    deadline_start(&a, &queue, 4); /* moved to the end */
    deadline_stop(&c);
    assert_int_equal(deadlines_next(&set), 12);

    deadlines_run(&set, 11);
    assert_int_equal(log.n, 0);
    deadlines_run(&set, 14);
    assert_int_equal(log.n, 2);
    assert_ptr_equal(log.seen[0], &b);
    assert_ptr_equal(log.seen[1], &a);
    assert_false(deadline_is_running(&a));
    assert_true(deadlines_next(&set) == DEADLINE_NEVER);
}

static void a_callback_may_start_its_own_deadline_and_stop_another_that_is_due(void **state)
{
    struct deadline_set set;
    struct deadline_queue queue;
    struct log log = {0};
    struct deadline a = {0}, b = {0};

    (void)state;
    deadline_set_init(&set);
    deadline_queue_init(&queue, &set, 0, note, &log);
    log.restart_in = &queue;
    log.stop = &b;
    deadline_start(&a, &queue, 100);
    deadline_start(&b, &queue, 100);
    deadlines_run(&set, 100);
    assert_int_equal(log.n, 1);
    assert_true(deadline_is_running(&a));
    assert_false(deadline_is_running(&b));
    deadline_queue_deinit(&queue);
    assert_false(deadline_is_running(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_expire_in_the_order_in_which_they_were_started),
        cmocka_unit_test(a_callback_may_start_its_own_deadline_and_stop_another_that_is_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
