#include "web/access_log.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

struct sink {
    char text[2100];
    enum log_level level;
    int n;
};

static void keep(void *ctx, enum log_level level, const char *text)
{
    struct sink *sink = ctx;

    snprintf(sink->text, sizeof(sink->text), "%s", text);
    sink->level = level;
    sink->n++;
}

static void a_line_has_six_fields(void **state)
{
    const struct {
        struct access_entry entry;
        const char *want;
    } cases[] = {
        {{STR("GET"), STR("/chat/a"), 200, 3, STR("127.0.0.1"), false},
         "GET /chat/a 200 3ms 127.0.0.1 http"},
        {{STR("POST"), STR("/login?password=x"), 403, 0, STR("::1"), true},
         "POST /login 403 0ms ::1 ws"},
        {{STR("GET"), STR("?x"), 404, 1, {0}, false}, "GET / 404 1ms - http"},
        {{STR("GET"), STR("/a b\r\nc\xc3\xa9\x7f"), 200, 1, STR("::1"), false},
         "GET /a%20b%0D%0Ac%C3%A9%7F 200 1ms ::1 http"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sink sink = {.n = 0};
        struct log log = {.level = LOG_INFO, .write = keep, .ctx = &sink};

        access_log_line(&log, &cases[i].entry);
        assert_string_equal(sink.text, cases[i].want);
        assert_int_equal(sink.level, LOG_INFO);
        assert_int_equal(sink.n, 1);
    }
}

static void a_long_path_is_cut_and_the_fields_behind_it_are_not(void **state)
{
    static const char byte[] = {'a', ' '}; /* as it is, and as three */

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(byte); i++) {
        struct sink sink = {.n = 0};
        struct log log = {.level = LOG_INFO, .write = keep, .ctx = &sink};
        char path[5000];
        struct access_entry entry = {STR("GET"), {path, sizeof(path)}, 200, 7, STR("::1"), true};

        memset(path, byte[i], sizeof(path));
        access_log_line(&log, &entry);
        assert_true(strlen(sink.text) < 1100);
        assert_non_null(strstr(sink.text, "... 200 7ms ::1 ws"));
    }
}

static void nothing_is_said_below_info_or_to_nobody(void **state)
{
    struct sink sink = {.n = 0};
    struct log log = {.level = LOG_WARN, .write = keep, .ctx = &sink};
    struct access_entry entry = {STR("GET"), STR("/"), 200, 7, STR("::1"), true};

    (void)state;
    access_log_line(&log, &entry);
    access_log_line(NULL, &entry);
    assert_int_equal(sink.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_six_fields),
        cmocka_unit_test(a_long_path_is_cut_and_the_fields_behind_it_are_not),
        cmocka_unit_test(nothing_is_said_below_info_or_to_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
