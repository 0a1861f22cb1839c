#include "net/outq.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <malloc.h>
#include <sails/err.h>

/* Messages count upward, byte by byte, so that what comes out tells whether anything was lost. */
struct pump {
    struct outq queue;
    uint8_t next_in;
    uint8_t next_out;
};

static int push(struct pump *pump, size_t len)
{
    struct shared *s = shared_create(len);
    uint8_t next = pump->next_in;
    int rc = 0;

    assert_non_null(s);
    for (size_t i = 0; i < len; i++) {
        s->data[i] = next++;
    }
    rc = outq_push(&pump->queue, s);
    if (rc == 0) {
        pump->next_in = next;
    }
    shared_release(s);
    return rc;
}

/* Takes `len` bytes out, after a look at them in at most `max` pieces. */
static void take(struct pump *pump, size_t len, size_t max)
{
    struct iovec pieces[16];
    size_t n = outq_peek(&pump->queue, pieces, max);
    size_t left = len;

    assert_true(n <= max);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *bytes = pieces[i].iov_base;

        assert_true(pieces[i].iov_len > 0);
        for (size_t j = 0; j < pieces[i].iov_len && left > 0; j++, left--) {
            assert_int_equal(bytes[j], pump->next_out);
            pump->next_out++;
        }
    }
    assert_int_equal(left, 0);
    outq_consume(&pump->queue, len);
}

static void what_goes_in_comes_out_in_order_at_every_cut(void **state)
{
    (void)state;
    for (size_t n_messages = 1; n_messages < 12; n_messages++) {
        for (size_t cut = 1; cut < 8; cut++) {
            struct pump pump = {0};

            for (size_t i = 0; i < n_messages; i++) {
                assert_int_equal(push(&pump, 1 + i % 5), 0);
            }
            while (pump.queue.bytes > 0) {
                take(&pump, cut < pump.queue.bytes ? cut : pump.queue.bytes, 16);
            }
            assert_true(outq_is_empty(&pump.queue));
            assert_int_equal(pump.next_out, pump.next_in);
            assert_null(pump.queue.u.many); /* I2: nothing left to free */
        }
    }
}

static void a_queue_that_never_empties_stays_small(void **state)
{
    struct pump pump = {0};

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(push(&pump, 3), 0);
    }
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(push(&pump, 3), 0);
        take(&pump, 3, 2);
    }
    assert_true(malloc_usable_size(pump.queue.u.many) < 24 * sizeof(struct shared *));
    assert_int_equal(pump.queue.bytes, 15);
    outq_clear(&pump.queue);
    outq_clear(&pump.queue);
    assert_true(outq_is_empty(&pump.queue));
}

static void one_message_needs_no_memory(void **state)
{
    struct outq queue = {0};
    struct shared *s = shared_create(3);

    (void)state;
    assert_non_null(s);
    mem_fail_after(0);
    assert_int_equal(outq_push(&queue, s), 0);
    assert_false(mem_has_failed());
    assert_int_equal(outq_push(&queue, s), SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_int_equal(queue.bytes, 3);
    assert_int_equal(queue.count, 1);
    assert_true(outq_cost(&queue) > 3);
    outq_clear(&queue);
    shared_release(s);
}

static void without_memory_a_push_changes_nothing(void **state)
{
    int n_failed = 0;

    (void)state;
    for (int n = 0; n < 40; n++) {
        struct pump pump = {0};
        struct shared *s = shared_create(1);
        struct outq before;

        assert_non_null(s);
        for (int i = 0; i < n; i++) {
            assert_int_equal(push(&pump, 1), 0);
        }
        before = pump.queue;
        mem_fail_after(0);
        if (outq_push(&pump.queue, s) < 0) {
            assert_memory_equal(&before, &pump.queue, sizeof(before));
            n_failed++;
        }
        mem_fail_after(-1);
        outq_clear(&pump.queue);
        shared_release(s);
    }
    assert_int_equal(n_failed, 4); /* where it grows: at 1, 8, 16 and 32 messages */
}

/* Any size gets through once; what waits besides it is bounded, whatever the order. */
static void the_longest_message_does_not_count_against_the_bound(void **state)
{
    enum {
        MAX = 1000,
        COST = 64 /* of a message, besides its bytes */
    };
    struct pump pump = {0};

    (void)state;
    assert_true(outq_admits(&pump.queue, 100 * MAX, MAX));
    assert_int_equal(push(&pump, 10), 0);
    assert_true(outq_admits(&pump.queue, 100 * MAX, MAX)); /* behind a small one */
    assert_int_equal(push(&pump, 100 * MAX), 0);
    assert_false(outq_admits(&pump.queue, 100 * MAX, MAX)); /* but only one */
    assert_false(outq_admits(&pump.queue, MAX - 10 - 2 * COST + 1, MAX));
    assert_true(outq_admits(&pump.queue, MAX - 10 - 2 * COST, MAX));
    assert_int_equal(push(&pump, MAX - 10 - 3 * COST), 0);

    take(&pump, 10 + 500, 16); /* the rest of it does not count either */
    assert_true(outq_admits(&pump.queue, COST - 10, MAX));
    assert_false(outq_admits(&pump.queue, COST + COST, MAX));
    take(&pump, 100 * MAX - 500, 16); /* it has gone: another one may come */
    assert_true(outq_admits(&pump.queue, 100 * MAX, MAX));
    outq_clear(&pump.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out_in_order_at_every_cut),
        cmocka_unit_test(a_queue_that_never_empties_stays_small),
        cmocka_unit_test(one_message_needs_no_memory),
        cmocka_unit_test(without_memory_a_push_changes_nothing),
        cmocka_unit_test(the_longest_message_does_not_count_against_the_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
