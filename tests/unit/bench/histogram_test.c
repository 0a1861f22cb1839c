#include "load/histogram.h"

#include "support/cmocka.h"

#include <stdlib.h>

static struct histogram *create(void)
{
    return test_calloc(1, sizeof(struct histogram));
}

static void small_values_are_kept_as_they_are(void **state)
{
    struct histogram *histogram = create();

    (void)state;
    for (uint64_t value = 1; value <= 200; value++) {
        histogram_add(histogram, value);
    }
    assert_int_equal(histogram->n, 200);
    assert_int_equal(histogram->min, 1);
    assert_int_equal(histogram->max, 200);
    assert_int_equal(histogram_percentile(histogram, 50), 100);
    assert_int_equal(histogram_percentile(histogram, 99), 198);
    assert_int_equal(histogram_percentile(histogram, 99.9), 200);
    assert_int_equal(histogram_percentile(histogram, 100), 200);
    assert_true(histogram_mean(histogram) > 100.49 && histogram_mean(histogram) < 100.51);
    test_free(histogram);
}

/* Each value alone, so that the percentile is the end of its class. */
static void no_value_is_more_than_a_hundredth_off(void **state)
{
    struct histogram *histogram = create();

    (void)state;
    for (uint64_t value = 1; value < (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1;
         value += value / 7 + 1) {
        uint64_t told = 0;

        *histogram = (struct histogram){0};
        histogram_add(histogram, value);
        histogram_add(histogram, value * 2);
        told = histogram_percentile(histogram, 50);
        assert_true(told >= value);
        assert_true(told - value <= value / 100);
    }
    test_free(histogram);
}

static void what_is_longer_than_an_hour_counts_as_the_longest(void **state)
{
    struct histogram *histogram = create();

    (void)state;
    histogram_add(histogram, UINT64_MAX);
    assert_int_equal(histogram->counts[HISTOGRAM_CLASSES - 1], 1);
    assert_true(histogram_percentile(histogram, 50) == (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1);
    test_free(histogram);
}

static void nothing_has_no_percentiles(void **state)
{
    struct histogram *histogram = create();

    (void)state;
    assert_int_equal(histogram_percentile(histogram, 99), 0);
    assert_true(histogram_mean(histogram) == 0);
    test_free(histogram);
}

/* Nine answers after 10, then one after 100: who had asked every 10 would have seen 90, 80, ... 10 as well. */
static void an_answer_that_was_late_stands_for_those_that_were_not_asked_for(void **state)
{
    struct histogram *measured = create(), *corrected = create();

    (void)state;
    histogram_add_times(measured, 10, 9);
    histogram_add(measured, 100);
    histogram_correct(corrected, measured, 10);
    assert_int_equal(corrected->n, 10 + 9);
    for (uint64_t value = 20; value <= 100; value += 10) {
        assert_int_equal(corrected->counts[value], 1);
    }
    assert_int_equal(corrected->counts[10], 9 + 1);
    assert_int_equal(histogram_percentile(measured, 90), 10);
    assert_int_equal(histogram_percentile(corrected, 90), 90);
    test_free(measured);
    test_free(corrected);
}

static void what_is_never_late_needs_no_correction(void **state)
{
    struct histogram *measured = create(), *corrected = create();

    (void)state;
    histogram_add_times(measured, 10, 5);
    histogram_correct(corrected, measured, 10);
    assert_int_equal(corrected->n, 5);
    histogram_correct(corrected, measured, 0);
    assert_int_equal(corrected->n, 5);
    test_free(measured);
    test_free(corrected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_values_are_kept_as_they_are),
        cmocka_unit_test(no_value_is_more_than_a_hundredth_off),
        cmocka_unit_test(what_is_longer_than_an_hour_counts_as_the_longest),
        cmocka_unit_test(nothing_has_no_percentiles),
        cmocka_unit_test(an_answer_that_was_late_stands_for_those_that_were_not_asked_for),
        cmocka_unit_test(what_is_never_late_needs_no_correction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
