#include "base/deadline_ladder.h"

#include "base/mem.h"
#include "support/cmocka.h"

static void count(struct deadline *deadline, void *ctx)
{
    (void)deadline;
    ++*(int *)ctx;
}

static void lengths_are_rounded_up_by_an_eighth_at_most(void **state)
{
    struct deadline_set set;
    struct deadline_ladder ladder;
    int n_due = 0;

    (void)state;
    deadline_set_init(&set);
    deadline_ladder_init(&ladder, &set, count, &n_due);
    for (uint64_t length = 1; length < 1000000; length += length / 7 + 1) {
        const struct deadline_queue *queue = deadline_ladder_queue(&ladder, length);

        assert_non_null(queue);
        assert_true(queue->length_ms >= length);
        assert_true(queue->length_ms <= length + length / 8 + 1);
        assert_ptr_equal(deadline_ladder_queue(&ladder, queue->length_ms), queue);
    }
    assert_non_null(deadline_ladder_queue(&ladder, UINT64_MAX));
    deadline_ladder_deinit(&ladder);
}

static void deadlines_of_all_lengths_come_due(void **state)
{
    struct deadline_set set;
    struct deadline_ladder ladder;
    struct deadline deadlines[3] = {0};
    int n_due = 0;

    (void)state;
    deadline_set_init(&set);
    deadline_ladder_init(&ladder, &set, count, &n_due);
    deadline_start(&deadlines[0], deadline_ladder_queue(&ladder, 10), 0);
    deadline_start(&deadlines[1], deadline_ladder_queue(&ladder, 100), 0);
    deadline_start(&deadlines[2], deadline_ladder_queue(&ladder, 1000), 0);
    deadlines_run(&set, 200);
    assert_int_equal(n_due, 2);
    deadline_ladder_deinit(&ladder); /* stops the third */
    assert_false(deadline_is_running(&deadlines[2]));
}

static void without_memory_there_is_no_queue(void **state)
{
    struct deadline_set set;
    struct deadline_ladder ladder;

    (void)state;
    deadline_set_init(&set);
    deadline_ladder_init(&ladder, &set, count, NULL);
    mem_fail_after(0);
    assert_null(deadline_ladder_queue(&ladder, 10));
    assert_true(mem_has_failed());
    assert_non_null(deadline_ladder_queue(&ladder, 10));
    deadline_ladder_deinit(&ladder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_rounded_up_by_an_eighth_at_most),
        cmocka_unit_test(deadlines_of_all_lengths_come_due),
        cmocka_unit_test(without_memory_there_is_no_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
