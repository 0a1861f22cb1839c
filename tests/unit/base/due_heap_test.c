#include "base/due_heap.h"

#include "base/macros.h"
#include "support/chance.h"
#include "support/cmocka.h"

static void an_empty_heap_has_no_first(void **state)
{
    struct due_heap heap = {0};
    struct due alone = {.at_ms = 5};

    (void)state;
    assert_null(due_heap_first(&heap));
    due_heap_remove(&heap, &alone); /* in no heap */
    due_heap_add(&heap, &alone);
    assert_ptr_equal(due_heap_first(&heap), &alone);
    due_heap_remove(&heap, &alone);
    due_heap_remove(&heap, &alone);
    assert_null(due_heap_first(&heap));
}

static void equal_times_come_in_the_order_of_adding(void **state)
{
    struct due_heap heap = {0};
    struct due nodes[20] = {{0}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        nodes[i].at_ms = 7;
        due_heap_add(&heap, &nodes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        assert_ptr_equal(due_heap_first(&heap), &nodes[i]);
        due_heap_remove(&heap, &nodes[i]);
    }
}

/* The plain way to the same answer. */
static const struct due *earliest(const struct due *nodes, size_t n)
{
    const struct due *best = NULL;

    for (size_t i = 0; i < n; i++) {
        bool is_earlier = best == NULL || nodes[i].at_ms < best->at_ms ||
                          (nodes[i].at_ms == best->at_ms && nodes[i].serial < best->serial);

        best = nodes[i].is_in && is_earlier ? &nodes[i] : best;
    }
    return best;
}

static void the_first_is_the_earliest_whatever_comes_and_goes(void **state)
{
    struct due_heap heap = {0};
    struct due nodes[60] = {{0}};
    struct chance chance;

    (void)state;
    chance_init(&chance, 9);
    for (int turn = 0; turn < 20000; turn++) {
        struct due *node = &nodes[chance_below(&chance, ARRAY_LEN(nodes))];

        if (node->is_in) {
            due_heap_remove(&heap, node);
        } else {
            node->at_ms = chance_below(&chance, 40);
            due_heap_add(&heap, node);
        }
        assert_ptr_equal(due_heap_first(&heap), earliest(nodes, ARRAY_LEN(nodes)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_first),
        cmocka_unit_test(equal_times_come_in_the_order_of_adding),
        cmocka_unit_test(the_first_is_the_earliest_whatever_comes_and_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
