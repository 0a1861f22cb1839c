#include "base/log_limits.h"

#include "base/macros.h"
#include "support/cmocka.h"

static const char one[] = "one %s", other[] = "other %s";

static void expect(struct log_limits *limits, const char *format, uint64_t now_ms,
                   enum log_verdict verdict, uint64_t want)
{
    uint64_t n = 99;

    assert_int_equal(log_limits_ask(limits, format, now_ms, &n), verdict);
    assert_int_equal(n, want);
}

static void fill(struct log_limits *limits, uint64_t now_ms)
{
    for (int i = 1; i < LOG_LIMITS_LINES; i++) {
        expect(limits, one, now_ms, LOG_WRITE, 0);
    }
    expect(limits, one, now_ms, LOG_WRITE_LAST, 0);
}

static void some_of_a_kind_are_written_and_the_others_counted(void **state)
{
    struct log_limits limits;
    uint64_t n = 0;

    (void)state;
    log_limits_init(&limits);
    log_limits_switch(&limits, true);
    fill(&limits, 5);
    for (int i = 0; i < 7; i++) {
        expect(&limits, one, 5 + LOG_LIMITS_WINDOW_MS - 1, LOG_COUNT, 0);
    }
    expect(&limits, other, 6, LOG_WRITE, 0); /* nobody's flood hides another's line */
    expect(&limits, one, 5 + LOG_LIMITS_WINDOW_MS, LOG_WRITE, 7);
    expect(&limits, one, 5 + LOG_LIMITS_WINDOW_MS, LOG_WRITE, 0);
    assert_null(log_limits_next(&limits, &n));
    log_limits_deinit(&limits);
}

static void what_was_counted_is_told_once(void **state)
{
    struct log_limits limits;
    uint64_t n = 0;

    (void)state;
    log_limits_init(&limits);
    log_limits_switch(&limits, true);
    fill(&limits, 0);
    expect(&limits, one, 0, LOG_COUNT, 0);
    expect(&limits, one, 0, LOG_COUNT, 0);
    assert_ptr_equal(log_limits_next(&limits, &n), one);
    assert_int_equal(n, 2);
    assert_null(log_limits_next(&limits, &n));
    log_limits_deinit(&limits);
}

static void all_is_written_while_it_is_off(void **state)
{
    struct log_limits limits;

    (void)state;
    log_limits_init(&limits);
    for (int i = 0; i < 100; i++) {
        expect(&limits, one, 0, LOG_WRITE, 0);
    }
    log_limits_deinit(&limits);
}

static void more_kinds_than_it_knows_are_not_limited(void **state)
{
    static const char formats[LOG_LIMITS_KINDS + 1] = "";
    struct log_limits limits;

    (void)state;
    log_limits_init(&limits);
    log_limits_switch(&limits, true);
    for (size_t i = 0; i < LOG_LIMITS_KINDS; i++) {
        expect(&limits, formats + i, 0, LOG_WRITE, 0);
    }
    for (int i = 0; i < 100; i++) {
        expect(&limits, formats + LOG_LIMITS_KINDS, 0, LOG_WRITE, 0);
    }
    log_limits_deinit(&limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_of_a_kind_are_written_and_the_others_counted),
        cmocka_unit_test(what_was_counted_is_told_once),
        cmocka_unit_test(all_is_written_while_it_is_off),
        cmocka_unit_test(more_kinds_than_it_knows_are_not_limited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
