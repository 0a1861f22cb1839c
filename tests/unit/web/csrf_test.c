#include "web/csrf.h"

#include "base/macros.h"
#include "support/cmocka.h"
#include "support/sim.h"

/* request-response 25: the vector of section 10. */
static void the_vector_is_reproduced(void **state)
{
    char token[CSRF_TOKEN_LEN + 1];

    (void)state;
    assert_true(csrf_token_write(token, "12345678", STR("abc")));
    assert_string_equal(token, "12345678-TVVmqEnqCjyY3Jk1FL9yw_FF7mk");
    assert_true(csrf_token_verify(str_from(token), STR("abc")));
}

/* request-response 20 */
static void a_secret_has_many_tokens_and_knows_each(void **state)
{
    struct sim sim;
    char secret[CSRF_SECRET_LEN + 1], other[CSRF_SECRET_LEN + 1];
    char a[CSRF_TOKEN_LEN + 1], b[CSRF_TOKEN_LEN + 1];

    (void)state;
    sim_init(&sim, 1);
    csrf_secret_make(&sim.env, secret);
    csrf_secret_make(&sim.env, other);
    assert_int_equal(strlen(secret), CSRF_SECRET_LEN);
    assert_true(csrf_token_make(&sim.env, a, str_from(secret)));
    assert_true(csrf_token_make(&sim.env, b, str_from(secret)));
    assert_int_equal(strlen(a), CSRF_TOKEN_LEN);
    assert_string_not_equal(a, b);
    for (int i = 0; i < 2; i++) {
        assert_true(csrf_token_verify(str_from(a), str_from(secret)));
        assert_true(csrf_token_verify(str_from(b), str_from(secret)));
        assert_false(csrf_token_verify(str_from(a), str_from(other)));
    }
    sim_deinit(&sim);
}

static void anything_else_is_no_token(void **state)
{
    static const char token[] = "12345678-TVVmqEnqCjyY3Jk1FL9yw_FF7mk";
    static const char *const wrong[] = {
        "-",
        "12345678",
        "12345678-",
        "-TVVmqEnqCjyY3Jk1FL9yw_FF7mk",
        "1234567-TVVmqEnqCjyY3Jk1FL9yw_FF7mk",
        "12345678-TVVmqEnqCjyY3Jk1FL9yw_FF7mk=",
        "12345678-UVVmqEnqCjyY3Jk1FL9yw_FF7mk",
        "12345678--TVVmqEnqCjyY3Jk1FL9yw_FF7mk",
    };
    char changed[sizeof(token)];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(csrf_token_verify(str_from(wrong[i]), STR("abc")));
    }
    for (size_t len = 0; len < sizeof(token) - 1; len++) {
        assert_false(csrf_token_verify((struct str){token, len}, STR("abc")));
        memcpy(changed, token, sizeof(token));
        changed[len] = (char)(changed[len] ^ 1);
        assert_false(csrf_token_verify(str_from(changed), STR("abc")));
    }
    assert_false(csrf_token_verify(str_from(token), (struct str){0}));
    assert_false(csrf_token_verify((struct str){0}, STR("abc")));
}

/* request-response 20 */
static void reading_methods_are_exempt(void **state)
{
    (void)state;
    assert_false(csrf_checks_method(HTTP_METHOD_GET));
    assert_false(csrf_checks_method(HTTP_METHOD_HEAD));
    assert_false(csrf_checks_method(HTTP_METHOD_OPTIONS));
    assert_true(csrf_checks_method(HTTP_METHOD_POST));
    assert_true(csrf_checks_method(HTTP_METHOD_PUT));
    assert_true(csrf_checks_method(HTTP_METHOD_PATCH));
    assert_true(csrf_checks_method(HTTP_METHOD_DELETE));
    assert_true(csrf_checks_method(HTTP_METHOD_OTHER));
}

static void a_route_overrides_the_global_setting(void **state)
{
    static const bool yes = true, no = false;

    (void)state;
    assert_true(csrf_is_on(true, NULL));
    assert_false(csrf_is_on(false, NULL));
    assert_true(csrf_is_on(false, &yes));
    assert_false(csrf_is_on(true, &no));
}

/* Headers of a test are an object, too. */
static struct str header_of(const void *headers, struct str name)
{
    const json_t *value = json_object_get(headers, name.ptr);

    return (struct str){json_string_value(value), json_string_length(value)};
}

/* sails-sockets 45 */
static void a_token_is_looked_for_in_the_order_of_the_sources(void **state)
{
    static const struct {
        const char *body, *query, *headers, *want;
    } cases[] = {
        {"{\"_csrf\":\"b\"}", "{\"_csrf\":\"q\"}", "{\"csrf-token\":\"h\"}", "b"},
        {"{}", "{\"_csrf\":\"q\"}", "{\"csrf-token\":\"h\"}", "q"},
        {"{\"_csrf\":\"\"}", "{\"_csrf\":\"q\"}", "{}", "q"},
        {"{\"_csrf\":1}", "{\"_csrf\":[\"q\"]}", "{\"csrf-token\":\"h\"}", "h"},
        {"[]", "{}", "{\"csrf-token\":\"1\",\"xsrf-token\":\"2\"}", "1"},
        {"null", "{}", "{\"xsrf-token\":\"2\",\"x-csrf-token\":\"3\"}", "2"},
        {"null", "{}", "{\"x-csrf-token\":\"3\",\"x-xsrf-token\":\"4\"}", "3"},
        {"null", "{}", "{\"x-xsrf-token\":\"4\"}", "4"},
        {"null", "null", "{\"_csrf\":\"5\"}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *body = json_loads(cases[i].body, JSON_DECODE_ANY, NULL);
        json_t *query = json_loads(cases[i].query, JSON_DECODE_ANY, NULL);
        json_t *headers = json_loads(cases[i].headers, 0, NULL);
        struct str found = csrf_token_find(body, query, header_of, headers);

        assert_true(str_eq(found, str_from(cases[i].want)));
        assert_int_equal(found.ptr == NULL, cases[i].want == NULL);
        json_decref(body);
        json_decref(query);
        json_decref(headers);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_is_reproduced),
        cmocka_unit_test(a_secret_has_many_tokens_and_knows_each),
        cmocka_unit_test(anything_else_is_no_token),
        cmocka_unit_test(reading_methods_are_exempt),
        cmocka_unit_test(a_route_overrides_the_global_setting),
        cmocka_unit_test(a_token_is_looked_for_in_the_order_of_the_sources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
