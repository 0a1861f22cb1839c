#include "app/app.h"
#include "base/buf.h"
#include "base/macros.h"
#include "support/cmocka.h"

#include <fcntl.h>
#include <sails/sails.h>
#include <unistd.h>

static uint64_t stopped_clock(void *ctx)
{
    (void)ctx;
    return UINT64_C(1767323045678);
}

static void fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 1, len);
}

/* Nothing is lifted in it. */
static const struct machine machine = {.unix_ms = stopped_clock, .random = fill};
static const struct app_world world = {.machine = &machine};

/* What an app writes to stdout and stderr, which the test puts files (or a terminal) in the place of. */
struct streams {
    sails_app *app;
    int saved[2];
    int caught[2]; /* in the place of stdout and stderr; can be read */
    char text[2][4096];
};

static int open_file(void)
{
    char name[] = "/tmp/sails-log-XXXXXX";
    int fd = mkstemp(name);

    assert_true(fd >= 0);
    assert_int_equal(unlink(name), 0);
    return fd;
}

static void put_in_place(struct streams *streams, int index, int fd)
{
    streams->saved[index] = dup(index + 1);
    assert_int_equal(dup2(fd, index + 1), index + 1);
}

static void streams_init(struct streams *streams, const char *option)
{
    char program[] = "app";
    char argument[64];
    char *argv[] = {program, argument, NULL};

    *streams = (struct streams){.app = app_create_in(&world)};
    assert_non_null(streams->app);
    (void)fflush(NULL);
    for (int i = 0; i < 2; i++) {
        streams->caught[i] = open_file();
        put_in_place(streams, i, streams->caught[i]);
    }
    snprintf(argument, sizeof(argument), "%s", option);
    assert_int_equal(sails_app_load(streams->app, 2, argv), 0);
}

/* From here on the test may fail: its own messages can be seen again. */
static void streams_read(struct streams *streams)
{
    (void)fflush(NULL);
    for (int i = 0; i < 2; i++) {
        ssize_t n = pread(streams->caught[i], streams->text[i], sizeof(streams->text[i]) - 1, 0);

        dup2(streams->saved[i], i + 1);
        close(streams->saved[i]);
        close(streams->caught[i]);
        assert_true(n >= 0);
        streams->text[i][n] = '\0';
    }
    sails_app_destroy(streams->app);
}

static void write_all(const sails_app *app)
{
    sails_log(app, SAILS_LOG_CRIT, "a");
    sails_log(app, SAILS_LOG_ERROR, "b");
    sails_log(app, SAILS_LOG_WARN, "c");
    sails_log(app, SAILS_LOG_DEBUG, "d");
    sails_log(app, SAILS_LOG_BLANK, "e");
    sails_log(app, SAILS_LOG_INFO, "%s %d", "f", 1);
    sails_log(app, SAILS_LOG_VERBOSE, "g");
    sails_log(app, SAILS_LOG_SILLY, "h");
    sails_log(app, SAILS_LOG_SILENT, "never");
}

/* app-config-cli 10, 11, 12 */
static void prefixes_streams_and_levels_are_those_of_sails(void **state)
{
    static const struct {
        const char *option, *out, *err;
    } cases[] = {
        {"--log.level=silly", " warn: c\ne\n info: f 1\nverbo: g\n     : h\n",
         " crit: a\nerror: b\ndebug: d\n"},
        {"--verbose", " warn: c\ne\n info: f 1\nverbo: g\n", " crit: a\nerror: b\ndebug: d\n"},
        {"--log.level=info", " warn: c\ne\n info: f 1\n", " crit: a\nerror: b\ndebug: d\n"},
        {"--log.level=debug", " warn: c\n", " crit: a\nerror: b\ndebug: d\n"},
        {"--log.level=warn", " warn: c\n", " crit: a\nerror: b\n"},
        {"--log.level=error", "", " crit: a\nerror: b\n"},
        {"--log.level=crit", "", " crit: a\n"},
        {"--silent", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct streams streams;

        streams_init(&streams, cases[i].option);
        write_all(streams.app);
        streams_read(&streams);
        assert_string_equal(streams.text[0], cases[i].out);
        assert_string_equal(streams.text[1], cases[i].err);
    }
}

static void a_line_of_json_is_one_object(void **state)
{
    struct streams streams;
    json_error_t error;
    json_t *line = NULL;

    (void)state;
    streams_init(&streams, "--log.format=json");
    sails_log(streams.app, SAILS_LOG_WARN, "say \"%s\"", "h\xc3\xa9\n");
    sails_log(streams.app, SAILS_LOG_BLANK, "%s", "");
    sails_log(streams.app, SAILS_LOG_ERROR, "\"\xff\"");
    streams_read(&streams);
    line = json_loads(streams.text[0], 0, &error);
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "level")), "warn");
    assert_string_equal(json_string_value(json_object_get(line, "message")),
                        "say \"h\xc3\xa9\\n\"");
    assert_string_equal(json_string_value(json_object_get(line, "time")),
                        "2026-01-02T03:04:05.678Z");
    json_decref(line);
    line = json_loads(streams.text[1], 0, &error);
    assert_string_equal(json_string_value(json_object_get(line, "message")), "\"\\xff\"");
    json_decref(line);
}

/* app-config-cli section 12: colours are the prefix's, on terminals only */
static void only_a_terminal_shows_colors(void **state)
{
    static const struct {
        const char *option, *terminal, *want;
    } cases[] = {
        {"--log.colors", "xterm", "\x1b[33m warn:\x1b[0m hot\r\n"},
        {"--log.colors", "dumb", " warn: hot\r\n"},
        {"--no-log.colors", "xterm", " warn: hot\r\n"},
    };

    (void)state;
    unsetenv("NO_COLOR");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int master = posix_openpt(O_RDWR | O_NOCTTY);
        int terminal = -1;
        char program[] = "app", argument[64], text[128];
        char *argv[] = {program, argument, NULL};
        struct streams streams = {.app = sails_app_create()};
        ssize_t n = 0;

        assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
        terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
        assert_true(terminal >= 0);
        setenv("TERM", cases[i].terminal, 1);
        snprintf(argument, sizeof(argument), "%s", cases[i].option);
        (void)fflush(NULL);
        put_in_place(&streams, 0, terminal);
        (void)sails_app_load(streams.app, 2, argv);
        sails_log(streams.app, SAILS_LOG_WARN, "hot");
        n = read(master, text, sizeof(text) - 1);
        dup2(streams.saved[0], 1);
        close(streams.saved[0]);
        close(terminal);
        close(master);
        sails_app_destroy(streams.app);
        assert_true(n > 0);
        text[n] = '\0';
        assert_string_equal(text, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes_streams_and_levels_are_those_of_sails),
        cmocka_unit_test(a_line_of_json_is_one_object),
        cmocka_unit_test(only_a_terminal_shows_colors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
