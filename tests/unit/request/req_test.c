#include "support/http_client.h"
#include "support/live_app.h"

/*
 * What a request says of itself.
 */

static void show_cookies(sails_req *req, sails_res *res)
{
    must(sails_req_cookie(NULL, "a") == NULL);
    must(sails_req_cookie(req, NULL) == NULL);
    must(sails_req_signed_cookie(NULL, "a") == NULL);
    must(sails_req_signed_cookie(req, NULL) == NULL);
    must(sails_req_signed_cookie(req, "a") == NULL);
    sails_res_json(res,
                   json_pack("[O?, O?]", sails_req_cookie(req, "a"), sails_req_cookie(req, "j")));
}

static void show_query(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_query(req)));
}

static void lift(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_route(live->app, "/cookies", show_cookies), 0);
    assert_int_equal(sails_app_route(live->app, "/query", show_query), 0);
    live_lift(live);
}

static json_t *ask(const struct live *live, const char *target, const char *headers)
{
    struct http_answer answer;
    json_t *value = NULL;

    assert_true(
        http_client_ask(live->port, "GET", target, headers, (struct str){NULL, 0}, &answer));
    assert_int_equal(answer.status, 200);
    value = json_loads(answer.body.ptr, 0, NULL);
    assert_non_null(value);
    http_answer_deinit(&answer);
    return value;
}

static void expect_answer(const struct live *live, const char *target, const char *headers,
                          const char *want)
{
    json_t *value = ask(live, target, headers);
    json_t *wanted = json_loads(want, 0, NULL);

    assert_true(json_equal(value, wanted));
    json_decref(value);
    json_decref(wanted);
}

/* request-response 12 */
static void cookies_are_decoded(void **state)
{
    struct live live;

    (void)state;
    lift(&live);
    expect_answer(&live, "/cookies", "Cookie: a=%20x; a=2; j=j%3A%7B%22q%22%3A1%7D\r\n",
                  "[\" x\", {\"q\": 1}]");
    expect_answer(&live, "/cookies", "", "[null, null]");
    live_end(&live);
}

/* request-response 8 */
static void a_query_nests_over_http_and_is_flat_over_a_socket(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    lift(&live);
    expect_answer(&live, "/query?b[c]=3", "", "{\"b\": {\"c\": \"3\"}}");
    ws_client_expect_in(&client, live.port, 4);
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/query?b[c]=3\"}]",
                            "431[{\"body\":{\"b[c]\":\"3\"},\"headers\":{},\"statusCode\":200}]");
    ws_client_close(&client);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies_are_decoded),
        cmocka_unit_test(a_query_nests_over_http_and_is_flat_over_a_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
