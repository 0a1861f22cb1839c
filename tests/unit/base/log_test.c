#include "base/log.h"

#include "support/cmocka.h"

#include <stdio.h>
#include <string.h>

struct sink {
    char text[4096];
    enum log_level level;
    int n;
};

static void keep(void *ctx, enum log_level level, const char *text)
{
    struct sink *sink = ctx;

    sink->level = level;
    sink->n++;
    snprintf(sink->text, sizeof(sink->text), "%s", text);
}

static void lines_above_the_level_are_dropped(void **state)
{
    struct sink sink = {.n = 0};
    struct log log = {.level = LOG_WARN, .write = keep, .ctx = &sink};

    (void)state;
    log_line(&log, LOG_INFO, "no");
    assert_int_equal(sink.n, 0);
    log_line(&log, LOG_WARN, "%s %d", "port", 80);
    assert_string_equal(sink.text, "port 80");
    assert_int_equal(sink.level, LOG_WARN);
    log_line(&log, LOG_ERROR, "yes");
    assert_int_equal(sink.n, 2);
    log.level = LOG_SILENT;
    log_line(&log, LOG_ERROR, "no");
    assert_int_equal(sink.n, 2);
}

static void a_long_line_is_cut(void **state)
{
    static char text[5000];
    struct sink sink = {.n = 0};
    struct log log = {.level = LOG_SILLY, .write = keep, .ctx = &sink};

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    log_line(&log, LOG_SILLY, "%s", text);
    assert_int_equal(strlen(sink.text), 2047);
}

static void no_log_says_nothing(void **state)
{
    struct log silent = {.level = LOG_SILLY};

    (void)state;
    log_line(NULL, LOG_ERROR, "x");
    log_line(&silent, LOG_ERROR, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(no_log_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
