#include "config/config_typed.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static void expect(const char *why, json_t *value, const char *want)
{
    char *have = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    if (have == NULL || strcmp(have, want) != 0) {
        fail_msg("%s: want %s, have %s", why, want, have != NULL ? have : "nothing");
    }
    mem_free(have);
    json_decref(value);
}

/* app-config-cli 3, 5, and the observations of section 4.1 */
static void what_lies_in_a_section_is_read_as_it_looks(void **state)
{
    static const struct {
        const char *text;
        const char *argument; /* by a command line */
        const char *json;     /* by a variable */
    } cases[] = {
        {"7", "7", "7"},
        {"007", "7", "\"007\""},
        {"0x10", "16", "\"0x10\""},
        {"0xg", "\"0xg\"", "\"0xg\""},
        {"0x", "\"0x\"", "\"0x\""},
        {"1.50", "1.5", "1.5"},
        {".5", "0.5", "\".5\""},
        {"5.", "5", "\"5.\""},
        {".", "\".\"", "\".\""},
        {"-5", "-5", "-5"},
        {"+5", "5", "\"+5\""},
        {"-", "\"-\"", "\"-\""},
        {"1e3", "1000", "1000.0"},
        {"1e", "\"1e\"", "\"1e\""},
        {"1e400", "\"1e400\"", "\"1e400\""},
        {"99999999999999999999", "\"99999999999999999999\"", "\"99999999999999999999\""},
        {"1 2", "\"1 2\"", "\"1 2\""},
        {"", "\"\"", "\"\""},
        {"true", "true", "true"},
        {"null", "null", "null"},
        {"hello world", "\"hello world\"", "\"hello world\""},
        {"[1,2]", "[1,2]", "[1,2]"},
        {"{\"a\":1}", "{\"a\":1}", "{\"a\":1}"},
        {"{\"a\":1", "\"{\\\"a\\\":1\"", "\"{\\\"a\\\":1\""},
        {"\"7\"", "\"7\"", "\"7\""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *text = cases[i].text;

        expect(text, config_typed_read("custom.x", text, CONFIG_ARGUMENT), cases[i].argument);
        expect(text, config_typed_read("custom.x", text, CONFIG_JSON), cases[i].json);
    }
    expect("verbatim", config_typed_read("custom.h", "7", CONFIG_VERBATIM), "\"7\"");
}

static void a_key_gets_what_it_wants(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        {"port", "080", "80"},
        {"port", "1e3", "1000"},
        {"port", "eighty", "\"eighty\""},
        {"workers", "auto", "\"auto\""},
        {"workers", "4", "4"},
        {"log.access", "true", "true"},
        {"log.access", "0", "false"},
        {"log.access", "1", "true"},
        {"log.access", "yes", "\"yes\""},
        {"session.secret", "123", "\"123\""},
        {"sockets.path", "true", "\"true\""},
        {"environment", "7", "\"7\""},
        {"sockets.cookie", "false", "false"},
        {"sockets.cookie", "7", "\"7\""},
        {"sockets.transports", "websocket", "[\"websocket\"]"},
        {"sockets.transports", "[\"polling\"]", "[\"polling\"]"},
        {"sockets.cors.origin", "*", "\"*\""},
        {"sockets.cors.origin", "true", "true"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect(cases[i].name, config_typed_read(cases[i].name, cases[i].text, CONFIG_ARGUMENT),
               cases[i].want);
        expect(cases[i].name, config_typed_read(cases[i].name, cases[i].text, CONFIG_VERBATIM),
               cases[i].want);
    }
}

/* app-config-cli 5 */
static void what_is_given_several_times_is_a_list_where_one_may_be(void **state)
{
    static const struct {
        const char *name, *values, *want;
    } cases[] = {
        {"custom.x", "[1]", "1"},
        {"custom.x", "[1, 2]", "[1,2]"},
        {"custom.x", "[[1], [2]]", "[[1],[2]]"},
        {"port", "[1, 2]", "2"},
        {"sockets.transports", "[[\"polling\"], [\"websocket\"]]", "[\"polling\",\"websocket\"]"},
        {"sockets.cors.origin", "[\"http://a\", \"http://b\"]", "[\"http://a\",\"http://b\"]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_error_t error;
        json_t *values = json_loads(cases[i].values, 0, &error);

        expect(cases[i].name, config_typed_join(cases[i].name, values), cases[i].want);
        json_decref(values);
    }
}

static void what_is_not_utf8_is_refused_by_name(void **state)
{
    struct config config;
    struct buf why = {0};

    (void)state;
    assert_int_equal(config_init(&config), 0);
    assert_int_equal(config_typed_set(&config, "custom.x", "\xff", CONFIG_JSON, &why),
                     SAILS_ECONFIG);
    assert_true(str_eq(buf_str(&why), STR("custom.x: the value is not UTF-8")));
    buf_deinit(&why);
    config_deinit(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_in_a_section_is_read_as_it_looks),
        cmocka_unit_test(a_key_gets_what_it_wants),
        cmocka_unit_test(what_is_given_several_times_is_a_list_where_one_may_be),
        cmocka_unit_test(what_is_not_utf8_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
