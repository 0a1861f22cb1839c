#include "support/http_client.h"
#include "support/live_app.h"

/*
 * Bodies of HTTP requests, and what else a request over HTTP says.
 */

/* The JSON as text, without the line ends that it gets in development. */
static void answer(sails_res *res, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);

    must(text != NULL && sails_res_send(res, text) == 0);
    mem_free(text);
    json_decref(value);
}

static void show_body(sails_req *req, sails_res *res)
{
    json_t *body = sails_req_body(req);

    answer(res, json_pack("[O?]", body));
}

static void show(sails_req *req, sails_res *res)
{
    must(!sails_req_is_socket(req));
    answer(res, json_pack("[s, s, s, s?, s, O, O]", sails_req_method(req), sails_req_url(req),
                          sails_req_path(req), sails_req_header(req, "x-custom"), sails_req_ip(req),
                          sails_req_query(req), sails_req_all_params(req)));
}

/* The bytes as they came. */
static void echo(sails_req *req, sails_res *res)
{
    size_t len = 7;
    const void *body = sails_req_raw_body(req, &len);

    must(sails_req_raw_body(req, NULL) == body);
    must((body == NULL) == (len == 0));
    must(body == NULL || ((const char *)body)[len] == '\0');
    sails_res_send_bytes(res, body != NULL ? body : "", len);
}

/* Which part of a request has a name. */
static void show_parts(sails_req *req, sails_res *res)
{
    answer(res, json_pack("[s?, s?, s?]", sails_req_path_param(req, "a"),
                          sails_req_body_param(req, "a"), sails_req_query_param(req, "a")));
}

static void live_with_routes(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "http.maxBodySize", json_integer(64)), 0);
    assert_int_equal(sails_app_route(live->app, "/body", show_body), 0);
    assert_int_equal(sails_app_route(live->app, "GET /show/:id", show), 0);
    assert_int_equal(sails_app_route(live->app, "GET /only", show_body), 0);
    assert_int_equal(sails_app_route(live->app, "/raw", echo), 0);
    assert_int_equal(sails_app_route(live->app, "/parts/:a", show_parts), 0);
    assert_int_equal(sails_app_route(live->app, "/parts", show_parts), 0);
    live_lift(live);
}

#define JSON_TYPE "Content-Type: application/json\r\n"
#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"

static void a_body_is_parsed_by_its_type(void **state)
{
    static const struct {
        const char *method, *headers, *body;
        unsigned status;
        const char *want;
    } cases[] = {
        {"POST", JSON_TYPE, "{\"a\":1}", 200, "[{\"a\":1}]"},
        {"PUT", JSON_TYPE, " [1, 2] ", 200, "[[1,2]]"},
        {"PATCH", "Content-Type: Application/JSON; charset=utf-8\r\n", "{}", 200, "[{}]"},
        {"POST", JSON_TYPE, "", 200, "[{}]"},
        {"POST", JSON_TYPE, " \r\n\t", 200, "[{}]"},
        {"POST", "", "", 200, "[{}]"},
        {"DELETE", JSON_TYPE, "{\"a\":1}", 200, "[{\"a\":1}]"},
        {"POST", JSON_TYPE, "{\"a\":", 400, NULL},
        {"POST", JSON_TYPE, "{\"a\":\"\\ud800\",\"b\":1e999}", 200,
         "[{\"a\":\"\xef\xbf\xbd\",\"b\":null}]"},
        {"POST", JSON_TYPE, "5", 400, NULL},
        {"POST", "", "5", 200, "[{}]"},
        {"POST", JSON_TYPE, "5", 400, NULL},
        {"POST", JSON_TYPE, "\"text\"", 400, NULL},
        {"POST", JSON_TYPE, "{\"a\":\"\xff\"}", 400, NULL},
        {"POST", "Content-Type: text/plain\r\n", "no json", 200, "[{}]"},
        {"POST", "", "{\"a\":1}", 200, "[{\"a\":1}]"},
        {"POST", FORM_TYPE, "a=1&b=x+y%21&a=2&c", 200,
         "[{\"a\":[\"1\",\"2\"],\"b\":\"x y!\",\"c\":\"\"}]"},
        {"POST", FORM_TYPE, "__proto__=1&=2&a=%ff&b=3", 200, "[{\"a\":\"%ff\",\"b\":\"3\"}]"},
        {"GET", JSON_TYPE, "{\"a\":1}", 200, "[null]"},
        {"GET", "", NULL, 200, "[null]"},
    };
    struct live live;

    (void)state;
    live_with_routes(&live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        http_client_expect(live.port, cases[i].method, "/body", cases[i].headers, cases[i].body,
                           cases[i].status, cases[i].want);
    }
    live_end(&live);
}

static void a_body_over_the_limit_is_refused(void **state)
{
    struct live live;
    char body[200];

    (void)state;
    memset(body, ' ', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    live_with_routes(&live);
    http_client_expect(live.port, "POST", "/body", JSON_TYPE, body, 400, NULL);
    http_client_expect(live.port, "POST", "/body", JSON_TYPE, body + sizeof(body) - 1 - 64, 200,
                       "[{}]");
    live_end(&live);
}

static void a_chunked_body_is_a_body(void **state)
{
    static const char request[] =
        "POST /body HTTP/1.1\r\nHost: h\r\n" JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n"
        "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n";
    struct live live;
    struct tcp_client client;
    struct http_answer answer;

    (void)state;
    live_with_routes(&live);
    assert_true(tcp_client_open(&client, live.port));
    assert_true(tcp_client_send(&client, request, sizeof(request) - 1));
    assert_true(http_client_take(&client, true, &answer));
    assert_string_equal(answer.body.ptr, "[{\"a\":1}]");
    http_answer_deinit(&answer);
    tcp_client_close(&client);
    live_end(&live);
}

static void a_client_may_leave_in_the_middle_of_its_body(void **state)
{
    static const char request[] = "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\n{";
    struct live live;

    (void)state;
    live_with_routes(&live);
    for (int round = 0; round < 4; round++) {
        struct tcp_client client;

        assert_true(tcp_client_open(&client, live.port));
        assert_true(tcp_client_send(&client, request, sizeof(request) - 1));
        if (round % 2 == 0) {
            tcp_client_abort(&client);
        } else {
            tcp_client_close(&client);
        }
    }
    http_client_expect(live.port, "GET", "/body", "", NULL, 200, "[null]");
    live_end(&live);
}

static void a_request_says_what_was_sent(void **state)
{
    struct live live;

    (void)state;
    live_with_routes(&live);
    http_client_expect(live.port, "GET", "/show/a%2Fb?x=1&x=2&id=q", "X-Custom: v\r\n", NULL, 200,
                       "[\"GET\",\"/show/a%2Fb?x=1&x=2&id=q\",\"/show/"
                       "a%2Fb\",\"v\",\"127.0.0.1\",{\"x\":[\"1\",\"2\"],\"id\":\"q\"},"
                       "{\"x\":[\"1\",\"2\"],\"id\":\"a/b\"}]");
    http_client_expect(live.port, "GET", "/SHOW/1/", "", NULL, 200, NULL);
    http_client_expect(live.port, "GET", "/show/%zz", "", NULL, 400,
                       "Bad request: Could not decode requested URL.");
    http_client_expect(live.port, "POST", "/show/1", "", "", 404, "Not Found");
    http_client_expect(live.port, "GET", "/none", "", NULL, 404, "Not Found");
    live_end(&live);
}

static void options_list_the_methods_of_a_path(void **state)
{
    struct live live;
    struct http_answer answer;

    (void)state;
    live_with_routes(&live);
    assert_true(http_client_ask(live.port, "OPTIONS", "/only", "", (struct str){NULL, 0}, &answer));
    assert_int_equal(answer.status, 200);
    assert_true(str_eq(http_answer_header(&answer, "allow"), STR("GET, HEAD")));
    assert_int_equal(answer.body.len, 0);
    http_answer_deinit(&answer);
    live_end(&live);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct live live;
    struct tcp_client client;

    (void)state;
    live_with_routes(&live);
    assert_true(tcp_client_open(&client, live.port));
    for (int i = 0; i < 3; i++) {
        char body[32];

        snprintf(body, sizeof(body), "{\"n\":%d}", i);
        assert_true(http_client_send(&client, "POST", "/body", JSON_TYPE, str_from(body)));
    }
    for (int i = 0; i < 3; i++) {
        struct http_answer answer;
        char want[32];

        snprintf(want, sizeof(want), "[{\"n\":%d}]", i);
        assert_true(http_client_take(&client, true, &answer));
        assert_string_equal(answer.body.ptr, want);
        http_answer_deinit(&answer);
    }
    tcp_client_close(&client);
    live_end(&live);
}

/* Less deep than values are written: what has come can go out again. */
static void a_body_has_a_limit_of_depth(void **state)
{
    struct live live;
    struct buf body = {0};

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "/body", show_body), 0);
    live_lift(&live);
    for (int i = 0; i < 2 * 513; i++) {
        buf_append_char(&body, i < 513 ? '[' : ']');
    }
    buf_append_char(&body, '\0');
    assert_int_equal(buf_error(&body), 0);
    http_client_expect(
        live.port, "POST", "/body", JSON_TYPE, body.ptr, 400,
        "Unable to parse HTTP body- error occurred :: over a limit of size or number");
    buf_deinit(&body);
    live_end(&live);
}

/* Two bytes of text may be 250 bytes of memory. */
static void a_body_has_a_limit_of_values(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "http.maxBodyValues", json_integer(4)), 0);
    assert_int_equal(sails_app_route(live.app, "/body", show_body), 0);
    live_lift(&live);
    http_client_expect(live.port, "POST", "/body", JSON_TYPE, "[{},{\"a\":1}]", 200,
                       "[[{},{\"a\":1}]]");
    http_client_expect(
        live.port, "POST", "/body", JSON_TYPE, "[{},{\"a\":1},2]", 400,
        "Unable to parse HTTP body- error occurred :: over a limit of size or number");
    live_end(&live);
}

/* With those of all clients together; and what one holds at first is not counted. */
static void bodies_that_are_not_whole_have_a_budget(void **state)
{
    struct live live;
    struct buf body = {0};

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "sockets.maxMessageMemory", json_integer(70000)), 0);
    assert_int_equal(sails_app_route(live.app, "/body", show_body), 0);
    live_lift(&live);
    buf_append_str(&body, STR("[\""));
    for (int i = 0; i < 500 * 1000; i++) {
        buf_append_char(&body, 'x');
    }
    buf_append_str(&body, STR("\"]"));
    buf_append_char(&body, '\0');
    assert_int_equal(buf_error(&body), 0);
    http_client_expect(live.port, "POST", "/body", JSON_TYPE, body.ptr, 503, "");
    http_client_expect(live.port, "POST", "/body", JSON_TYPE, "[1]", 200, "[[1]]");
    buf_deinit(&body);
    live_end(&live);
}

/* {"a": [{}, {}, ...]}, which takes 250 bytes where it has three. */
static void append_objects(struct buf *body, size_t n)
{
    buf_append_str(body, STR("{\"a\":["));
    for (size_t i = 0; i < n; i++) {
        buf_append_str(body, i == 0 ? STR("{}") : STR(",{}"));
    }
    buf_append_str(body, STR("]}"));
}

static void keep_nothing(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_ok(res, NULL);
}

/* As long as a request is not answered it has its body: what that has become counts, over HTTP and a socket. */
static void what_bodies_become_has_the_same_budget(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "sockets.maxMessageMemory", json_integer(1000000)), 0);
    assert_int_equal(sails_app_route(live.app, "POST /body", keep_nothing), 0);
    live_lift(&live);
    ws_client_expect_in(&client, live.port, 5);
    for (int i = 0; i < 6; i++) {
        bool is_too_much = i % 2 == 1;
        struct buf body = {0};
        struct buf packet = {0};

        append_objects(&body, is_too_much ? 5000 : 2000);
        buf_append_str(&packet, STR("421[\"post\",{\"url\":\"/body\",\"data\":"));
        buf_append_str(&packet, buf_str(&body));
        buf_append_str(&packet, STR("}]"));
        buf_append_char(&packet, '\0');
        buf_append_char(&body, '\0');
        http_client_expect(live.port, "POST", "/body", JSON_TYPE, body.ptr, is_too_much ? 503 : 200,
                           is_too_much ? "" : "OK");
        ws_client_expect_answer(
            &client, packet.ptr,
            is_too_much
                ? "431[{\"body\":\"Service Unavailable\",\"headers\":{},\"statusCode\":503}]"
                : "431[{\"body\":\"OK\",\"headers\":{},\"statusCode\":200}]");
        buf_deinit(&body);
        buf_deinit(&packet);
    }
    ws_client_close(&client);
    live_end(&live);
}

static void a_body_can_be_had_as_it_came(void **state)
{
    static const struct {
        const char *method, *headers, *body;
        unsigned status;
        const char *want;
    } cases[] = {
        {"POST", "Content-Type: text/plain\r\n", "no json", 200, "no json"},
        {"POST", "Content-Type: application/octet-stream\r\n", "\xff\xfe", 200, "\xff\xfe"},
        {"POST", "Content-Type: application/xml\r\n", "<a/>", 200, "<a/>"},
        {"PUT", JSON_TYPE, " {\"a\" : 1}", 200, " {\"a\" : 1}"},
        {"POST", FORM_TYPE, "a=1&b", 200, "a=1&b"},
        {"POST", "", "", 200, ""},
        {"GET", "", "unread", 200, ""},
    };
    struct live live;

    (void)state;
    live_with_routes(&live);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        http_client_expect(live.port, cases[i].method, "/raw", cases[i].headers, cases[i].body,
                           cases[i].status, cases[i].want);
    }
    assert_null(sails_req_raw_body(NULL, NULL));
    live_end(&live);
}

static void a_parameter_can_be_asked_of_one_part(void **state)
{
    struct live live;

    (void)state;
    live_with_routes(&live);
    http_client_expect(live.port, "POST", "/parts/p?a=q", JSON_TYPE, "{\"a\":\"b\"}", 200,
                       "[\"p\",\"b\",\"q\"]");
    http_client_expect(live.port, "POST", "/parts?a=1&a=2", JSON_TYPE, "{\"a\":5}", 200,
                       "[null,\"5\",null]");
    http_client_expect(live.port, "POST", "/parts?b=1", JSON_TYPE, "{\"a\":{}}", 200,
                       "[null,null,null]");
    assert_null(sails_req_path_param(NULL, "a"));
    assert_null(sails_req_body_param(NULL, "a"));
    assert_null(sails_req_query_param(NULL, "a"));
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_parsed_by_its_type),
        cmocka_unit_test(a_body_can_be_had_as_it_came),
        cmocka_unit_test(a_parameter_can_be_asked_of_one_part),
        cmocka_unit_test(a_body_over_the_limit_is_refused),
        cmocka_unit_test(a_chunked_body_is_a_body),
        cmocka_unit_test(a_client_may_leave_in_the_middle_of_its_body),
        cmocka_unit_test(a_request_says_what_was_sent),
        cmocka_unit_test(options_list_the_methods_of_a_path),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_body_has_a_limit_of_depth),
        cmocka_unit_test(a_body_has_a_limit_of_values),
        cmocka_unit_test(bodies_that_are_not_whole_have_a_budget),
        cmocka_unit_test(what_bodies_become_has_the_same_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
