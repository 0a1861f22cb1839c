#include "router/route.h"

#include "base/mem.h"
#include "router/router.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* Matches one address against one path; writes the parameters as "a=1 b=2 " into out. */
static bool match(const char *address, const char *path, char *out, size_t size)
{
    struct route *route = NULL;
    struct route_match found;
    bool is_match = false;
    size_t at = 0;

    assert_int_equal(route_create(address, NULL, &route), 0);
    is_match = route_try(route, str_from(path), &found) == 1;
    out[0] = '\0';
    for (size_t i = 0; is_match && i < found.n_params; i++) {
        at += (size_t)snprintf(out + at, size - at, "%.*s=%.*s ", STR_FMT(found.params[i].name),
                               STR_FMT(found.params[i].value));
    }
    route_destroy(route);
    return is_match;
}

static void addresses_match_the_paths_that_they_describe(void **state)
{
    static const struct {
        const char *address, *path, *params; /* NULL: no match */
    } cases[] = {
        {"GET /", "/", ""},
        {"/hello", "/hello", ""},
        {"/hello", "/HELLO", ""}, /* sails-sockets 33 */
        {"/hello", "/hello/", ""},
        {"/hello", "/hello  ", ""},
        {"/hello", "hello", NULL},
        {"/hello", "/hello/you", NULL},
        {"/hello", "/hell", NULL},
        {"/hello", "/", NULL},
        {"/hello", "", NULL},
        {"/hello", "//hello", NULL},
        {"GET /p/:a/:b?", "/p/1/2", "a=1 b=2 "},
        {"GET /p/:a/:b?", "/p/1", "a=1 "},
        {"GET /p/:a/:b?", "/P/1/", "a=1 "},
        {"GET /p/:a/:b?", "/p", NULL},
        {"GET /p/:a/:b?", "/p/1/2/3", NULL},
        {"GET /wild/*", "/wild/x/y.txt", "0=x/y.txt "},
        {"GET /wild/*", "/wild/", "0= "},
        {"GET /wild/*", "/wild", NULL},
        {"*", "/any/thing", "0=any/thing "},
        {"/chat/:room", "/chat/a%20b", "room=a%20b "},
        /* app-config-cli 26 */
        {"GET /user/:id", "/user/foo.png", NULL},
        {"/user/:id", "/user/foo.png", NULL},
        {"GET /user/:id?", "/user/.a.b", NULL},
        {"GET /user/:id", "/user/.foo", "id=.foo "},
        {"GET /user/:id", "/user/foo.", "id=foo. "},
        {"PATCH /user/:id", "/user/foo.png", "id=foo.png "},
        {"GET /:id/edit", "/foo.png/edit", "id=foo.png "},
        {"GET /files/*", "/files/foo.png", "0=foo.png "},
        {"GET /p/:a/:b?", "/p/1//", NULL},
        /* wildcards and parameters anywhere */
        {"/a/*/b", "/a/x/y/b", "0=x/y "},
        {"/a/*/b", "/A/x/B/", "0=x "},
        {"/a/*/b", "/a/b", NULL},
        {"/a/*/b/*", "/a/1/b/2/b/3", "0=1/b/2 1=3 "},
        {"/:x/*/z", "/1/2/z", "x=1 0=2 "},
        {"/v*.js", "/v1/2.js", "0=1/2 "},
        {"/:file.:ext", "/logo.png", "file=logo ext=png "},
        {"/:file.:ext", "/logo", NULL},
        {"/:from-:to", "/a-b", "from=a to=b "},
        {"/a/:b?/c", "/a/1/c", "b=1 "},
        {"/a/:b?/c", "/a/c", ""},
        {"/a/:b?/:c?", "/a", ""},
        {"/a.b/*/c", "/aXb/1/c", NULL},
        /* app-config-cli 21 */
        {"GET /wild/*", "/wild/x/", "0=x/ "},
        /* app-config-cli 22 */
        {"r|^/\\d+/(\\w+)$|foo", "/12/abc", "0=abc foo=abc "},
        {"GET r|^/\\d+/(\\w+)/(\\w+)$|foo,bar", "/123/abc/def", "0=abc foo=abc 1=def bar=def "},
        {"r|^/(a\\|b)$|", "/a|b", "0=a|b "},
        {"r|^/(a|b)$|", "/b", "0=b "},
        {"r|^/(a)?(b)$|x,y", "/b", "1=b y=b "},
        {"r|^/a b$|", "/a b", ""},
        {"r|^/a$|", "/A", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char params[128];
        bool is_match = match(cases[i].address, cases[i].path, params, sizeof(params));

        if (is_match != (cases[i].params != NULL)) {
            fail_msg("%s on \"%s\": %d", cases[i].address, cases[i].path, is_match);
        }
        if (is_match) {
            assert_string_equal(params, cases[i].params);
        }
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const cases[] = {
        "",   "hello",    "FETCH /a", "GET a", "GET /:", "GET /a:b*", "GET  ", "GET",
        "*a", "GET /(a)", "/a?",      "/*/:",  "r|^/a",  "r|(|",      "r|^/a",
    };
    struct route *route = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (route_create(cases[i], NULL, &route) != SAILS_EINVAL) {
            fail_msg("\"%s\" was taken for an address", cases[i]);
        }
    }
}

/* app-config-cli 23 */
static void a_parameter_named_length_has_an_error_of_its_own(void **state)
{
    static const char *const cases[] = {"GET /:length", "/a/:length?", "/:length-:b",
                                        "r|^/(a)$|length", "/*/:length"};
    struct route *route = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (route_create(cases[i], NULL, &route) != SAILS_ELENGTHPARAM) {
            fail_msg("\"%s\" was taken for an address", cases[i]);
        }
    }
    assert_non_null(strstr(sails_strerror(SAILS_ELENGTHPARAM), "E_ROUTE_WITH_LENGTH"));
}

static void only_so_many_segments_and_parameters_are_taken(void **state)
{
    struct route *route = NULL;
    struct buf address = {0};

    (void)state;
    for (size_t i = 0; i <= ROUTE_CAPTURES_MAX; i++) {
        buf_append_str(&address, STR("/:a"));
    }
    buf_append_char(&address, '\0');
    assert_int_equal(route_create(address.ptr, NULL, &route), SAILS_EINVAL);
    buf_clear(&address);
    for (size_t i = 0; i <= ROUTE_SEGMENTS_MAX; i++) {
        buf_append_str(&address, STR("/a"));
    }
    buf_append_char(&address, '\0');
    assert_int_equal(route_create(address.ptr, NULL, &route), SAILS_EINVAL);
    buf_deinit(&address);
}

/* app-config-cli 26 */
static void skip_assets_can_be_set_either_way(void **state)
{
    struct route *route = NULL;
    struct route_match found;

    (void)state;
    assert_int_equal(route_create("GET /:id", NULL, &route), 0);
    assert_int_equal(route_try(route, STR("/x.js"), &found), 0);
    route->skip_assets = ROUTE_SKIP_NEVER;
    assert_int_equal(route_try(route, STR("/x.js"), &found), 1);
    route_destroy(route);
    assert_int_equal(route_create("GET /*", NULL, &route), 0);
    assert_int_equal(route_try(route, STR("/x.js"), &found), 1);
    route->skip_assets = ROUTE_SKIP_ALWAYS;
    assert_int_equal(route_try(route, STR("/x.js"), &found), 0);
    assert_int_equal(route_try(route, STR("/x.js/"), &found), 1);
    route_destroy(route);
}

/* app-config-cli 39: what looks like an asset is skipped; the query never gets here. */
static void an_asset_has_a_dot_inside_its_last_segment(void **state)
{
    static const struct {
        const char *path;
        int is_asset;
    } cases[] = {{"/foo", 0}, {"/foo.js", 1}, {"/a.b/c", 0}, {"/a.b/c.d", 1},
                 {"/.x", 0},  {"/a/", 0},     {"/foo.", 0},  {"/x/..a", 1}};
    struct route *route = NULL;
    struct route_match found;

    (void)state;
    assert_int_equal(route_create("/*", NULL, &route), 0);
    route->skip_assets = ROUTE_SKIP_ALWAYS;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (route_try(route, str_from(cases[i].path), &found) == cases[i].is_asset) {
            fail_msg("%s", cases[i].path);
        }
    }
    route_destroy(route);
}

static void the_more_specific_route_answers_whatever_the_order(void **state)
{
    static const char *const addresses[] = {"/*",        "GET /:id", "GET /a/:id",
                                            "POST /a/b", "/a/b",     "GET /a/b"};
    static const struct {
        enum http_method method;
        const char *path, *want;
    } cases[] = {
        {HTTP_METHOD_GET, "/a/b", "GET /a/b"}, {HTTP_METHOD_POST, "/a/b", "POST /a/b"},
        {HTTP_METHOD_PUT, "/a/b", "/a/b"},     {HTTP_METHOD_HEAD, "/a/c", "GET /a/:id"},
        {HTTP_METHOD_GET, "/x", "GET /:id"},   {HTTP_METHOD_DELETE, "/x", "/*"},
        {HTTP_METHOD_GET, "/x/y/z", "/*"},
    };
    struct router router;
    struct route_match found;
    unsigned methods = 0;

    (void)state;
    router_init(&router);
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        /* The address itself serves as the target. */
        assert_int_equal(
            router_add(&router, addresses[i], (void *)(uintptr_t)(const void *)addresses[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(
            router_find(&router,
                        &(struct router_query){cases[i].method, str_from(cases[i].path), NULL},
                        &found, &methods),
            ROUTER_FOUND);
        assert_string_equal(found.route->target, cases[i].want);
    }
    router_deinit(&router);
}

static void options_lists_the_methods_of_the_path(void **state)
{
    struct router router;
    struct route_match found;
    unsigned methods = 0;
    struct buf list = {0};

    (void)state;
    router_init(&router);
    assert_int_equal(router_add(&router, "GET /a", NULL), 0);
    assert_int_equal(router_add(&router, "POST /a", NULL), 0);
    assert_int_equal(router_find(&router,
                                 &(struct router_query){HTTP_METHOD_OPTIONS, STR("/a"), NULL},
                                 &found, &methods),
                     ROUTER_OPTIONS);
    router_write_methods(&list, methods);
    assert_int_equal(list.len, sizeof("GET, HEAD, POST") - 1);
    assert_memory_equal(list.ptr, "GET, HEAD, POST", list.len);
    assert_int_equal(router_find(&router,
                                 &(struct router_query){HTTP_METHOD_OPTIONS, STR("/b"), NULL},
                                 &found, &methods),
                     ROUTER_NOT_FOUND);
    buf_deinit(&list);
    router_deinit(&router);
}

static void any_allocation_may_fail_and_nothing_has_changed(void **state)
{
    static const char *const addresses[] = {"GET /a/:b/c", "/a/*/b", "r|^/(a)$|a", "/a/:x?"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        struct router router;
        int rc = SAILS_ENOMEM;
        bool has_failed = false;

        router_init(&router);
        for (long n = 0; rc != 0; n++) {
            mem_fail_after(n);
            rc = router_add(&router, addresses[i], NULL);
            has_failed = mem_has_failed() != 0;
            mem_fail_after(-1);
            if (!has_failed) {
                assert_int_equal(rc, 0); /* all of its memory was there */
            } else if (rc != 0) {
                assert_int_equal(rc, SAILS_ENOMEM);
                assert_true(list_is_empty(&router.routes));
            }
        }
        router_deinit(&router);
    }
}

/* A pattern that cannot be decided must not let a less specific route answer. */
static void a_pattern_that_takes_too_long_is_a_failure_and_no_hang(void **state)
{
    static const char path[] = "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    struct router router;
    struct route_match found;
    unsigned methods = 0;

    (void)state;
    router_init(&router);
    assert_int_equal(router_add(&router, "GET r|^/(a+)+$|", NULL), 0);
    assert_int_equal(router_add(&router, "/*", NULL), 0);
    assert_int_equal(router_find(&router, &(struct router_query){HTTP_METHOD_GET, STR(path), NULL},
                                 &found, &methods),
                     ROUTER_FAILED);
    assert_int_equal(router_find(&router,
                                 &(struct router_query){HTTP_METHOD_OPTIONS, STR(path), NULL},
                                 &found, &methods),
                     ROUTER_FAILED);
    assert_int_equal(router_find(&router, &(struct router_query){HTTP_METHOD_POST, STR(path), NULL},
                                 &found, &methods),
                     ROUTER_FOUND);
    mem_fail_after(0);
    assert_int_equal(router_find(&router, &(struct router_query){HTTP_METHOD_GET, STR("/a"), NULL},
                                 &found, &methods),
                     ROUTER_FAILED);
    mem_fail_after(-1);
    router_deinit(&router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_match_the_paths_that_they_describe),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(the_more_specific_route_answers_whatever_the_order),
        cmocka_unit_test(options_lists_the_methods_of_the_path),
        cmocka_unit_test(any_allocation_may_fail_and_nothing_has_changed),
        cmocka_unit_test(a_pattern_that_takes_too_long_is_a_failure_and_no_hang),
        cmocka_unit_test(a_parameter_named_length_has_an_error_of_its_own),
        cmocka_unit_test(only_so_many_segments_and_parameters_are_taken),
        cmocka_unit_test(skip_assets_can_be_set_either_way),
        cmocka_unit_test(an_asset_has_a_dot_inside_its_last_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
