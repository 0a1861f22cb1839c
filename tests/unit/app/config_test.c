#include "app/config.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const char *text_of(struct buf *why)
{
    buf_append_char(why, '\0');
    return why->ptr;
}

static void every_default_is_allowed_by_its_own_key(void **state)
{
    struct config config;
    struct buf why = {0};

    (void)state;
    assert_int_equal(config_init(&config), 0);
    for (const struct config_key *key = config_keys; key->name != NULL; key++) {
        json_t *value = config_get(&config, key->name);

        assert_true((value != NULL) == (key->fallback != NULL));
        assert_non_null(key->about);
        if (value != NULL) {
            json_incref(value);
            assert_int_equal(config_set(&config, key->name, value, &why), 0);
            json_decref(value);
        }
    }
    buf_deinit(&why);
    config_deinit(&config);
}

static void a_wrong_value_is_refused_with_key_value_and_what_is_allowed(void **state)
{
    static const struct {
        const char *key, *value, *want;
    } cases[] = {
        {"port", "70000", "port: 70000 is not allowed; it must be a whole number from 0 to 65535"},
        {"port", "\"x\"", "port: \"x\" is not allowed; it must be a whole number from 0 to 65535"},
        {"workers", "0",
         "workers: 0 is not allowed; it must be a whole number from 1 to 64, or auto"},
        {"log.level", "\"loud\"",
         "log.level: \"loud\" is not allowed; it must be one of: silent, error, warn, debug, info, "
         "verbose, silly"},
        {"sockets.transports", "[\"carrier pigeon\"]",
         "sockets.transports: [\"carrier pigeon\"] is not allowed; it must be a list of: polling, "
         "websocket"},
        {"sockets.transports", "[]",
         "sockets.transports: [] is not allowed; it must be a list of: polling, websocket"},
        {"sockets.pingIntervall", "1",
         "sockets.pingIntervall: there is no such key; did you mean sockets.pingInterval?"},
        {"ssl.passphrase", "123456", "ssl.passphrase: (hidden) is not allowed; it must be a text"},
        {"zzzzzzzz", "1", "zzzzzzzz: there is no such key"},
    };
    struct config config;

    (void)state;
    assert_int_equal(config_init(&config), 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf why = {0};
        json_error_t error;
        json_t *value = json_loads(cases[i].value, JSON_DECODE_ANY, &error);
        json_t *before = json_deep_copy(config.values);

        assert_int_equal(config_set(&config, cases[i].key, value, &why), SAILS_ECONFIG);
        assert_string_equal(text_of(&why), cases[i].want);
        assert_true(json_equal(before, config.values)); /* nothing has changed */
        json_decref(before);
        json_decref(value);
        buf_deinit(&why);
    }
    config_deinit(&config);
}

static void trees_and_custom_values_are_set(void **state)
{
    struct config config;
    struct buf why = {0};
    json_t *tree = json_pack("{s:i, s:{s:s, s:i}, s:{s:{s:i}}}", "port", 80, "sockets", "path",
                             "/x", "pingTimeout", 5, "custom", "anything", "deep", 1);

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_set_tree(&config, tree, &why), 0);
    assert_int_equal(config_integer(&config, "port"), 80);
    assert_string_equal(config_text(&config, "sockets.path"), "/x");
    assert_int_equal(config_integer(&config, "sockets.pingTimeout"), 5);
    assert_true(json_is_object(config_get(&config, "custom.anything")));
    json_decref(tree);
    buf_deinit(&why);
    config_deinit(&config);
}

static void the_command_line_knows_values_switches_and_short_forms(void **state)
{
    const char *argv[] = {"app",       "--port",    "8080",       "--sockets.path=/rt",
                          "--verbose", "--workers", "auto",       "--no-sockets.allowEIO3",
                          "--host",    "127.0.0.1", "--custom.x", "7",
                          NULL};
    struct config config;
    struct buf why = {0};
    bool wants_help = true;

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_load_arguments(&config, 12, argv, &wants_help, &why), 0);
    assert_false(wants_help);
    assert_int_equal(config_integer(&config, "port"), 8080);
    assert_string_equal(config_text(&config, "sockets.path"), "/rt");
    assert_string_equal(config_text(&config, "log.level"), "verbose");
    assert_string_equal(config_text(&config, "workers"), "auto");
    assert_string_equal(config_text(&config, "explicitHost"), "127.0.0.1");
    assert_false(config_boolean(&config, "sockets.allowEIO3"));
    assert_int_equal(config_integer(&config, "custom.x"), 7);
    buf_deinit(&why);
    config_deinit(&config);
}

/* app-config-cli 4 */
static void sails_own_variables_are_stronger_than_shared_ones(void **state)
{
    const char *orders[][3] = {{"PORT=1", "sails_port=2", NULL}, {"sails_port=2", "PORT=1", NULL}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        struct config config;
        struct buf why = {0};

        assert_int_equal(config_init(&config), 0);
        assert_int_equal(config_load_environment(&config, orders[i], &why), 0);
        assert_int_equal(config_integer(&config, "port"), 2);
        buf_deinit(&why);
        config_deinit(&config);
    }
}

static void mistakes_name_where_they_were_made(void **state)
{
    const char *argv[] = {"app", "--port=eighty", NULL};
    const char *stray[] = {"app", "start", NULL};
    const char *environment[] = {"HOME=/", "sails_sockets__pingTimeout=never", NULL};
    struct config config;
    struct buf why = {0};
    bool wants_help = false;

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_load_arguments(&config, 2, argv, &wants_help, &why), SAILS_ECONFIG);
    assert_string_equal(text_of(&why),
                        "command line: port: \"eighty\" is not allowed; it must be a "
                        "whole number from 0 to 65535");
    buf_clear(&why);
    assert_int_equal(config_load_arguments(&config, 2, stray, &wants_help, &why), SAILS_ECONFIG);
    assert_string_equal(text_of(&why), "command line: start: options begin with --; see --help");
    buf_clear(&why);
    assert_int_equal(config_load_environment(&config, environment, &why), SAILS_ECONFIG);
    assert_string_equal(
        text_of(&why), "environment: sails_sockets__pingTimeout: sockets.pingTimeout: \"never\" is "
                       "not allowed; it must be a whole number from 1 to 86400000");
    buf_deinit(&why);
    config_deinit(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_allowed_by_its_own_key),
        cmocka_unit_test(a_wrong_value_is_refused_with_key_value_and_what_is_allowed),
        cmocka_unit_test(trees_and_custom_values_are_set),
        cmocka_unit_test(the_command_line_knows_values_switches_and_short_forms),
        cmocka_unit_test(sails_own_variables_are_stronger_than_shared_ones),
        cmocka_unit_test(mistakes_name_where_they_were_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
