#include "base/macros.h"
#include "router/router.h"
#include "support/cmocka.h"

/* The routes of a path, one after the other, as a function that proceeds goes through them. */

static const char *const addresses[] = {
    "GET /user/me",
    "/user/me",
    "ALL /user/me",
    "GET /user/:id",
    "/user/:id",
    "/user/*",
    "r|^/user|",
    "/:a/:b",
    "POST /*",
    "/*",
    "*",
    "GET /other",
};

static void fill(struct router *router, size_t first)
{
    router_init(router);
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        size_t at = (first + i) % ARRAY_LEN(addresses);

        assert_int_equal(router_add(router, addresses[at], (void *)(uintptr_t)&addresses[at]), 0);
    }
}

/* By definition: the first of those that match and that `after` precedes. */
static const struct route *next_by_definition(const struct router *router,
                                              const struct router_query *query)
{
    const struct route *best = NULL;

    list_each(node, &router->routes) {
        const struct route *route = container_of(node, const struct route, in_router);
        struct route_match match;

        if ((route->methods & 1u << query->method) != 0 &&
            route_try(route, query->path, &match) == 1 &&
            (query->after == NULL || route_precedes(query->after, route)) &&
            (best == NULL || route_precedes(route, best))) {
            best = route;
        }
    }
    return best;
}

static void each_route_of_a_path_comes_once_and_in_order(void **state)
{
    static const char *const paths[] = {"/user/me", "/user/7", "/other", "/x/y", "/nothing", "/"};

    (void)state;
    for (size_t first = 0; first < ARRAY_LEN(addresses); first++) {
        struct router router;

        fill(&router, first);
        for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
            struct router_query query = {HTTP_METHOD_GET, str_from(paths[i]), NULL};
            struct route_match match;
            unsigned methods = 0;
            size_t n = 0;

            while (router_find(&router, &query, &match, &methods) == ROUTER_FOUND) {
                assert_ptr_equal(match.route, next_by_definition(&router, &query));
                assert_true(n++ < ARRAY_LEN(addresses));
                query.after = match.route;
            }
            assert_null(next_by_definition(&router, &query));
        }
        router_deinit(&router);
    }
}

static void behind_the_last_route_of_a_method_others_are_told_to_options(void **state)
{
    struct router router;
    struct router_query query = {HTTP_METHOD_OPTIONS, STR("/x"), NULL};
    struct route_match match;
    unsigned methods = 0;

    (void)state;
    router_init(&router);
    assert_int_equal(router_add(&router, "OPTIONS /x", NULL), 0);
    assert_int_equal(router_add(&router, "POST /*", NULL), 0);
    assert_int_equal(router_find(&router, &query, &match, &methods), ROUTER_FOUND);
    query.after = match.route;
    assert_int_equal(router_find(&router, &query, &match, &methods), ROUTER_OPTIONS);
    assert_int_equal(methods, 1u << HTTP_METHOD_POST);
    router_deinit(&router);
}

static void a_route_that_was_removed_is_not_found(void **state)
{
    struct router router;
    struct router_query query = {HTTP_METHOD_GET, STR("/user/me"), NULL};
    struct route_match match;
    unsigned methods = 0;
    size_t n = 0;

    (void)state;
    fill(&router, 0);
    while (router_find(&router, &query, &match, &methods) == ROUTER_FOUND) {
        router_remove((struct route *)(uintptr_t)match.route);
        n++;
    }
    assert_int_equal(n, 10);
    assert_int_equal(router_add(&router, "GET /user/me", NULL), 0);
    assert_int_equal(router_find(&router, &query, &match, &methods), ROUTER_FOUND);
    router_deinit(&router);
}

/* app-config-cli 6.4, skipRegex */
static void paths_that_a_route_skips_are_left_to_others(void **state)
{
    struct router router;
    struct route *route = NULL;
    struct router_query query = {HTTP_METHOD_GET, STR("/a/secret"), NULL};
    struct route_match match;
    unsigned methods = 0;

    (void)state;
    router_init(&router);
    assert_int_equal(route_create("GET /a/:b", NULL, &route), 0);
    assert_int_equal(route_pattern_of_regex(STR("secret$"), STR(""), &route->skip), 0);
    assert_int_equal(router_add_route(&router, route), 0);
    assert_int_equal(router_find(&router, &query, &match, &methods), ROUTER_NOT_FOUND);
    query.path = STR("/a/secrets");
    assert_int_equal(router_find(&router, &query, &match, &methods), ROUTER_FOUND);
    assert_int_equal(match.n_params, 1);
    router_deinit(&router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_route_of_a_path_comes_once_and_in_order),
        cmocka_unit_test(behind_the_last_route_of_a_method_others_are_told_to_options),
        cmocka_unit_test(a_route_that_was_removed_is_not_found),
        cmocka_unit_test(paths_that_a_route_skips_are_left_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
