#include "base/list.h"

#include "support/cmocka.h"

struct item {
    struct list in_list;
    int value;
};

/* The values in order, as digits of one number. */
static int digits_of(const struct list *head)
{
    int digits = 0;

    list_each(node, head) {
        digits = digits * 10 + container_of(node, struct item, in_list)->value;
    }
    return digits;
}

static void nodes_keep_the_order_in_which_they_were_put(void **state)
{
    struct list head;
    struct item items[4] = {{.value = 1}, {.value = 2}, {.value = 3}, {.value = 4}};

    (void)state;
    list_init(&head);
    assert_true(list_is_empty(&head));
    assert_null(list_take_first(&head));
    list_append(&head, &items[1].in_list);
    list_append(&head, &items[3].in_list);
    list_insert_before(&items[1].in_list, &items[0].in_list);
    list_insert_before(&items[3].in_list, &items[2].in_list);
    assert_int_equal(digits_of(&head), 1234);
    list_remove(&items[1].in_list);
    assert_false(list_is_linked(&items[1].in_list));
    assert_int_equal(digits_of(&head), 134);
    assert_ptr_equal(list_take_first(&head), &items[0].in_list);
    assert_int_equal(digits_of(&head), 34);
}

static void removing_what_is_in_no_list_does_nothing(void **state)
{
    struct item fresh = {.value = 1};
    struct list node;

    (void)state;
    assert_false(list_is_linked(&fresh.in_list));
    list_remove(&fresh.in_list);
    assert_false(list_is_linked(&fresh.in_list));
    list_init(&node);
    list_remove(&node);
    list_remove(&node);
    assert_true(list_is_empty(&node));
}

static void all_nodes_move_to_the_end_of_another_list(void **state)
{
    struct list a, b;
    struct item items[4] = {{.value = 1}, {.value = 2}, {.value = 3}, {.value = 4}};

    (void)state;
    list_init(&a);
    list_init(&b);
    list_splice(&a, &b);
    assert_true(list_is_empty(&a));
    for (int i = 0; i < 4; i++) {
        list_append(i < 2 ? &a : &b, &items[i].in_list);
    }
    list_splice(&a, &b);
    assert_int_equal(digits_of(&a), 1234);
    assert_true(list_is_empty(&b));
    list_splice(&b, &a);
    assert_int_equal(digits_of(&b), 1234);
}

static void a_node_may_be_removed_while_it_is_visited(void **state)
{
    struct list head;
    struct item items[3] = {{.value = 1}, {.value = 2}, {.value = 3}};
    int n = 0;

    (void)state;
    list_init(&head);
    for (int i = 0; i < 3; i++) {
        list_append(&head, &items[i].in_list);
    }
    list_each(node, &head) {
        list_remove(node);
        n++;
    }
    assert_int_equal(n, 3);
    assert_true(list_is_empty(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_keep_the_order_in_which_they_were_put),
        cmocka_unit_test(removing_what_is_in_no_list_does_nothing),
        cmocka_unit_test(all_nodes_move_to_the_end_of_another_list),
        cmocka_unit_test(a_node_may_be_removed_while_it_is_visited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
