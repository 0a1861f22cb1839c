#include "base/log.h"

#include "base/macros.h"
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

/* app-config-cli 10 */
static void levels_are_ordered_as_in_sails(void **state)
{
    static const enum log_level order[] = {LOG_CRIT,  LOG_ERROR, LOG_WARN,    LOG_DEBUG,
                                           LOG_BLANK, LOG_INFO,  LOG_VERBOSE, LOG_SILLY};
    struct log log = {.write = keep};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        log.level = LOG_SILENT;
        assert_false(log_has(&log, order[i]));
        for (size_t j = 0; j < ARRAY_LEN(order); j++) {
            log.level = order[j];
            assert_int_equal(log_has(&log, order[i]), i <= j);
        }
    }
    assert_false(log_has(&log, LOG_SILENT)); /* nothing is ever logged at it */
    assert_false(log_has(NULL, LOG_CRIT));
}

static void keep_fields(void *ctx, enum log_level level, const char *text,
                        const struct log_field *fields, size_t n_fields)
{
    struct sink *sink = ctx;

    keep(ctx, level, text);
    for (size_t i = 0; i < n_fields; i++) {
        size_t len = strlen(sink->text);

        snprintf(sink->text + len, sizeof(sink->text) - len, " %s=%.*s%lld", fields[i].name,
                 STR_FMT(fields[i].text), (long long)fields[i].number);
    }
}

static void fields_reach_whoever_wants_them(void **state)
{
    static const struct log_field fields[] = {{.name = "path", .text = {"/x", 2}},
                                              {.name = "status", .is_number = true, .number = 200}};
    struct sink sink = {.n = 0};
    struct log log = {.level = LOG_INFO, .write = keep, .ctx = &sink};

    (void)state;
    log_fields(&log, LOG_INFO, fields, 2, "GET %s", "/x");
    assert_string_equal(sink.text, "GET /x");
    log.write_fields = keep_fields;
    log_fields(&log, LOG_INFO, fields, 2, "GET %s", "/x");
    assert_string_equal(sink.text, "GET /x path=/x0 status=200");
    log_fields(&log, LOG_VERBOSE, fields, 2, "no");
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

/* Somebody else's words are in it, and must not become a line of their own, or commands for a terminal. */
static void a_line_is_a_line_of_text(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a\tb \\ \"c\" caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
         "a\tb \\ \"c\" caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"0.1\nerror: FORGED\r\n", "0.1\\nerror: FORGED\\r\\n"},
        {"\x1b[31m\x07\x7f", "\\x1b[31m\\x07\\x7f"},
        {"\xff caf\xe9 \xe2\x82", "\\xff caf\\xe9 \\xe2\\x82"},
        {"\xc2\x9b"
         "31m \xc2\x85",
         "\\u009b31m \\u0085"},
        {"\xe2\x80\xa8 \xe2\x80\xae \xe2\x81\xa6", "\\u2028 \\u202e \\u2066"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    };
    struct sink sink = {.n = 0};
    struct log log = {.level = LOG_SILLY, .write = keep, .ctx = &sink};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        log_line(&log, LOG_WARN, "%s", cases[i].text);
        assert_string_equal(sink.text, cases[i].want);
    }
}

/* Neither a character nor an escape is cut in two. */
static void a_long_line_ends_with_a_whole_character(void **state)
{
    static const char *const ends[] = {"\xe2\x82\xac\xe2\x82\xac", "\n\n\n"};
    struct sink sink = {.n = 0};
    struct log log = {.level = LOG_SILLY, .write = keep, .ctx = &sink};
    char text[2048];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        memset(text, 'x', sizeof(text));
        snprintf(text + 2042, sizeof(text) - 2042, "%.5s", ends[i]);
        log_line(&log, LOG_SILLY, "%s", text);
        assert_true(strlen(sink.text) <= 2047);
        assert_true(strstr(sink.text, i == 0 ? "\xe2\x82\xac" : "\\n") != NULL);
        assert_true(sink.text[strlen(sink.text) - 1] != '\\');
    }
}

static uint64_t unix_ms(void *ctx)
{
    return *(const uint64_t *)ctx;
}

static void complaints_of_a_kind_are_counted(void **state)
{
    uint64_t now_ms = 1000;
    struct machine machine = {.unix_ms = unix_ms, .ctx = &now_ms};
    struct sink sink = {.n = 0};
    struct log_limits limits;
    struct log log = {
        .level = LOG_SILLY, .write = keep, .ctx = &sink, .limits = &limits, .machine = &machine};

    (void)state;
    log_limits_init(&limits);
    log_limits_switch(&limits, true);
    for (int i = 1; i <= 1000; i++) {
        log_line(&log, LOG_ERROR, "bad event %d", i);
    }
    assert_int_equal(sink.n, LOG_LIMITS_LINES);
    assert_string_equal(sink.text, "bad event 20 (more of this kind are counted for a while)");
    now_ms += LOG_LIMITS_WINDOW_MS;
    log_line(&log, LOG_ERROR, "bad event %d", 1001);
    assert_string_equal(sink.text, "bad event 1001 (after 980 more of this kind)");
    for (int i = 0; i < 100; i++) { /* what is no complaint is never counted */
        log_line(&log, LOG_INFO, "GET %d", i);
    }
    assert_string_equal(sink.text, "GET 99");
    for (int i = 0; i < 21; i++) {
        log_line(&log, LOG_ERROR, "bad event %d", i);
    }
    log_tell_counted(&log);
    assert_string_equal(sink.text, "2 more lines were only counted: bad event %d");
    log_limits_deinit(&limits);
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
        cmocka_unit_test(levels_are_ordered_as_in_sails),
        cmocka_unit_test(fields_reach_whoever_wants_them),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_line_is_a_line_of_text),
        cmocka_unit_test(a_long_line_ends_with_a_whole_character),
        cmocka_unit_test(complaints_of_a_kind_are_counted),
        cmocka_unit_test(no_log_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
