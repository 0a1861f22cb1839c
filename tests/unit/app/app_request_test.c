#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/sails.h>
#include <string.h>

/* What a program asks itself, of an app that is lifted on threads of its own. */

static void echo(sails_req *req, sails_res *res)
{
    json_t *body = sails_req_body(req);

    sails_res_set(res, "X-Said",
                  sails_req_header(req, "x-say") != NULL ? sails_req_header(req, "x-say") : "");
    sails_res_json(res, json_pack("{s:s, s:s, s:O, s:O*, s:b}", "method", sails_req_method(req),
                                  "url", sails_req_url(req), "query", sails_req_query(req), "body",
                                  body, "socket", sails_req_is_socket(req)));
}

static void refuse(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_bad_request(res, json_pack("{s:s}", "problem", "no"));
}

static void say_text(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_send(res, "[1]"); /* text, although it could be read as JSON */
}

static void count(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);
    json_int_t n = json_integer_value(json_object_get(session, "n")) + 1;

    json_object_set_new(session, "n", json_integer(n));
    sails_res_json(res, json_integer(n));
}

static void ask_itself(sails_req *req, sails_res *res)
{
    sails_res_json(
        res, json_integer(sails_app_request_wait(sails_req_app(req), "/text", NULL, NULL, NULL)));
}

static sails_app *lift(void)
{
    sails_app *app = sails_app_create();

    assert_non_null(app);
    assert_int_equal(sails_app_set(app, "port", json_integer(0)), 0);
    assert_int_equal(sails_app_set(app, "explicitHost", json_string("127.0.0.1")), 0);
    assert_int_equal(sails_app_set(app, "log.level", json_string("silent")), 0);
    assert_int_equal(sails_app_set(app, "workers", json_integer(2)), 0);
    assert_int_equal(sails_app_route(app, "ALL /echo", echo), 0);
    assert_int_equal(sails_app_route(app, "/refuse", refuse), 0);
    assert_int_equal(sails_app_route(app, "/text", say_text), 0);
    assert_int_equal(sails_app_route(app, "/count", count), 0);
    assert_int_equal(sails_app_route(app, "/self", ask_itself), 0);
    assert_int_equal(sails_app_bind(app, "/old", json_string("/new")), 0);
    assert_int_equal(sails_app_lift(app), 0);
    return app;
}

static json_t *ask(sails_app *app, const char *address, json_t *data, json_t *headers)
{
    json_t *jwr = NULL;

    assert_int_equal(sails_app_request_wait(app, address, data, headers, &jwr), 0);
    assert_non_null(jwr);
    return jwr;
}

static void expect(sails_app *app, const char *address, json_t *data, int status, const char *body)
{
    json_t *jwr = ask(app, address, data, NULL);
    char *text = json_dumps(json_object_get(jwr, "body"), JSON_ENCODE_ANY | JSON_COMPACT);

    assert_int_equal(json_integer_value(json_object_get(jwr, "statusCode")), status);
    assert_string_equal(text != NULL ? text : "(none)", body);
    mem_free(text);
    json_decref(jwr);
}

/* app-config-cli 42 */
static void a_request_needs_no_connection(void **state)
{
    sails_app *app = lift();

    (void)state;
    expect(app, "/text", NULL, 200, "\"[1]\"");
    expect(
        app, "POST /echo?x=1", json_pack("[i]", 7), 200,
        "{\"method\":\"POST\",\"url\":\"/echo?x=1\",\"query\":{\"x\":\"1\"},\"body\":[7],\"socket\":false}");
    /* The data of a GET take the place of its query, and keep their types in the body. */
    expect(
        app, "/echo?x=1", json_pack("{s:i, s:[i,i]}", "y", 2, "z", 1, 2), 200,
        "{\"method\":\"GET\",\"url\":\"/echo?y=2&z=1&z=2\",\"query\":{\"y\":\"2\",\"z\":[\"1\",\"2\"]},"
        "\"body\":{\"y\":2,\"z\":[1,2]},\"socket\":false}");
    expect(app, "delete  /echo", json_pack("{s:s}", "a b", "c&d"), 200,
           "{\"method\":\"DELETE\",\"url\":\"/echo?a%20b=c%26d\",\"query\":{\"a b\":\"c&d\"},"
           "\"body\":{\"a b\":\"c&d\"},\"socket\":false}");
    expect(app, "/refuse", NULL, 400, "{\"problem\":\"no\"}");
    expect(app, "/none", NULL, 404, "\"Not Found\"");
    expect(app, "/old", NULL, 302, "\"Redirecting to /new\"");
    sails_app_destroy(app);
}

static void headers_go_in_and_come_out(void **state)
{
    sails_app *app = lift();
    json_t *jwr = ask(app, "/echo", NULL, json_pack("{s:s}", "X-Say", "hi"));

    (void)state;
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(jwr, "headers"), "x-said")), "hi");
    json_decref(jwr);
    sails_app_destroy(app);
}

static void a_cookie_keeps_the_session(void **state)
{
    sails_app *app = lift();
    json_t *first = ask(app, "/count", NULL, NULL);
    const char *cookie =
        json_string_value(json_object_get(json_object_get(first, "headers"), "set-cookie"));
    char pair[512];
    json_t *second = NULL;

    (void)state;
    assert_non_null(cookie);
    snprintf(pair, sizeof(pair), "%.*s", (int)strcspn(cookie, ";"), cookie);
    second = ask(app, "/count", NULL, json_pack("{s:s}", "Cookie", pair));
    assert_int_equal(json_integer_value(json_object_get(second, "body")), 2);
    json_decref(first);
    json_decref(second);
    sails_app_destroy(app);
}

static void on_told(int status, json_t *jwr, void *ctx)
{
    (void)status;
    (void)jwr;
    *(int *)ctx += 1;
}

static void what_cannot_be_asked_is_refused(void **state)
{
    static const char *const addresses[] = {"", "GET", "users", "FETCH /users", "GET /a b", " "};
    sails_app *app = lift();
    sails_app *other = sails_app_create();
    int n_told = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        assert_int_equal(
            sails_app_request(app, addresses[i], json_object(), NULL, on_told, &n_told),
            SAILS_EINVAL);
    }
    assert_int_equal(
        sails_app_request(app, "/text", NULL, json_pack("{s:i}", "a", 1), on_told, &n_told),
        SAILS_EINVAL);
    assert_int_equal(sails_app_request(app, "/text", NULL, json_array(), on_told, &n_told),
                     SAILS_EINVAL);
    assert_int_equal(sails_app_request(app, "/text", NULL, NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_request(app, NULL, json_object(), NULL, on_told, &n_told),
                     SAILS_EINVAL);
    assert_int_equal(sails_app_request(NULL, "/text", NULL, json_object(), on_told, &n_told),
                     SAILS_EINVAL);
    assert_int_equal(sails_app_request(other, "/text", NULL, NULL, on_told, &n_told), SAILS_ESTATE);
    assert_int_equal(sails_app_request_wait(NULL, "/text", NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(n_told, 0);
    expect(app, "/self", NULL, 200, "-10005"); /* SAILS_ESTATE: a worker cannot wait for itself */
    sails_app_destroy(other);
    sails_app_destroy(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_needs_no_connection),
        cmocka_unit_test(headers_go_in_and_come_out),
        cmocka_unit_test(a_cookie_keeps_the_session),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
    };

    unsetenv("PORT");
    unsetenv("NODE_ENV");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
