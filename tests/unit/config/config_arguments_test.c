#include "base/macros.h"
#include "base/mem.h"
#include "config/config_load.h"
#include "support/cmocka.h"

#include <sails/err.h>

enum {
    ARGUMENTS_MAX = 16
};

static int count(const char *const argv[])
{
    int argc = 0;

    while (argv[argc] != NULL) {
        argc++;
    }
    return argc;
}

static void expect(const struct config *config, const char *name, const char *want)
{
    json_t *value = config_get(config, name);
    char *have = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    if (have == NULL || strcmp(have, want) != 0) {
        fail_msg("%s: want %s, have %s", name, want, have != NULL ? have : "nothing");
    }
    mem_free(have);
}

/* app-config-cli 5, section 4.2 */
static void options_set_what_they_say(void **state)
{
    static const struct {
        const char *argv[ARGUMENTS_MAX];
        const char *name, *want;
    } cases[] = {
        {{"app", "--port", "8080"}, "port", "8080"},
        {{"app", "--port=8080"}, "port", "8080"},
        {{"app", "--port=1", "--port=2"}, "port", "2"},
        {{"app", "--verbose"}, "log.level", "\"verbose\""},
        {{"app", "--silly"}, "log.level", "\"silly\""},
        {{"app", "--silent"}, "log.level", "\"silent\""},
        {{"app", "--silent", "--log.level=warn"}, "log.level", "\"warn\""},
        {{"app", "--prod"}, "environment", "\"production\""},
        {{"app", "--staging"}, "environment", "\"staging\""},
        {{"app", "--prod", "--dev"}, "environment", "\"development\""},
        {{"app", "--redis"}, "session.adapter", "\"redis\""},
        {{"app", "--host", "127.0.0.1"}, "explicitHost", "\"127.0.0.1\""},
        {{"app", "--no-sockets.allowEIO3"}, "sockets.allowEIO3", "false"},
        {{"app", "--log.access"}, "log.access", "true"},
        {{"app", "--log.access", "--port", "1"}, "log.access", "true"},
        {{"app", "--sockets.transports=websocket", "--sockets.transports=polling"},
         "sockets.transports",
         "[\"websocket\",\"polling\"]"},
        {{"app", "--custom.b=1", "--custom.b=2"}, "custom.b", "[1,2]"},
        {{"app", "--no-custom.z"}, "custom.z", "false"},
        {{"app", "--custom.t"}, "custom.t", "true"},
        {{"app", "--custom.t", "--custom.u"}, "custom.t", "true"},
        {{"app", "--custom.e="}, "custom.e", "\"\""},
        {{"app", "--custom.n", "-5"}, "custom.n", "-5"},
        {{"app", "--custom.s", "two words"}, "custom.s", "\"two words\""},
        {{"app", "--custom.q=a=b"}, "custom.q", "\"a=b\""},
        {{"app", "--custom.c.d=[1]", "--custom.c.e=x"}, "custom.c", "{\"d\":[1],\"e\":\"x\"}"},
        {{"app", "--port=3", "--", "--port=4", "more"}, "port", "3"},
        {{"app", "--config", "x.json", "--port=3"}, "port", "3"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct config config;
        struct config_wishes wishes = {0};
        struct buf why = {0};
        int rc = 0;

        assert_int_equal(config_init(&config), 0);
        rc = config_load_arguments(&config, count(cases[i].argv), cases[i].argv, &wishes, &why);
        if (rc != 0) {
            fail_msg("case %zu: %.*s", i, STR_FMT(buf_str(&why)));
        }
        assert_false(wishes.help || wishes.routes || wishes.openapi);
        expect(&config, cases[i].name, cases[i].want);
        buf_deinit(&why);
        config_deinit(&config);
    }
}

static void mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *argv[ARGUMENTS_MAX];
        const char *want;
    } cases[] = {
        {{"app", "--port=eighty"},
         "command line: port: \"eighty\" is not allowed; it must be a whole number from 0 to "
         "65535"},
        {{"app", "--port="},
         "command line: port: \"\" is not allowed; it must be a whole number from 0 to 65535"},
        {{"app", "--port", "--prod"}, "command line: port: the value is missing: --port=VALUE"},
        {{"app", "--explicitHost"},
         "command line: explicitHost: the value is missing: --explicitHost=VALUE"},
        {{"app", "--appPath"}, "command line: appPath: the value is missing: --appPath=VALUE"},
        {{"app", "start"}, "command line: start: options begin with --; see --help"},
        {{"app", "-p", "1"}, "command line: -p: options begin with --; see --help"},
        {{"app", "--prod", "more"}, "command line: more: options begin with --; see --help"},
        {{"app", "--prot=1"}, "command line: prot: there is no such key; did you mean port?"},
        {{"app", "--custom.x=\xff"}, "command line: custom.x: the value is not UTF-8"},
        {{"app", "--session.secret="},
         "command line: session.secret: (hidden) is not allowed; it "
         "must be a text"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct config config;
        struct config_wishes wishes = {0};
        struct buf why = {0};

        assert_int_equal(config_init(&config), 0);
        assert_int_equal(
            config_load_arguments(&config, count(cases[i].argv), cases[i].argv, &wishes, &why),
            SAILS_ECONFIG);
        buf_append_char(&why, '\0');
        assert_string_equal(why.ptr, cases[i].want);
        buf_deinit(&why);
        config_deinit(&config);
    }
}

static void what_is_wanted_instead_of_serving_is_told_and_sets_nothing(void **state)
{
    static const char *const argv[] = {"app", "--help", "--routes", "--openapi", NULL};
    struct config config;
    struct config_wishes wishes = {0};
    struct buf why = {0};

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_load_arguments(&config, count(argv), argv, &wishes, &why), 0);
    assert_true(wishes.help && wishes.routes && wishes.openapi);
    buf_deinit(&why);
    config_deinit(&config);
}

static void without_memory_it_fails_and_leaves_nothing_behind(void **state)
{
    static const char *const argv[] = {"app", "--custom.a=1", "--custom.a=x", "--port", "1", NULL};
    bool has_failed = true;

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct config config;
        struct config_wishes wishes = {0};
        struct buf why = {0};
        int rc = 0;

        assert_int_equal(config_init(&config), 0);
        mem_fail_after(n);
        rc = config_load_arguments(&config, count(argv), argv, &wishes, &why);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_int_equal(rc, has_failed ? SAILS_ENOMEM : 0);
        buf_deinit(&why);
        config_deinit(&config);
    }
}

/* They are printed where the configuration is wrong, too: that is when help is needed. */
static void wishes_are_found_whatever_else_is_wrong(void **state)
{
    static const struct {
        const char *argv[ARGUMENTS_MAX];
        bool help, version;
    } cases[] = {
        {{"app", "--help"}, true, false},
        {{"app", "-h"}, true, false},
        {{"app", "--version"}, false, true},
        {{"app", "-v"}, false, true},
        {{"app", "-V"}, false, true},
        {{"app", "nonsense", "-x", "-h"}, true, false},
        {{"app", "--help", "port"}, true, false},
        {{"app", "--", "--help"}, false, false},
        {{"app", "--custom.x", "-h"}, false, false},
        {{"app", "--no-help"}, false, false},
        {{"app"}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct config_wishes wishes =
            config_arguments_find_wishes(count(cases[i].argv), cases[i].argv);

        assert_int_equal(wishes.help, cases[i].help);
        assert_int_equal(wishes.version, cases[i].version);
    }
    assert_false(config_arguments_find_wishes(0, NULL).help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_set_what_they_say),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(what_is_wanted_instead_of_serving_is_told_and_sets_nothing),
        cmocka_unit_test(wishes_are_found_whatever_else_is_wrong),
        cmocka_unit_test(without_memory_it_fails_and_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
