#include "base/macros.h"
#include "router/router.h"
#include "support/cmocka.h"

#include <stdio.h>

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* app-config-cli 25: the example of section 6.2, the first one asked first. */
static const char *const example[] = {
    "GET /user/me",
    "/user/me",
    "ALL /user/me",
    "/foo/bar/baz",
    "GET /user/:id",
    "GET /user/:id?",
    "/user/:id/edit",
    "/user/:id/*",
    "/a/*/b",
    "/user/*",
    "r|^/x|",
    "GET /",
    "/",
    "/:slug",
    "/:a/:b",
    "POST /*",
    "r|^/y|",
    "/*",
    "*",
};

/* Routes of one rank keep their order, and an expression its neighbour; all else may be listed anyhow. */
static void list_in_some_order(size_t *order, uint32_t seed)
{
    size_t n = ARRAY_LEN(example);
    double keys[ARRAY_LEN(example)];

    for (size_t i = 0; i < n; i++) {
        bool is_tied = i == 2 || i == 5 || i == 10 || i == 16 || i == 18; /* with the one above */

        order[i] = i;
        keys[i] = is_tied ? keys[i - 1] : (double)next_random(&seed);
    }
    for (size_t i = 1; i < n; i++) {
        for (size_t k = i; k > 0 && keys[order[k]] < keys[order[k - 1]]; k--) {
            size_t swapped = order[k];

            order[k] = order[k - 1];
            order[k - 1] = swapped;
        }
    }
}

static void check_example(const size_t *order)
{
    struct router router;
    const struct route *by_rank[ARRAY_LEN(example)] = {0};
    size_t i = 0;

    router_init(&router);
    for (i = 0; i < ARRAY_LEN(example); i++) {
        assert_int_equal(router_add(&router, example[order[i]], NULL), 0);
    }
    i = 0;
    list_each(node, &router.routes) {
        by_rank[order[i++]] = container_of(node, struct route, in_router);
    }
    for (i = 1; i < ARRAY_LEN(example); i++) {
        if (!route_precedes(by_rank[i - 1], by_rank[i]) ||
            route_precedes(by_rank[i], by_rank[i - 1])) {
            fail_msg("\"%s\" is not before \"%s\"", example[i - 1], example[i]);
        }
    }
    router_deinit(&router);
}

static void the_example_is_sorted_whatever_the_order_of_adding(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        size_t order[ARRAY_LEN(example)];

        list_in_some_order(order, seed);
        check_example(order);
    }
}

/* ---- the tree against the definition ---- */

/* The definition: of all routes that match, the one that precedes the others. */
static enum router_verdict find_by_definition(const struct router *router, enum http_method method,
                                              struct str path, const void **target,
                                              unsigned *methods)
{
    const struct route *best = NULL;

    *methods = 0;
    list_each(node, &router->routes) {
        const struct route *route = container_of(node, const struct route, in_router);
        struct route_match match;

        if (route_try(route, path, &match) != 1) {
            continue;
        }
        if ((route->methods & 1u << method) == 0) {
            *methods |= route->methods;
        } else if (best == NULL || route_precedes(route, best)) {
            best = route;
        }
    }
    if (best != NULL) {
        *target = best->target;
        return ROUTER_FOUND;
    }
    return method == HTTP_METHOD_OPTIONS && *methods != 0 ? ROUTER_OPTIONS : ROUTER_NOT_FOUND;
}

static void write_parts(char *out, size_t size, const char *const *parts, size_t n_parts,
                        uint32_t *seed)
{
    size_t n = next_random(seed) % 5;
    size_t at = 0;

    out[at++] = '/';
    out[at] = '\0';
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(out + at, size - at, "%s%s", i > 0 ? "/" : "",
                               parts[next_random(seed) % n_parts]);
    }
}

static void add_random_route(struct router *router, uint32_t *seed)
{
    static const char *const parts[] = {"a", "B", "c",  ":x",  ":y",    ":z?",  "*",
                                        "a", "b", ":x", "a*c", ":v.:w", "a-:u", ""};
    static const char *const verbs[] = {"", "", "GET ", "POST ", "ALL ", "OPTIONS ", "PATCH "};
    static const char *const regexes[] = {"r|^/a|", "r|b/(.*)$|x", "GET r|^/([ab]+)/c|"};
    char path[64], address[80];

    write_parts(path, sizeof(path), parts, ARRAY_LEN(parts), seed);
    snprintf(address, sizeof(address), "%s%s", verbs[next_random(seed) % ARRAY_LEN(verbs)], path);
    if (next_random(seed) % 10 == 0) {
        snprintf(address, sizeof(address), "%s", regexes[next_random(seed) % ARRAY_LEN(regexes)]);
    }
    assert_int_equal(router_add(router, address, (void *)(uintptr_t)(router->n_routes + 1)), 0);
}

static void compare_on_random_path(const struct router *router, uint32_t *seed)
{
    static const char *const parts[] = {"a", "b", "C", "abc", "a-b", "x.y", "A", "B", "aXc", ""};
    static const enum http_method methods[] = {HTTP_METHOD_GET, HTTP_METHOD_POST,
                                               HTTP_METHOD_OPTIONS, HTTP_METHOD_OTHER};
    enum http_method method = methods[next_random(seed) % ARRAY_LEN(methods)];
    enum router_verdict want = ROUTER_NOT_FOUND, got = ROUTER_NOT_FOUND;
    const void *target = NULL;
    struct route_match match;
    unsigned want_methods = 0, got_methods = 0;
    char path[64];

    write_parts(path, sizeof(path), parts, ARRAY_LEN(parts), seed);
    if (next_random(seed) % 4 == 0) {
        strncat(path, "/", sizeof(path) - strlen(path) - 1);
    }
    want = find_by_definition(router, method, str_from(path), &target, &want_methods);
    got = router_find(router, &(struct router_query){method, str_from(path), NULL}, &match,
                      &got_methods);
    if (got != want || (got == ROUTER_FOUND && match.route->target != target) ||
        (got == ROUTER_OPTIONS && got_methods != want_methods)) {
        fail_msg("%s with method %d: verdict %d, not %d", path, (int)method, (int)got, (int)want);
    }
}

static void the_tree_finds_what_the_definition_finds(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int table = 0; table < 150; table++) {
        struct router router;
        size_t n = 1 + next_random(&seed) % 40;

        router_init(&router);
        for (size_t i = 0; i < n; i++) {
            add_random_route(&router, &seed);
        }
        for (int i = 0; i < 200; i++) {
            compare_on_random_path(&router, &seed);
        }
        router_deinit(&router);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_sorted_whatever_the_order_of_adding),
        cmocka_unit_test(the_tree_finds_what_the_definition_finds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
