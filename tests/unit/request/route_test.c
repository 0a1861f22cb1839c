#include "request/route.h"

#include "base/mem.h"
#include "request/router.h"
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
    is_match = route_matches(route, str_from(path), &found);
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
        "",         "hello",      "FETCH /a", "GET a",     "GET /:", "GET /:length",
        "GET /*/a", "GET /:a?/b", "GET /a*b", "GET /a:b*", "GET  ",  "GET",
    };
    struct route *route = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (route_create(cases[i], NULL, &route) != SAILS_EINVAL) {
            fail_msg("\"%s\" was taken for an address", cases[i]);
        }
    }
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
            router_find(&router, cases[i].method, str_from(cases[i].path), &found, &methods),
            ROUTER_FOUND);
        assert_string_equal(found.target, cases[i].want);
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
    assert_int_equal(router_find(&router, HTTP_METHOD_OPTIONS, STR("/a"), &found, &methods),
                     ROUTER_OPTIONS);
    router_write_methods(&list, methods);
    assert_int_equal(list.len, sizeof("GET, HEAD, POST") - 1);
    assert_memory_equal(list.ptr, "GET, HEAD, POST", list.len);
    assert_int_equal(router_find(&router, HTTP_METHOD_OPTIONS, STR("/b"), &found, &methods),
                     ROUTER_NOT_FOUND);
    buf_deinit(&list);
    router_deinit(&router);
}

static void a_route_that_cannot_be_allocated_changes_nothing(void **state)
{
    struct router router;

    (void)state;
    router_init(&router);
    mem_fail_after(0);
    assert_int_equal(router_add(&router, "GET /a", NULL), SAILS_ENOMEM);
    mem_fail_after(-1);
    assert_true(list_is_empty(&router.routes));
    router_deinit(&router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_match_the_paths_that_they_describe),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(the_more_specific_route_answers_whatever_the_order),
        cmocka_unit_test(options_lists_the_methods_of_the_path),
        cmocka_unit_test(a_route_that_cannot_be_allocated_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
