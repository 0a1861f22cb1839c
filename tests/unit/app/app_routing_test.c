#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/sails.h>

/*
 * What programs say of actions, policies and routes, and what the lift makes of it. How the routes
 * answer is shown by the integration tests.
 */

static void nothing(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
}

static const struct sails_action_def action = {.run = nothing};
static const struct sails_action_def empty = {.run = NULL};

/* The last line of the log, of the levels that matter. */
struct heard {
    char text[512];
    int n_lines;
};

static void hear(enum sails_log_level level, const char *text, void *ctx)
{
    struct heard *heard = ctx;

    if (level == SAILS_LOG_ERROR || level == SAILS_LOG_WARN) {
        snprintf(heard->text, sizeof(heard->text), "%s", text);
        heard->n_lines++;
    }
}

static sails_app *create(struct heard *heard)
{
    sails_app *app = sails_app_create();

    *heard = (struct heard){0};
    assert_non_null(app);
    assert_int_equal(sails_app_set_log(app, hear, heard), 0);
    assert_int_equal(sails_app_set(app, "port", json_integer(0)), 0);
    assert_int_equal(sails_app_set(app, "explicitHost", json_string("127.0.0.1")), 0);
    return app;
}

static json_t *json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

static void every_function_survives_null(void **state)
{
    struct sails_route route;
    const char *url = NULL;
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_action(NULL, "a", &action), SAILS_EINVAL);
    assert_int_equal(sails_app_action(app, NULL, &action), SAILS_EINVAL);
    assert_int_equal(sails_app_action(app, "a", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_action(app, "a", &empty), SAILS_EINVAL);
    assert_int_equal(sails_app_override_action(NULL, "a", &action), SAILS_EINVAL);
    assert_int_equal(sails_app_policy(NULL, "a", nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_policy(app, NULL, nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_policy(app, "", nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_policy(app, "a", NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_action_middleware(NULL, "*", nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_action_middleware(app, NULL, nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_action_middleware(app, "*", NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_action_middleware(app, "a*", nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_bind(NULL, "/a", json("\"a\"")), SAILS_EINVAL);
    assert_int_equal(sails_app_bind(app, NULL, json("\"a\"")), SAILS_EINVAL);
    assert_int_equal(sails_app_bind(app, "/a", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_each_action(NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_each_action(app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_each_route(app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_each_model(app, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_route_for(NULL, "a", &route), SAILS_EINVAL);
    assert_int_equal(sails_app_route_for(app, NULL, &route), SAILS_EINVAL);
    assert_int_equal(sails_app_route_for(app, "a", NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_url_for(NULL, "a", &url), SAILS_EINVAL);
    assert_int_equal(sails_app_url_for(app, "a", NULL), SAILS_EINVAL);
    sails_app_destroy(app);
}

/* app-config-cli 32 */
static void names_are_taken_once_and_must_be_names(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_action(app, "Foo/Bar", &action), 0);
    assert_int_equal(sails_app_action(app, "foo/bar", &action), SAILS_ECONFLICT);
    assert_string_equal(heard.text,
                        "sails_app_action(\"foo/bar\"): E_CONFLICT: that name is taken");
    assert_int_equal(sails_app_override_action(app, "foo/bar", &action), 0);
    assert_int_equal(sails_app_action(app, "a b", &action), SAILS_EIDENTITY);
    assert_non_null(strstr(heard.text, "E_INVALID_ACTION_IDENTITY"));
    assert_int_equal(sails_app_policy(app, "isA", nothing, NULL), 0);
    assert_int_equal(sails_app_policy(app, "isa", nothing, NULL), SAILS_ECONFLICT);
    sails_app_destroy(app);
}

static void addresses_are_checked_at_once(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_bind(app, "a", json("\"/b\"")), SAILS_EINVAL);
    assert_non_null(
        strstr(heard.text, "sails_app_bind(\"a\"): invalid argument; an address is a path"));
    assert_int_equal(sails_app_bind(app, "/:length", json("\"/b\"")), SAILS_ELENGTHPARAM);
    assert_int_equal(sails_app_bind(app, "/a", json("\"/b\"")), 0);
    sails_app_destroy(app);
}

/* Programs need not look at what every call returns. */
static void a_call_that_failed_fails_the_lift(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_route(app, "GTE /about", nothing), SAILS_EINVAL);
    assert_non_null(strstr(heard.text, "sails_app_route(\"GTE /about\")"));
    assert_non_null(strstr(heard.text, "GET, HEAD, POST"));
    assert_int_equal(sails_app_route(app, "GET /about", nothing), 0);
    assert_int_equal(sails_io_on(sails_io_of(sails_app_io(app), "/"), "disconnect", NULL, NULL),
                     SAILS_ERESERVED);
    assert_int_equal(sails_app_lift(app), SAILS_EINVAL);
    assert_string_equal(heard.text,
                        "Not lifted, for a call that sets the app up has failed: see above");
    sails_app_destroy(app);
}

static void listeners_that_fail_fail_the_lift(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_io_on(sails_io_of(sails_app_io(app), "/"), "disconnect", NULL, NULL),
                     SAILS_ERESERVED);
    assert_non_null(strstr(heard.text, "sails_io_on(\"disconnect\")"));
    assert_non_null(strstr(heard.text, "sails_io_on_disconnect()"));
    assert_int_equal(sails_app_lift(app), SAILS_ERESERVED);
    sails_app_destroy(app);
}

static void a_table_binds_many_routes(void **state)
{
    static const struct sails_route_def routes[] = {
        {"GET /", .action = nothing},
        {"GET /find", .target = "user/find"},
        {0},
    };
    static const struct sails_route_def both[] = {{"/a", .action = nothing, .target = "user/find"},
                                                  {0}};
    static const struct sails_route_def neither[] = {{.address = "/a"}, {0}};
    static const struct sails_route_def bad[] = {{"a", .target = "user/find"}, {0}};
    struct sails_route route;
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_routes(NULL, routes), SAILS_EINVAL);
    assert_int_equal(sails_app_action(app, "user/find", &action), 0);
    assert_int_equal(sails_app_routes(app, routes), 0);
    assert_int_equal(sails_app_lift(app), 0);
    assert_int_equal(sails_app_route_for(app, "user/find", &route), 0);
    assert_string_equal(route.url, "/find");
    assert_int_equal(sails_app_routes(app, routes), SAILS_ESTATE);
    sails_app_destroy(app);

    app = create(&heard);
    assert_int_equal(sails_app_routes(app, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_routes(app, both), SAILS_EINVAL);
    assert_non_null(strstr(heard.text, "a route has an action or a target"));
    assert_int_equal(sails_app_routes(app, neither), SAILS_EINVAL);
    assert_int_equal(sails_app_routes(app, bad), SAILS_EINVAL);
    assert_non_null(strstr(heard.text, "an address is a path"));
    sails_app_destroy(app);
}

static void an_address_that_is_bound_twice_is_told(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_route(app, "GET /about", nothing), 0);
    assert_int_equal(sails_app_route(app, "GET /about/us", nothing), 0);
    assert_int_equal(sails_app_route(app, "POST /about", nothing), 0);
    assert_int_equal(sails_app_route(app, "get /About", nothing), 0);
    assert_int_equal(sails_app_lift(app), 0);
    assert_string_equal(heard.text, "The route `get /About` is bound more than once: the first one "
                                    "answers, unless it proceeds");
    assert_int_equal(heard.n_lines, 1);
    sails_app_destroy(app);
}

static void nothing_is_registered_after_the_lift(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_lift(app), 0);
    assert_int_equal(sails_app_action(app, "a", &action), SAILS_ESTATE);
    assert_int_equal(sails_app_policy(app, "a", nothing, NULL), SAILS_ESTATE);
    assert_int_equal(sails_app_route(app, "/a", nothing), SAILS_ESTATE);
    assert_int_equal(sails_app_bind(app, "/a", json("\"/b\"")), SAILS_ESTATE);
    sails_app_destroy(app);
}

static void middleware_for_actions_that_are_not_there_is_told(void **state)
{
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_action(app, "user/find", &action), 0);
    assert_int_equal(sails_app_bind(app, "GET /find", json("\"user/find\"")), 0);
    assert_int_equal(sails_app_action_middleware(app, "user/*, nosuch, !other", nothing, NULL), 0);
    assert_int_equal(sails_app_lift(app), 0);
    assert_string_equal(heard.text, "Action middleware was bound to a target `nosuch` that doesn't "
                                    "match any registered actions.");
    assert_int_equal(heard.n_lines, 1);
    sails_app_destroy(app);
}

/* A mistake in the configuration can be mended and the lift tried again. */
static void a_lift_that_failed_leaves_no_route_behind(void **state)
{
    struct sails_route route;
    struct heard heard;
    sails_app *app = create(&heard);

    (void)state;
    assert_int_equal(sails_app_action(app, "user/find", &action), 0);
    assert_int_equal(sails_app_bind(app, "GET /find", json("\"user/find\"")), 0);
    assert_int_equal(
        sails_app_set(app, "routes", json("{\"/x\": [{\"policy\": \"isA\"}, \"/y\"]}")), 0);
    assert_int_equal(sails_app_lift(app), SAILS_ECONFIG);
    assert_string_equal(heard.text, "Route `/x`: there is no policy `isA`");
    assert_int_equal(sails_app_route_for(app, "user/find", &route), SAILS_ENOROUTE);
    assert_int_equal(sails_app_policy(app, "isA", nothing, NULL), 0);
    assert_int_equal(sails_app_lift(app), 0);
    assert_int_equal(sails_app_route_for(app, "user/find", &route), 0);
    assert_string_equal(route.method, "get");
    assert_string_equal(route.url, "/find");
    sails_app_destroy(app);
}

/* app-config-cli 29, 30 */
static void policies_that_cannot_be_fail_the_lift(void **state)
{
    static const char *const cases[] = {"{\"*\": \"nosuch\"}", "{\"a\": [true, \"isA\"]}",
                                        "{\"a\": [\"isA\", false]}", "{\"a\": 5}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct heard heard;
        sails_app *app = create(&heard);

        assert_int_equal(sails_app_policy(app, "isA", nothing, NULL), 0);
        assert_int_equal(sails_app_set(app, "policies", json(cases[i])), 0);
        assert_int_equal(sails_app_lift(app), SAILS_ECONFIG);
        assert_ptr_equal(strstr(heard.text, "E_INVALID_POLICY_CONFIG: policies["), heard.text);
        assert_int_equal(heard.n_lines, 1);
        sails_app_destroy(app);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_survives_null),
        cmocka_unit_test(names_are_taken_once_and_must_be_names),
        cmocka_unit_test(addresses_are_checked_at_once),
        cmocka_unit_test(a_call_that_failed_fails_the_lift),
        cmocka_unit_test(listeners_that_fail_fail_the_lift),
        cmocka_unit_test(a_table_binds_many_routes),
        cmocka_unit_test(an_address_that_is_bound_twice_is_told),
        cmocka_unit_test(nothing_is_registered_after_the_lift),
        cmocka_unit_test(middleware_for_actions_that_are_not_there_is_told),
        cmocka_unit_test(a_lift_that_failed_leaves_no_route_behind),
        cmocka_unit_test(policies_that_cannot_be_fail_the_lift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
