#include "base/byte_budget.h"

#include "support/cmocka.h"

enum {
    LONG = BYTE_BUDGET_FREE + 1
};

static void holders_share_a_budget(void **state)
{
    struct byte_budget budget = {.max = 3 * LONG};
    size_t ann = 0;
    size_t bob = 0;

    (void)state;
    assert_true(byte_budget_set(&budget, &ann, 2 * LONG));
    assert_false(byte_budget_set(&budget, &bob, 2 * LONG));
    assert_int_equal(bob, 0);
    assert_true(byte_budget_set(&budget, &bob, LONG));
    assert_false(byte_budget_set(&budget, &bob, LONG + 1));
    assert_int_equal(bob, LONG);
    assert_true(byte_budget_set(&budget, &ann, LONG)); /* less is always possible */
    assert_true(byte_budget_set(&budget, &bob, LONG + 1));
    assert_true(byte_budget_set(&budget, &ann, 0));
    assert_true(byte_budget_set(&budget, &bob, 0));
    assert_int_equal(atomic_load(&budget.used), 0);
}

/* Who uses it up must not keep the others from short messages. */
static void a_little_is_free(void **state)
{
    struct byte_budget budget = {.max = LONG};
    size_t ann = 0;
    size_t bob = 0;

    (void)state;
    assert_true(byte_budget_set(&budget, &ann, LONG));
    assert_false(byte_budget_set(&budget, &bob, LONG));
    assert_true(byte_budget_set(&budget, &bob, BYTE_BUDGET_FREE));
    assert_int_equal(bob, 0);
    assert_true(byte_budget_set(&budget, &ann, BYTE_BUDGET_FREE));
    assert_int_equal(atomic_load(&budget.used), 0);
}

static void no_limit_and_no_budget_refuse_nothing(void **state)
{
    struct byte_budget budget = {.max = 0};
    size_t ann = 0;

    (void)state;
    assert_true(byte_budget_set(&budget, &ann, SIZE_MAX));
    assert_true(byte_budget_set(&budget, &ann, 0));
    assert_true(byte_budget_set(NULL, &ann, SIZE_MAX));
    assert_int_equal(ann, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holders_share_a_budget),
        cmocka_unit_test(a_little_is_free),
        cmocka_unit_test(no_limit_and_no_budget_refuse_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
