#include "web/cors.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* All headers as "name: value|...". */
static const char *headers_of(const struct cors_settings *settings, const char *origin,
                              bool is_preflight)
{
    static _Thread_local char text[512];
    struct header_list list = {0};
    struct str name, value;
    size_t len = 0;

    assert_int_equal(cors_apply(settings, str_from(origin), is_preflight, &list), 0);
    assert_int_equal(cors_tell_caches(settings, &list), 0);
    text[0] = '\0';
    for (size_t i = 0; header_list_at(&list, i, &name, &value); i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s: %s|", name.ptr, value.ptr);
    }
    header_list_deinit(&list);
    return text;
}

static json_t *read(struct cors_settings *settings, const char *json)
{
    json_t *dictionary = json_loads(json, 0, NULL);
    const char *why = NULL;

    *settings = cors_default_settings;
    if (cors_settings_read(settings, dictionary, &why) != 0) {
        fail_msg("%s: %s", json, why);
    }
    return dictionary;
}

/* request-response 21: the worked example of section 11.1. */
static void the_worked_example_is_reproduced(void **state)
{
    struct cors_settings s;
    json_t *d =
        read(&s, "{\"allowOrigins\":[\"http://a.com\"],\"allowCredentials\":true,"
                 "\"allowRequestHeaders\":\"x-foo, content-type\","
                 "\"allowRequestMethods\":\"PUT,POST\",\"allowResponseHeaders\":\"x-bar\"}");

    (void)state;
    assert_string_equal(
        headers_of(&s, "http://a.com", true),
        "Access-Control-Allow-Origin: http://a.com|Vary: Origin|"
        "Access-Control-Allow-Credentials: true|Access-Control-Expose-Headers: x-bar|"
        "Access-Control-Allow-Methods: PUT,POST|Access-Control-Allow-Headers: x-foo, content-type|");
    assert_string_equal(
        headers_of(&s, "http://a.com", false),
        "Access-Control-Allow-Origin: http://a.com|Vary: Origin|"
        "Access-Control-Allow-Credentials: true|Access-Control-Expose-Headers: x-bar|");
    json_decref(d);
}

/* request-response 21 */
static void who_gets_which_headers(void **state)
{
    static const struct {
        const char *settings, *origin, *want;
    } cases[] = {
        {"{}", "http://a.com", "Access-Control-Allow-Origin: *|"},
        {"{}", NULL, "Access-Control-Allow-Origin: *|"},
        {"{}", "null", "Access-Control-Allow-Origin: *|"},
        {"{\"allowOrigins\":\"*\"}", NULL, "Access-Control-Allow-Origin: *|"},
        {"{\"allowOrigins\":[\"*\"]}", NULL, "Access-Control-Allow-Origin: *|"},
        {"{\"allowOrigins\":[\"http://a.com\"]}", "http://a.com",
         "Access-Control-Allow-Origin: http://a.com|Vary: Origin|"},
        {"{\"allowOrigins\":\"http://a.com\"}", "http://a.com",
         "Access-Control-Allow-Origin: http://a.com|Vary: Origin|"},
        {"{\"allowOrigins\":\"http://a.com\"}", "http://b.com", "Vary: Origin|"},
        {"{\"allowOrigins\":[\"http://a.com\"]}", "http://b.com", "Vary: Origin|"},
        {"{\"allowOrigins\":[\"http://a.com\"]}", "http://A.com", "Vary: Origin|"},
        {"{\"allowOrigins\":[\"http://a.com\"]}", "null", "Vary: Origin|"},
        {"{\"allowOrigins\":[\"http://a.com\"]}", "", "Vary: Origin|"},
        {"{\"allowOrigins\":[\"http://a.com\"]}", NULL, "Vary: Origin|"},
        {"{\"allowOrigins\":[]}", "http://a.com", ""},
        {"{\"allowCredentials\":true,\"allowAnyOriginWithCredentialsUnsafe\":true}", "http://z.com",
         "Access-Control-Allow-Origin: http://z.com|Vary: Origin|"
         "Access-Control-Allow-Credentials: true|"},
        {"{\"allowCredentials\":true,\"allowAnyOriginWithCredentialsUnsafe\":true}", NULL,
         "Vary: Origin|"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cors_settings s;
        json_t *d = read(&s, cases[i].settings);

        assert_string_equal(headers_of(&s, cases[i].origin, false), cases[i].want);
        json_decref(d);
    }
}

static void wrong_settings_are_refused_and_change_nothing(void **state)
{
    static const char *const wrong[] = {
        "[]",
        "{\"allowOrigins\":7}",
        "{\"allowOrigins\":[7]}",
        "{\"allowOrigins\":[\"a.com\"]}",
        "{\"allowOrigins\":[\"http://a.com/\"]}",
        "{\"allowOrigins\":[\"*\",\"http://a.com\"]}",
        "{\"allowOrigins\":\"a.com\"}",
        "{\"allowCredentials\":1}",
        "{\"allowCredentials\":true}",
        "{\"allowAnyOriginWithCredentialsUnsafe\":\"yes\"}",
        "{\"allowRequestHeaders\":[\"a\"]}",
        "{\"allowRequestMethods\":1}",
        "{\"allowResponseHeaders\":null}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct cors_settings s = cors_default_settings;
        json_t *d = json_loads(wrong[i], 0, NULL);
        const char *why = NULL;

        assert_int_equal(cors_settings_read(&s, d, &why), SAILS_ECONFIG);
        assert_non_null(why);
        assert_true(s.is_any_origin && !s.credentials);
        json_decref(d);
    }
}

static void a_route_overrides_the_global_settings(void **state)
{
    static const struct {
        const char *option;
        int rc;
        const char *want; /* for http://a.com, preflight */
    } cases[] = {
        {"false", 0, ""},
        {"null", 0, ""},
        {"true", 1,
         "Access-Control-Allow-Origin: http://a.com|Vary: Origin|Access-Control-Allow-Methods: "
         "PUT|Access-Control-Allow-Headers: content-type|"},
        {"\"http://b.com\"", 1, "Vary: Origin|"},
        {"\"*\"", 1,
         "Access-Control-Allow-Origin: *|Access-Control-Allow-Methods: PUT|"
         "Access-Control-Allow-Headers: content-type|"},
        {"{\"allowRequestMethods\":\"GET\"}", 1,
         "Access-Control-Allow-Origin: http://a.com|Vary: Origin|Access-Control-Allow-Methods: "
         "GET|Access-Control-Allow-Headers: content-type|"},
        {"7", SAILS_ECONFIG, ""},
        {"\"b.com\"", SAILS_ECONFIG, ""},
    };
    struct cors_settings global;
    json_t *d = read(&global, "{\"allowOrigins\":[\"http://a.com\"],"
                              "\"allowRequestMethods\":\"PUT\"}");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cors_settings s = {0};
        json_t *option = json_loads(cases[i].option, JSON_DECODE_ANY, NULL);
        const char *why = NULL;
        int rc = cors_route_read(&s, &global, option, &why);

        assert_int_equal(rc, cases[i].rc);
        if (rc == 1) {
            assert_string_equal(headers_of(&s, "http://a.com", true), cases[i].want);
        }
        json_decref(option);
    }
    json_decref(d);
}

static void every_failing_allocation_is_told(void **state)
{
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct header_list list = {0};

        mem_fail_after(n);
        rc = cors_apply(&cors_default_settings, STR("http://a.com"), true, &list);
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        header_list_deinit(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_is_reproduced),
        cmocka_unit_test(who_gets_which_headers),
        cmocka_unit_test(wrong_settings_are_refused_and_change_nothing),
        cmocka_unit_test(a_route_overrides_the_global_settings),
        cmocka_unit_test(every_failing_allocation_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
