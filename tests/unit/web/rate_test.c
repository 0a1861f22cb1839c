#include "web/rate.h"

#include "base/mem.h"
#include "support/cmocka.h"

static void limit(struct rate_limiter *limiter, uint64_t interval_us, uint64_t burst, size_t max)
{
    rate_init(limiter,
              &(struct rate_options){
                  .interval_us = interval_us, .burst = burst, .max_keys = max, .hash_key = {1, 2}});
}

static void a_burst_passes_and_then_one_for_each_interval(void **state)
{
    struct rate_limiter l;

    (void)state;
    limit(&l, 100, 3, 10);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rate_take(&l, STR("a"), 1000), 0);
    }
    assert_int_equal(rate_take(&l, STR("a"), 1000), 100);
    assert_int_equal(rate_take(&l, STR("a"), 1040), 60);
    assert_int_equal(rate_take(&l, STR("a"), 1099), 1);
    assert_int_equal(rate_take(&l, STR("a"), 1100), 0);
    assert_int_equal(rate_take(&l, STR("a"), 1100), 100);
    assert_int_equal(rate_take(&l, STR("a"), 1300), 0);
    assert_int_equal(rate_take(&l, STR("a"), 1300), 0);
    assert_int_equal(rate_take(&l, STR("a"), 1300), 100);
    rate_deinit(&l);
}

static void a_bucket_never_holds_more_than_a_burst(void **state)
{
    struct rate_limiter l;

    (void)state;
    limit(&l, 100, 2, 10);
    assert_int_equal(rate_take(&l, STR("a"), 0), 0);
    assert_int_equal(rate_take(&l, STR("a"), 1000000), 0);
    assert_int_equal(rate_take(&l, STR("a"), 1000000), 0);
    assert_int_equal(rate_take(&l, STR("a"), 1000000), 100);
    rate_deinit(&l);
}

static void keys_do_not_concern_each_other(void **state)
{
    struct rate_limiter l;

    (void)state;
    limit(&l, 100, 1, 10);
    assert_int_equal(rate_take(&l, STR("a"), 0), 0);
    assert_int_equal(rate_take(&l, STR("b"), 0), 0);
    assert_int_equal(rate_take(&l, (struct str){0}, 0), 0);
    assert_int_equal(rate_take(&l, STR("a"), 0), 100);
    assert_int_equal(rate_take(&l, (struct str){0}, 0), 100);
    rate_deinit(&l);
}

static void full_buckets_go_and_the_bound_holds(void **state)
{
    struct rate_limiter l;

    (void)state;
    limit(&l, 100, 1, 2);
    assert_int_equal(rate_take(&l, STR("a"), 0), 0);
    assert_int_equal(rate_take(&l, STR("b"), 0), 0);
    assert_int_equal(rate_take(&l, STR("a"), 0), 100); /* a is now seen later than b */
    assert_int_equal(rate_take(&l, STR("c"), 0), 0);
    assert_int_equal(l.by_key.count, 2);
    assert_int_equal(rate_take(&l, STR("a"), 0), 100);
    assert_int_equal(rate_take(&l, STR("d"), 100), 0);
    assert_int_equal(l.by_key.count, 1);
    rate_deinit(&l);
}

static void huge_settings_do_not_overflow(void **state)
{
    struct rate_limiter l;

    (void)state;
    limit(&l, 1000, UINT64_MAX, 2);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(rate_take(&l, STR("a"), 1), 0);
    }
    rate_deinit(&l);
}

static void without_memory_a_new_key_passes(void **state)
{
    struct rate_limiter l;

    (void)state;
    for (long n = 0; n < 3; n++) {
        limit(&l, 100, 1, 10);
        mem_fail_after(n);
        assert_int_equal(rate_take(&l, STR("a"), 0), 0);
        assert_int_equal(rate_take(&l, STR("b"), 0), 0);
        mem_fail_after(-1);
        rate_deinit(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_passes_and_then_one_for_each_interval),
        cmocka_unit_test(a_bucket_never_holds_more_than_a_burst),
        cmocka_unit_test(keys_do_not_concern_each_other),
        cmocka_unit_test(full_buckets_go_and_the_bound_holds),
        cmocka_unit_test(huge_settings_do_not_overflow),
        cmocka_unit_test(without_memory_a_new_key_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
