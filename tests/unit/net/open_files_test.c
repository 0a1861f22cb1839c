#include "net/open_files.h"

#include "support/cmocka.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void keep_line(void *ctx, enum log_level level, const char *text)
{
    char *last = ctx;

    assert_int_equal(level, LOG_VERBOSE);
    snprintf(last, 128, "%s", text);
}

/* Lowers its own soft limit first, which every process may. */
static void the_soft_limit_becomes_the_hard_one(void **state)
{
    char last[128] = "";
    struct log log = {.level = LOG_VERBOSE, .write = keep_line, .ctx = last};
    struct rlimit before, after;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    after = before;
    after.rlim_cur = 64;
    assert_true(before.rlim_max > 64);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &after), 0);
    open_files_raise(&log);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
    assert_int_equal(after.rlim_cur, before.rlim_max);
    assert_non_null(strstr(last, "(it was 64)"));
    last[0] = '\0';
    open_files_raise(&log); /* nothing is left to raise */
    open_files_raise(NULL);
    assert_string_equal(last, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_soft_limit_becomes_the_hard_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
