#include "load/order.h"

#include "support/cmocka.h"

/* What comes, ended by -1, of `n` that were sent; and what is said of it. */
struct story {
    const char *what;
    int comes[16];
    uint64_t n;
    struct order_faults want;
};

static void what_is_said_of_what_comes(void **state)
{
    static const struct story stories[] = {
        {"all", {0, 1, 2, 3, -1}, 4, {0, 0, 0}},
        {"nothing", {-1}, 3, {3, 0, 0}},
        {"one is missing", {0, 2, 3, -1}, 4, {1, 0, 0}},
        {"the first is missing", {1, 2, 3, -1}, 4, {1, 0, 0}},
        {"the last two are missing", {0, 1, -1}, 4, {2, 0, 0}},
        {"one comes twice", {0, 1, 1, 2, -1}, 3, {0, 1, 0}},
        {"one comes again later", {0, 1, 2, 0, -1}, 3, {0, 1, 0}},
        {"two are exchanged", {0, 2, 1, 3, -1}, 4, {0, 0, 1}},
        {"the last is first", {3, 0, 1, 2, -1}, 4, {0, 0, 3}},
        {"late, and then again", {1, 0, 0, -1}, 2, {0, 1, 1}},
        {"one of each", {0, 2, 1, 2, 4, -1}, 6, {2, 1, 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
        const struct story *story = &stories[i];
        struct order order = {0};
        struct order_faults faults = {0};

        for (const int *seq = story->comes; *seq >= 0; seq++) {
            order_see(&order, (uint64_t)*seq, &faults);
        }
        order_end(&order, story->n, &faults);
        if (faults.lost != story->want.lost || faults.duplicated != story->want.duplicated ||
            faults.reordered != story->want.reordered) {
            fail_msg("%s: %d lost, %d doubled, %d out of order", story->what, (int)faults.lost,
                     (int)faults.duplicated, (int)faults.reordered);
        }
    }
}

static void it_tells_how_many_were_passed_over(void **state)
{
    struct order order = {0};
    struct order_faults faults = {0};

    (void)state;
    assert_int_equal(order_see(&order, 0, &faults), 0);
    assert_int_equal(order_see(&order, 5, &faults), 4);
    assert_int_equal(order_see(&order, 3, &faults), 0);
    assert_int_equal(faults.lost, 3);
}

/* What is remembered is 64 numbers back: there a late one is told from a double one, beyond it not. */
static void the_memory_ends_after_sixty_four(void **state)
{
    struct order order = {0};
    struct order_faults faults = {0};

    (void)state;
    order_see(&order, 0, &faults);
    order_see(&order, 64, &faults); /* 1 is 63 back, 0 is 64 back */
    assert_int_equal(faults.lost, 63);
    order_see(&order, 1, &faults);
    assert_int_equal(faults.lost, 62);
    assert_int_equal(faults.reordered, 1);
    order_see(&order, 1, &faults);
    assert_int_equal(faults.duplicated, 1);
    order_see(&order, 0, &faults); /* it did come, but who knows */
    assert_int_equal(faults.reordered, 2);
    assert_int_equal(faults.lost, 62);
}

static void a_gap_wider_than_the_memory_is_counted_whole(void **state)
{
    struct order order = {0};
    struct order_faults faults = {0};

    (void)state;
    order_see(&order, 10, &faults);
    order_see(&order, 1000, &faults);
    assert_int_equal(faults.lost, 10 + 989);
    order_see(&order, 1000, &faults);
    assert_int_equal(faults.duplicated, 1);
    order_see(&order, 999, &faults);
    assert_int_equal(faults.lost, 10 + 988);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_of_what_comes),
        cmocka_unit_test(it_tells_how_many_were_passed_over),
        cmocka_unit_test(the_memory_ends_after_sixty_four),
        cmocka_unit_test(a_gap_wider_than_the_memory_is_counted_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
