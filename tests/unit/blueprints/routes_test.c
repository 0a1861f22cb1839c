#include "blueprint_fixture.h"

/* Section 12, "Routes". */

static void fill(struct shop *shop, const char *prefix)
{
    static const struct {
        const char *path, *body;
    } records[] = {{"/user", "{\"name\":\"ann\"}"},
                   {"/pet", "{\"name\":\"rex\",\"owner\":1}"},
                   {"/toy", "{\"name\":\"ball\"}"}};
    char target[64];

    shop_lift(shop);
    for (size_t i = 0; i < ARRAY_LEN(records); i++) {
        snprintf(target, sizeof(target), "%s%s", prefix, records[i].path);
        http_ask(shop, "POST", target, records[i].body, 200, NULL);
    }
}

/* "404" where there is no route, else what the action says. */
static void expect_status(struct shop *shop, const char *method, const char *target,
                          const char *body, int status)
{
    http_ask(shop, method, target, body, status, NULL);
}

/* pubsub-and-blueprints 12, 16 */
static void every_model_has_its_routes(void **state)
{
    static const struct {
        const char *method, *target, *body;
    } routes[] = {
        {"GET", "/user/find", NULL},
        {"GET", "/user/find/1", NULL},
        {"GET", "/user/create?name=x", NULL},
        {"GET", "/user/update/1?age=1", NULL},
        {"GET", "/user/1/toys/add/1", NULL},
        {"GET", "/user/1/toys/replace?toys=[1]", NULL},
        {"GET", "/user/1/toys/remove/1", NULL},
        {"GET", "/user/destroy/2", NULL},
        {"GET", "/user", NULL},
        {"GET", "/user/1", NULL},
        {"POST", "/user", "{\"name\":\"y\"}"},
        {"PATCH", "/user/1", "{\"age\":2}"},
        {"PUT", "/user/1", "{\"age\":3}"},
        {"GET", "/user/1/pets", NULL},
        {"GET", "/pet/1/owner", NULL},
        {"PUT", "/user/1/toys/1", NULL},
        {"PUT", "/user/1/toys", "[]"},
        {"DELETE", "/user/1/toys/1", NULL},
        {"DELETE", "/user/3", NULL},
    };
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    fill(&shop, "");
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        http_ask(&shop, routes[i].method, routes[i].target, routes[i].body, 200, NULL);
    }
    http_ask(&shop, "GET", "/user/1?populate=false", NULL, 200,
             "{\"id\":1,\"name\":\"ann\",\"age\":3,\"home\":null}");
    /* Junctions and the archive are nobody's models. */
    expect_status(&shop, "GET", "/archive", NULL, 404);
    expect_status(&shop, "GET", "/pet_vets__user_patients", NULL, 404);
    /* A to-one has no members. */
    expect_status(&shop, "PUT", "/pet/1/owner/1", NULL, 404);
    shop_end(&shop);
}

/* pubsub-and-blueprints 13 */
static void a_shortcut_is_no_key(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_lift(&shop);
    http_ask(&shop, "GET", "/doc/find", NULL, 200, "[]");
    http_ask(&shop, "GET", "/doc/create?slug=find", NULL, 200, "{\"slug\":\"find\",\"text\":\"\"}");
    http_ask(&shop, "GET", "/doc/find", NULL, 200, "[{\"slug\":\"find\",\"text\":\"\"}]");
    http_ask(&shop, "GET", "/doc/find/find", NULL, 200, "{\"slug\":\"find\",\"text\":\"\"}");
    shop_end(&shop);
}

/* pubsub-and-blueprints 14 */
static void prefixes_and_plurals_compose(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_set(&shop, "blueprints.prefix", "\"api\"");
    shop_set(&shop, "blueprints.restPrefix", "\"v1\"");
    shop_set(&shop, "blueprints.pluralize", "true");
    shop_lift(&shop);
    assert_true(live_log_has(&shop.live.log, "assuming you meant \"/api\""));
    http_ask(&shop, "POST", "/api/v1/users?populate=false", "{\"name\":\"ann\"}", 200, NULL);
    http_ask(&shop, "GET", "/api/v1/users/1/pets", NULL, 200, "[]");
    http_ask(&shop, "GET", "/api/users/find/1?select=name&populate=false", NULL, 200,
             "{\"id\":1,\"name\":\"ann\"}");
    http_ask(&shop, "GET", "/api/houses/find", NULL, 200, "[]");
    expect_status(&shop, "GET", "/user", NULL, 404);
    expect_status(&shop, "GET", "/api/v1/user", NULL, 404);
    expect_status(&shop, "GET", "/api/users", NULL, 404);
    expect_status(&shop, "GET", "/api/v1/users/find/1", NULL, 404);
    /* Events and rooms keep the identity. */
    socket_ask(&shop, 0, "get", "/api/v1/toys", NULL, "[]");
    http_ask(&shop, "POST", "/api/v1/toys", "{\"name\":\"b\"}", 200, NULL);
    socket_hears(&shop, 0, "toy",
                 "{\"verb\":\"created\",\"data\":{\"id\":1,\"name\":\"b\"},\"id\":1}");
    shop_end(&shop);
}

/* pubsub-and-blueprints 15 */
static void routes_can_be_switched_off(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    shop_set(&shop, "blueprints.rest", "false");
    shop_lift(&shop);
    http_ask(&shop, "GET", "/user/create?name=ann", NULL, 200, NULL);
    http_ask(&shop, "GET", "/user/1/pets", NULL, 200, "[]");
    expect_status(&shop, "GET", "/user/1", NULL, 404);
    expect_status(&shop, "POST", "/user", "{\"name\":\"x\"}", 404);
    shop_end(&shop);

    shop_init(&shop, 1);
    shop_set(&shop, "blueprints.shortcuts", "false");
    fill(&shop, "");
    http_refused(&shop, "GET", "/user/find", NULL, "E_INVALID_CRITERIA"); /* a key, then */
    expect_status(&shop, "GET", "/user/destroy/1", NULL, 404);
    expect_status(&shop, "GET", "/user/1/pets/add/1", NULL, 404);
    expect_status(&shop, "GET", "/user/1/pets", NULL, 200);
    shop_end(&shop);

    shop_init(&shop, 1);
    shop_set(&shop, "blueprints._controllers",
             "{\"pet\": {\"rest\": false, \"shortcuts\": false}}");
    shop_lift(&shop);
    expect_status(&shop, "GET", "/pet", NULL, 404);
    expect_status(&shop, "GET", "/pet/find", NULL, 404);
    expect_status(&shop, "GET", "/user", NULL, 200);
    shop_end(&shop);
}

/* pubsub-and-blueprints 17 */
static void what_is_no_route_is_not_found(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    fill(&shop, "");
    expect_status(&shop, "GET", "/user/1/pets/1", NULL, 404);
    http_ask(&shop, "GET", "/user/foo.png", NULL, 404, "Not Found");
    http_refused(&shop, "PATCH", "/user/foo.png", "{}", "E_INVALID_CRITERIA");
    expect_status(&shop, "DELETE", "/nobody/1", NULL, 404);
    shop_end(&shop);
}

/* ---- the application's own ---- */

static void say_own(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "own");
}

static void forbid(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_forbidden(res);
}

static const struct sails_action_def own = {.run = say_own};

/* pubsub-and-blueprints 18 */
static void the_applications_own_comes_first(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    assert_int_equal(sails_app_route(shop.live.app, "GET /toy/:id", say_own), 0);
    assert_int_equal(sails_app_action(shop.live.app, "user/create", &own), 0);
    shop_set(&shop, "routes", "{\"GET /everyone\": {\"action\": \"user/find\"}}");
    shop_lift(&shop);
    http_ask(&shop, "GET", "/toy/1", NULL, 200, "own");
    http_ask(&shop, "GET", "/toy", NULL, 200, "[]");
    http_ask(&shop, "POST", "/user", "{}", 200, "own");
    http_ask(&shop, "GET", "/user/create", NULL, 200, "own");
    http_ask(&shop, "GET", "/everyone", NULL, 200, "[]");
    shop_end(&shop);
}

/* Policies go by the names of the actions (pubsub-and-blueprints 6.1). */
static void policies_apply(void **state)
{
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    assert_int_equal(sails_app_policy(shop.live.app, "nobody", forbid, NULL), 0);
    shop_set(&shop, "policies", "{\"user/destroy\": \"nobody\", \"pet/*\": false}");
    shop_lift(&shop);
    http_ask(&shop, "POST", "/user", "{\"name\":\"ann\"}", 200, NULL);
    expect_status(&shop, "DELETE", "/user/1", NULL, 403);
    expect_status(&shop, "GET", "/user/destroy/1", NULL, 403);
    expect_status(&shop, "GET", "/pet", NULL, 403);
    socket_send(&shop, 0, "delete", "/user/1", NULL);
    socket_answered(&shop, 0, 403, "\"Forbidden\"");
    shop_end(&shop);
}

/* pubsub-and-blueprints 19 */
static void actions_have_routes_where_that_is_wanted(void **state)
{
    static const char *const methods[] = {"GET", "PUT", "POST", "DELETE", "PATCH"};
    struct shop shop;

    (void)state;
    shop_init(&shop, 1);
    assert_int_equal(sails_app_action(shop.live.app, "shop/open", &own), 0);
    assert_int_equal(sails_app_action(shop.live.app, "shop/index", &own), 0);
    assert_int_equal(sails_app_action(shop.live.app, "closed/open", &own), 0);
    shop_set(&shop, "blueprints.actions", "true");
    shop_set(&shop, "blueprints.prefix", "\"/api\"");
    shop_set(&shop, "blueprints._controllers", "{\"closed\": {\"actions\": false}}");
    shop_lift(&shop);
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        http_ask(&shop, methods[i], "/api/shop/open", NULL, 200, "own");
        http_ask(&shop, methods[i], "/api/shop/index", NULL, 200, "own");
        http_ask(&shop, methods[i], "/shop", NULL, 200, "own"); /* without the prefix */
    }
    expect_status(&shop, "GET", "/shop/open", NULL, 404);
    expect_status(&shop, "GET", "/api/closed/open", NULL, 404);
    expect_status(&shop, "POST", "/api/user/findone", "{}", 404); /* blueprints have their own */
    shop_end(&shop);
}

/* ---- parseBlueprintOptions ---- */

static int only_ann(sails_req *req, const char *blueprint, json_t *options, void *ctx)
{
    json_t *where = json_object_get(json_object_get(options, "criteria"), "where");

    (void)req;
    assert_string_equal(json_string_value(json_object_get(options, "using")), "user");
    return ctx != NULL || where == NULL || strcmp(blueprint, "create") == 0
               ? 0
               : json_object_set_new(where, "name", json_string("ann"));
}

static int nothing_populated(sails_req *req, const char *blueprint, json_t *options, void *ctx)
{
    (void)req;
    (void)blueprint;
    (void)ctx;
    return json_object_set_new(options, "populates", json_object());
}

static int refuse(sails_req *req, const char *blueprint, json_t *options, void *ctx)
{
    (void)req;
    (void)blueprint;
    (void)options;
    (void)ctx;
    return SAILS_EREFUSED;
}

/* pubsub-and-blueprints 5.7 */
static void a_program_changes_what_is_asked_for(void **state)
{
    struct shop shop;
    sails_app *app = NULL;

    (void)state;
    shop_init(&shop, 1);
    app = shop.live.app;
    assert_int_equal(sails_app_blueprint_options(app, "only_ann", only_ann, NULL), 0);
    assert_int_equal(sails_app_blueprint_options(app, "refuse", refuse, NULL), 0);
    assert_int_equal(sails_app_blueprint_options(app, "plain", nothing_populated, NULL), 0);
    assert_int_equal(sails_app_blueprint_options(NULL, "x", refuse, NULL), SAILS_EINVAL);
    shop_set(&shop, "blueprints.parseBlueprintOptions", "\"@plain\"");
    shop_set(
        &shop, "routes",
        "{\"GET /ann\": {\"action\": \"user/find\", \"parseBlueprintOptions\": \"@only_ann\"},"
        " \"PATCH /ann/:id\": {\"action\": \"user/update\", \"parseBlueprintOptions\": \"@only_ann\"},"
        " \"GET /never\": {\"action\": \"user/find\", \"parseBlueprintOptions\": \"@refuse\"},"
        " \"GET /missing\": {\"action\": \"user/find\", \"parseBlueprintOptions\": \"@missing\"}}");
    shop_lift(&shop);
    assert_int_equal(sails_app_blueprint_options(app, "late", refuse, NULL), SAILS_ESTATE);
    assert_int_equal(sails_app_blueprint_options(app, "", refuse, NULL), SAILS_EINVAL);
    http_ask(&shop, "POST", "/user", "{\"name\":\"bob\"}", 200,
             "{\"id\":1,\"name\":\"bob\",\"age\":0,\"home\":null}");
    http_ask(&shop, "POST", "/user", "{\"name\":\"ann\"}", 200, NULL);
    http_ask(&shop, "POST", "/toy", "{\"name\":\"ball\"}", 200, NULL);
    http_ask(&shop, "GET", "/ann?populate=false&select=name", NULL, 200,
             "[{\"id\":2,\"name\":\"ann\"}]");
    http_ask(&shop, "PATCH", "/ann/1", "{\"age\":9}", 404, "Not Found"); /* bob is none of hers */
    http_ask(&shop, "PATCH", "/ann/2", "{\"age\":9}", 200, NULL);
    http_ask(&shop, "PUT", "/user/1/toys/1", NULL, 200,
             "{\"id\":1,\"name\":\"bob\",\"age\":0,\"home\":null}");
    http_ask(&shop, "GET", "/never", NULL, 500, NULL);
    http_ask(&shop, "GET", "/missing", NULL, 500, NULL);
    shop_end(&shop);
}

static void two_functions_of_one_name_fail_the_lift(void **state)
{
    struct shop shop;
    sails_app *app = NULL;

    (void)state;
    shop_init(&shop, 1);
    app = shop.live.app;
    assert_int_equal(sails_app_blueprint_options(app, "plain", nothing_populated, NULL), 0);
    assert_int_equal(sails_app_blueprint_options(app, "plain", refuse, NULL), SAILS_ECONFLICT);
    live_log_expect(&shop.live.log, "sails_app_blueprint_options(\"plain\"): E_CONFLICT");
    assert_int_equal(sails_app_lift(app), SAILS_ECONFLICT);
    shop_end(&shop);
}

static void expect_no_lift(const char *key, const char *value, const char *says)
{
    struct shop shop;

    shop_init(&shop, 1);
    shop_set(&shop, key, value);
    assert_int_equal(sails_app_lift(shop.live.app), SAILS_ECONFIG);
    assert_true(live_log_has(&shop.live.log, says));
    live_end(&shop.live);
}

/* pubsub-and-blueprints 9 */
static void what_cannot_be_fails_the_lift(void **state)
{
    (void)state;
    expect_no_lift("blueprints.jsonp", "true", "E_JSONP_UNSUPPORTED");
    expect_no_lift("blueprints.parseBlueprintOptions", "\"@nobody\"", "there is no function");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_has_its_routes),
        cmocka_unit_test(a_shortcut_is_no_key),
        cmocka_unit_test(prefixes_and_plurals_compose),
        cmocka_unit_test(routes_can_be_switched_off),
        cmocka_unit_test(what_is_no_route_is_not_found),
        cmocka_unit_test(the_applications_own_comes_first),
        cmocka_unit_test(policies_apply),
        cmocka_unit_test(actions_have_routes_where_that_is_wanted),
        cmocka_unit_test(a_program_changes_what_is_asked_for),
        cmocka_unit_test(two_functions_of_one_name_fail_the_lift),
        cmocka_unit_test(what_cannot_be_fails_the_lift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
