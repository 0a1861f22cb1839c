#include "config/config.h"

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
         "log.level: \"loud\" is not allowed; it must be one of: silent, crit, error, warn, debug, info, "
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

/* app-config-cli 1, section 4.1: objects merge deeply, lists are replaced */
static void sections_merge_and_lists_in_them_are_replaced(void **state)
{
    static const struct {
        const char *name, *value, *want;
    } steps[] = {
        {"custom", "{\"a\": {\"x\": 1}, \"l\": [1, 2]}", "{\"a\":{\"x\":1},\"l\":[1,2]}"},
        {"custom", "{\"a\": {\"y\": 2}, \"l\": [3]}", "{\"a\":{\"x\":1,\"y\":2},\"l\":[3]}"},
        {"custom.a.x", "true", "{\"a\":{\"x\":true,\"y\":2},\"l\":[3]}"},
        {"custom.l.m", "null", "{\"a\":{\"x\":true,\"y\":2},\"l\":{\"m\":null}}"},
        {"custom.a", "\"gone\"", "{\"a\":\"gone\",\"l\":{\"m\":null}}"},
    };
    struct config config;
    struct buf why = {0};

    (void)state;
    assert_int_equal(config_init(&config), 0);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        json_error_t error;
        json_t *value = json_loads(steps[i].value, JSON_DECODE_ANY, &error);
        char *have = NULL;

        assert_int_equal(config_set(&config, steps[i].name, value, &why), 0);
        have = json_dumps(config_get(&config, "custom"), JSON_COMPACT);
        assert_string_equal(have, steps[i].want);
        mem_free(have);
        json_decref(value);
    }
    assert_string_equal(config_text(&config, "custom.a"), "gone");
    assert_true(json_is_null(config_get(&config, "custom.l.m")));
    assert_null(config_get(&config, "custom.l.n"));
    buf_deinit(&why);
    config_deinit(&config);
}

static void a_member_of_a_section_may_have_dots_in_its_name(void **state)
{
    struct config config;
    struct buf why = {0};
    json_t *tree = json_pack("{s:{s:s, s:{s:b}}}", "routes", "GET /x.json", "user/show", "GET /y.z",
                             "csrf", 0);

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(json_object_size(config_get(&config, "routes")), 0);
    assert_int_equal(config_set_tree(&config, tree, &why), 0);
    assert_true(json_equal(config_get(&config, "routes"), json_object_get(tree, "routes")));
    assert_string_equal(config_text(&config, "routes.GET /x.json"), "user/show");
    assert_true(json_is_false(config_get(&config, "routes.GET /y.z.csrf")));
    json_decref(tree);
    buf_deinit(&why);
    config_deinit(&config);
}

/* app-config-cli 44 */
static void globals_are_false_or_booleans(void **state)
{
    static const struct {
        const char *value;
        int want;
    } cases[] = {
        {"false", 0},
        {"{}", 0},
        {"{\"sails\": true, \"models\": false}", 0},
        {"true", SAILS_ECONFIG},
        {"{\"sails\": 1}", SAILS_ECONFIG},
        {"[]", SAILS_ECONFIG},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct config config;
        struct buf why = {0};
        json_error_t error;
        json_t *value = json_loads(cases[i].value, JSON_DECODE_ANY, &error);

        assert_int_equal(config_init(&config), 0);
        assert_int_equal(config_set(&config, "globals", value, &why), cases[i].want);
        json_decref(value);
        buf_deinit(&why);
        config_deinit(&config);
    }
}

/* app-config-cli 5.1: `host` is a deprecated alias */
static void an_old_name_is_known_and_warned_of(void **state)
{
    struct config config;
    struct buf why = {0};
    json_t *value = json_string("127.0.0.1");

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_set(&config, "host", value, &why), 0);
    assert_string_equal(config_text(&config, "explicitHost"), "127.0.0.1");
    assert_int_equal(json_array_size(config.warnings), 1);
    json_decref(value);
    buf_deinit(&why);
    config_deinit(&config);
}

static void without_memory_nothing_is_half_set(void **state)
{
    bool has_failed = true;
    json_t *tree = json_pack("{s:{s:i}, s:i}", "custom", "x", 1, "port", 80);

    (void)state;
    for (long n = 0; has_failed; n++) {
        struct config config;
        struct buf why = {0};

        mem_fail_after(n);
        if (config_init(&config) == 0) {
            (void)config_set_tree(&config, tree, &why);
            config_deinit(&config);
        }
        buf_deinit(&why);
        has_failed = mem_has_failed() != 0;
        mem_fail_after(-1);
    }
    json_decref(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_allowed_by_its_own_key),
        cmocka_unit_test(a_wrong_value_is_refused_with_key_value_and_what_is_allowed),
        cmocka_unit_test(trees_and_custom_values_are_set),
        cmocka_unit_test(sections_merge_and_lists_in_them_are_replaced),
        cmocka_unit_test(a_member_of_a_section_may_have_dots_in_its_name),
        cmocka_unit_test(globals_are_false_or_booleans),
        cmocka_unit_test(an_old_name_is_known_and_warned_of),
        cmocka_unit_test(without_memory_nothing_is_half_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
