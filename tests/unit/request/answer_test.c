#include "support/http_client.h"
#include "support/live_app.h"

/*
 * Answers, over HTTP and over a socket: what each function sends, and when an answer may come.
 */

/* ---- what each function sends ---- */

static void send_text(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send(res, "ok!") == 0);
}

static void send_empty(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_status(res, 204) == 0);
    must(sails_res_send(res, NULL) == 0);
}

static void json_object_answer(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_json(res, json_pack("{s:s}", "foo", "bar")) == 0);
}

static void json_null_answer(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_json(res, json_null()) == 0);
}

static void json_zero(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_json(res, json_integer(0)) == 0);
}

static void json_text(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_json(res, json_string("str")) == 0);
}

static void send_a_status(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_status(res, 99) == SAILS_EINVAL);
    must(sails_res_status(res, 600) == SAILS_EINVAL);
    must(sails_res_send_status(res, 404) == 0);
}

static void with_status(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_status(res, 501) == 0);
    must(sails_res_send(res, "x") == 0);
}

static void ok_bare(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_ok(res, NULL) == 0);
}

static void bad_request(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_bad_request(res, NULL) == 0);
}

static void bad_request_data(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_bad_request(res, json_pack("{s:i}", "code", 1)) == 0);
}

static void forbidden(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_forbidden(res) == 0);
}

static void not_found(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_not_found(res) == 0);
}

static void server_error(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_server_error(res, NULL) == 0);
}

static void server_error_data(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_server_error(res, json_pack("{s:s}", "secret", "s")) == 0);
}

static void redirect(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_redirect(res, NULL) == SAILS_EINVAL);
    must(sails_res_redirect_status(res, 200, "/foo") == SAILS_EINVAL);
    must(sails_res_redirect(res, "/foo") == 0);
}

static void headers(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_set(res, "X-Foo", "1") == 0);
    must(sails_res_set(res, "X-Foo", "2") == 0);
    must(sails_res_set(res, "SET-Cookie", "a=b") == 0);
    must(sails_res_set(res, "bad name", "x") == SAILS_EINVAL);
    must(sails_res_set(res, "", "x") == SAILS_EINVAL);
    must(sails_res_set(res, "x", "split\r\nX-Evil: 1") == SAILS_EINVAL);
    must(sails_res_set(res, NULL, "x") == SAILS_EINVAL);
    must(sails_res_set(res, "x", NULL) == SAILS_EINVAL);
    must(sails_res_send(res, "h") == 0);
}

static void answer_twice(sails_req *req, sails_res *res)
{
    (void)req;
    must(sails_res_send(res, "first") == 0);
    must(sails_res_send(res, "second") == SAILS_ESTATE);
    must(sails_res_json(res, json_object()) == SAILS_ESTATE);
    must(sails_res_ok(res, json_object()) == SAILS_ESTATE);
    must(sails_res_not_found(res) == SAILS_ESTATE);
    must(sails_res_server_error(res, json_object()) == SAILS_ESTATE);
    must(sails_res_send_status(res, 500) == SAILS_ESTATE);
    must(sails_res_status(res, 500) == SAILS_ESTATE);
    must(sails_res_set(res, "x", "y") == SAILS_ESTATE);
    must(sails_res_redirect(res, "/") == SAILS_ESTATE);
}

static const struct answer_case {
    const char *path;
    sails_action action;
    unsigned status;
    const char *http_body, *http_type;
    const char *jwr;
} cases[] = {
    {"/text", send_text, 200, "ok!", "text/html; charset=utf-8",
     "{\"body\":\"ok!\",\"headers\":{},\"statusCode\":200}"},
    /* sails-sockets 36 */
    {"/empty", send_empty, 204, "", NULL, "{\"headers\":{},\"statusCode\":204}"},
    {"/object", json_object_answer, 200, "{\n  \"foo\": \"bar\"\n}",
     "application/json; charset=utf-8",
     "{\"body\":{\"foo\":\"bar\"},\"headers\":{},\"statusCode\":200}"},
    {"/null", json_null_answer, 200, "null", "application/json; charset=utf-8",
     "{\"body\":null,\"headers\":{},\"statusCode\":200}"},
    {"/zero", json_zero, 200, "0", "application/json; charset=utf-8",
     "{\"body\":0,\"headers\":{},\"statusCode\":200}"},
    /* sails-sockets 37 */
    {"/json-text", json_text, 200, "\"str\"", "application/json; charset=utf-8",
     "{\"body\":\"\\\"str\\\"\",\"headers\":{\"content-type\":\"application/json\"},\"statusCode\":"
     "200}"},
    {"/status", send_a_status, 404, "Not Found", "text/plain; charset=utf-8",
     "{\"body\":\"Not Found\",\"headers\":{},\"statusCode\":404}"},
    {"/501", with_status, 501, "x", "text/html; charset=utf-8",
     "{\"body\":\"x\",\"headers\":{},\"statusCode\":501}"},
    {"/ok", ok_bare, 200, "OK", "text/plain; charset=utf-8",
     "{\"body\":\"OK\",\"headers\":{},\"statusCode\":200}"},
    {"/bad", bad_request, 400, "Bad Request", "text/plain; charset=utf-8",
     "{\"body\":\"Bad Request\",\"headers\":{},\"statusCode\":400}"},
    {"/bad-data", bad_request_data, 400, "{\n  \"code\": 1\n}", "application/json; charset=utf-8",
     "{\"body\":{\"code\":1},\"headers\":{},\"statusCode\":400}"},
    /* request-response 15: these two take no data that they could show */
    {"/forbidden", forbidden, 403, "Forbidden", "text/plain; charset=utf-8",
     "{\"body\":\"Forbidden\",\"headers\":{},\"statusCode\":403}"},
    {"/not-found", not_found, 404, "Not Found", "text/plain; charset=utf-8",
     "{\"body\":\"Not Found\",\"headers\":{},\"statusCode\":404}"},
    {"/error", server_error, 500, "Internal Server Error", "text/plain; charset=utf-8",
     "{\"body\":\"Internal Server Error\",\"headers\":{},\"statusCode\":500}"},
    {"/redirect", redirect, 302, "Found. Redirecting to /foo", "text/plain; charset=utf-8",
     "{\"body\":\"Redirecting to "
     "/foo\",\"headers\":{\"location\":\"/foo\",\"content-type\":\"text/html\"},\"statusCode\":302}"},
    /* sails-sockets 38 */
    {"/headers", headers, 200, "h", "text/html; charset=utf-8",
     "{\"body\":\"h\",\"headers\":{\"x-foo\":\"2\"},\"statusCode\":200}"},
    /* sails-sockets 41, request-response 19 */
    {"/twice", answer_twice, 200, "first", "text/html; charset=utf-8",
     "{\"body\":\"first\",\"headers\":{},\"statusCode\":200}"},
};

static void add_cases(struct live *live)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(sails_app_route(live->app, cases[i].path, cases[i].action), 0);
    }
}

static void every_answer_has_its_form_over_http(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    add_cases(&live);
    live_lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_answer answer;
        struct str type;

        http_client_expect(live.port, "GET", cases[i].path, "", NULL, cases[i].status,
                           cases[i].http_body);
        /* HEAD has the same head. */
        assert_true(
            http_client_ask(live.port, "HEAD", cases[i].path, "", (struct str){NULL, 0}, &answer));
        assert_int_equal(answer.status, cases[i].status);
        type = http_answer_header(&answer, "content-type");
        if (cases[i].http_type == NULL) {
            assert_null(type.ptr);
        } else {
            assert_true(str_eq(type, str_from(cases[i].http_type)));
        }
        http_answer_deinit(&answer);
    }
    live_log_expect(&live.log, "GET /twice: answered a second time");
    live_end(&live);
}

static void headers_of_an_answer_go_out_over_http(void **state)
{
    struct live live;
    struct http_answer answer;

    (void)state;
    live_init(&live, 1);
    add_cases(&live);
    live_lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/headers", "", (struct str){NULL, 0}, &answer));
    assert_true(str_eq(http_answer_header(&answer, "x-foo"), STR("2")));
    assert_true(str_eq(http_answer_header(&answer, "set-cookie"), STR("a=b")));
    assert_null(http_answer_header(&answer, "x-evil").ptr);
    http_answer_deinit(&answer);
    assert_true(http_client_ask(live.port, "GET", "/redirect", "", (struct str){NULL, 0}, &answer));
    assert_true(str_eq(http_answer_header(&answer, "location"), STR("/foo")));
    http_answer_deinit(&answer);
    live_end(&live);
}

/* sails-sockets 36 to 39, 41 */
static void every_answer_has_its_form_over_a_socket(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    add_cases(&live);
    live_lift(&live);
    ws_client_expect_in(&client, live.port, 4);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char sent[128], want[512];

        snprintf(sent, sizeof(sent), "42%zu[\"get\",{\"url\":\"%s\"}]", i, cases[i].path);
        snprintf(want, sizeof(want), "43%zu[%s]", i, cases[i].jwr);
        ws_client_expect_answer(&client, sent, want);
    }
    live_expect_nothing(&client);
    ws_client_close(&client);
    live_end(&live);
}

/* sails-sockets 40 */
static void status_and_headers_can_be_left_out_of_answers(void **state)
{
    static const struct {
        const char *key, *want;
    } toggles[] = {
        {"sockets.sendStatusCode", "431[{\"body\":\"ok!\",\"headers\":{}}]"},
        {"sockets.sendResponseHeaders", "431[{\"body\":\"ok!\",\"statusCode\":200}]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(toggles); i++) {
        struct live live;
        struct ws_client client;

        live_init(&live, 1);
        add_cases(&live);
        assert_int_equal(sails_app_set(live.app, toggles[i].key, json_false()), 0);
        live_lift(&live);
        ws_client_expect_in(&client, live.port, 5);
        ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/text\"}]", toggles[i].want);
        ws_client_close(&client);
        live_end(&live);
    }
}

/* sails-sockets 35 */
static void production_keeps_the_reason_of_an_error_to_itself(void **state)
{
    (void)state;
    for (int is_production = 0; is_production < 2; is_production++) {
        struct live live;
        struct ws_client client;

        live_init(&live, 1);
        assert_int_equal(sails_app_route(live.app, "GET /e", server_error_data), 0);
        assert_int_equal(sails_app_set(live.app, "session.secret", json_string("only for tests")),
                         0);
        assert_int_equal(
            sails_app_set(live.app, "environment",
                          json_string(is_production != 0 ? "production" : "development")),
            0);
        /* Production demands to know who may connect; the clients of this test have no origin. */
        assert_int_equal(sails_app_set(live.app, "sockets.onlyAllowOrigins",
                                       json_pack("[s]", "https://example.com")),
                         0);
        assert_int_equal(sails_app_set(live.app, "sockets.allowMissingOrigin", json_true()), 0);
        live_lift(&live);
        ws_client_expect_in(&client, live.port, 5);
        http_client_expect(live.port, "GET", "/e", "", NULL, 500,
                           is_production != 0 ? "Internal Server Error"
                                              : "{\n  \"secret\": \"s\"\n}");
        ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/e\"}]",
                                is_production != 0
                                    ? "431[{\"body\":\"Internal Server "
                                      "Error\",\"headers\":{},\"statusCode\":500}]"
                                    : "431[{\"body\":{\"secret\":\"s\"},\"headers\":{},"
                                      "\"statusCode\":500}]");
        live_log_expect(&live.log, "response: {\"secret\":\"s\"}");
        ws_client_close(&client);
        live_end(&live);
    }
}

/* ---- when an answer comes ---- */

struct desk {
    struct told arrived;
    sails_req *req;
    sails_res *res;
};

static void keep(sails_req *req, sails_res *res)
{
    struct desk *desk = sails_req_context(req);

    desk->req = req;
    desk->res = res;
    tell(0, &desk->arrived);
}

static void broadcast_then_answer(sails_req *req, sails_res *res)
{
    sails_res_send(res, "answer");
    sails_sockets_blast(sails_req_app(req), "before", json_null(), NULL);
}

static void disconnect_requester(sails_req *req, sails_res *res)
{
    sails_io_disconnect_sockets(
        sails_io_of(sails_app_io(sails_req_app(req)), "/"),
        &(struct sails_io_target){.to = SAILS_ROOMS(sails_sockets_get_id(req))}, false, NULL, NULL);
    sails_res_ok(res, NULL);
}

static void desk_open(struct desk *desk, struct live *live, int workers)
{
    *desk = (struct desk){.req = NULL};
    told_init(&desk->arrived);
    live_init(live, workers);
    sails_app_set_context(live->app, desk);
    assert_int_equal(sails_app_route(live->app, "/keep", keep), 0);
    assert_int_equal(sails_app_route(live->app, "/fast", send_text), 0);
    assert_int_equal(sails_app_route(live->app, "/both", broadcast_then_answer), 0);
    assert_int_equal(sails_app_route(live->app, "/bye", disconnect_requester), 0);
    live_lift(live);
}

/* sails-sockets 42 */
static void an_answer_may_come_later_from_another_thread(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct live live;
        struct desk desk;
        struct ws_client client;
        struct tcp_client http;
        struct http_answer answer;

        desk_open(&desk, &live, workers);
        ws_client_expect_in(&client, live.port, 5);
        assert_true(ws_client_send(&client, "421[\"get\",{\"url\":\"/keep?x=1\"}]"));
        told_wait(&desk.arrived);
        ws_client_expect_answer(&client, "422[\"get\",{\"url\":\"/fast\"}]",
                                "432[{\"body\":\"ok!\",\"headers\":{},\"statusCode\":200}]");
        assert_string_equal(sails_req_param(desk.req, "x"), "1");
        assert_ptr_equal(sails_req_app(desk.req), live.app);
        assert_int_equal(sails_res_set(desk.res, "x-late", "yes"), 0);
        assert_int_equal(sails_res_json(desk.res, json_pack("[i]", 1)), 0);
        ws_client_expect(&client,
                         "431[{\"body\":[1],\"headers\":{\"x-late\":\"yes\"},\"statusCode\":200}]");

        assert_true(tcp_client_open(&http, live.port));
        assert_true(http_client_send(&http, "POST", "/keep", "Content-Type: application/json\r\n",
                                     STR("{\"y\":2}")));
        told_wait(&desk.arrived);
        assert_string_equal(sails_req_param(desk.req, "y"), "2");
        assert_int_equal(sails_res_send(desk.res, "late"), 0);
        assert_true(http_client_take(&http, true, &answer));
        assert_string_equal(answer.body.ptr, "late");
        http_answer_deinit(&answer);
        tcp_client_close(&http);
        ws_client_close(&client);
        live_end(&live);
    }
}

/* Everything that the one worker was told by clients before has been handled. */
static void one_round(struct live *live)
{
    http_client_expect(live->port, "GET", "/fast", "", NULL, 200, "ok!");
}

static void an_answer_for_a_client_that_has_gone_is_dropped(void **state)
{
    struct live live;
    struct desk desk;
    struct ws_client client;
    struct tcp_client http;

    (void)state;
    desk_open(&desk, &live, 1);
    ws_client_expect_in(&client, live.port, 5);
    assert_true(ws_client_send(&client, "421[\"get\",{\"url\":\"/keep\"}]"));
    told_wait(&desk.arrived);
    ws_client_close(&client);
    one_round(&live);
    assert_int_equal(sails_res_json(desk.res, json_object()), 0);

    assert_true(tcp_client_open(&http, live.port));
    assert_true(http_client_send(&http, "GET", "/keep", "", (struct str){NULL, 0}));
    told_wait(&desk.arrived);
    tcp_client_abort(&http);
    one_round(&live);
    assert_string_equal(sails_req_path(desk.req), "/keep"); /* it can still be read */
    assert_int_equal(sails_res_json(desk.res, json_object()), 0);
    one_round(&live);
    live_end(&live);
}

/* sails-sockets 43 */
static void what_an_action_broadcasts_comes_before_its_answer(void **state)
{
    struct live live;
    struct desk desk;
    struct ws_client client;

    (void)state;
    desk_open(&desk, &live, 1);
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/both\"}]", "42[\"before\",null]");
    ws_client_expect(&client, "431[{\"body\":\"answer\",\"headers\":{},\"statusCode\":200}]");
    ws_client_close(&client);
    live_end(&live);
}

static void an_action_may_disconnect_its_requester(void **state)
{
    struct live live;
    struct desk desk;
    struct ws_client client;

    (void)state;
    desk_open(&desk, &live, 1);
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/bye\"}]", "41");
    /* Whether its answer follows is open (socket-io 8); the connection is. */
    assert_true(ws_client_send(&client, "40"));
    assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_TEXT);
    if (strncmp(client.frame.ptr, "431[", 4) == 0) {
        assert_int_equal(ws_client_next(&client, TCP_CLIENT_PATIENCE_MS), WS_CLIENT_TEXT);
    }
    assert_int_equal(strncmp(client.frame.ptr, "40{\"sid\"", 8), 0);
    ws_client_close(&client);
    live_end(&live);
}

/* ---- NULL ---- */

static void everything_survives_null(void **state)
{
    (void)state;
    assert_null(sails_req_app(NULL));
    assert_null(sails_req_context(NULL));
    assert_null(sails_req_method(NULL));
    assert_null(sails_req_url(NULL));
    assert_null(sails_req_path(NULL));
    assert_false(sails_req_is_socket(NULL));
    assert_null(sails_req_header(NULL, "x"));
    assert_null(sails_req_ip(NULL));
    assert_null(sails_req_param(NULL, "x"));
    assert_null(sails_req_param_json(NULL, "x"));
    assert_null(sails_req_all_params(NULL));
    assert_null(sails_req_body(NULL));
    assert_null(sails_req_query(NULL));
    assert_int_equal(sails_res_status(NULL, 200), SAILS_EINVAL);
    assert_int_equal(sails_res_set(NULL, "a", "b"), SAILS_EINVAL);
    assert_int_equal(sails_res_json(NULL, json_object()), SAILS_EINVAL);
    assert_int_equal(sails_res_send(NULL, "x"), SAILS_EINVAL);
    assert_int_equal(sails_res_send_status(NULL, 200), SAILS_EINVAL);
    assert_int_equal(sails_res_ok(NULL, json_object()), SAILS_EINVAL);
    assert_int_equal(sails_res_bad_request(NULL, json_object()), SAILS_EINVAL);
    assert_int_equal(sails_res_forbidden(NULL), SAILS_EINVAL);
    assert_int_equal(sails_res_not_found(NULL), SAILS_EINVAL);
    assert_int_equal(sails_res_server_error(NULL, json_object()), SAILS_EINVAL);
    assert_int_equal(sails_res_redirect(NULL, "/"), SAILS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_form_over_http),
        cmocka_unit_test(headers_of_an_answer_go_out_over_http),
        cmocka_unit_test(every_answer_has_its_form_over_a_socket),
        cmocka_unit_test(status_and_headers_can_be_left_out_of_answers),
        cmocka_unit_test(production_keeps_the_reason_of_an_error_to_itself),
        cmocka_unit_test(an_answer_may_come_later_from_another_thread),
        cmocka_unit_test(an_answer_for_a_client_that_has_gone_is_dropped),
        cmocka_unit_test(what_an_action_broadcasts_comes_before_its_answer),
        cmocka_unit_test(an_action_may_disconnect_its_requester),
        cmocka_unit_test(everything_survives_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
