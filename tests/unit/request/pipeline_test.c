/*
 * The way of a request through hooks, policies and functions of routes to its answer, the time limit, CSRF
 * and CORS, through a running app.
 */
#include "support/cmocka.h"
#include "support/http_client.h"
#include "support/live_app.h"
#include "support/ws_client.h"

#include <sails/handshake.h>
#include <sails/inputs.h>
#include <sails/session.h>

/* ---- functions that proceed ---- */

static void proceed(sails_req *req, sails_res *res)
{
    sails_res_set(res, "X-Proceeded", "yes");
    assert_int_equal(sails_req_proceed(req), 0);
    assert_int_equal(sails_req_proceed(req), SAILS_ESTATE);
}

static void *proceed_on_thread(void *arg)
{
    sails_req_proceed(arg);
    return NULL;
}

static void proceed_later(sails_req *req, sails_res *res)
{
    (void)res;
    live_elsewhere(proceed_on_thread, req);
}

static void answer(sails_req *req, sails_res *res)
{
    sails_res_send(res, sails_req_param(req, "id"));
}

static void expect_proceeded(unsigned port, const char *path, unsigned status, const char *body)
{
    struct http_answer got = {0};

    assert_true(http_client_ask(port, "GET", path, "", STR(""), &got));
    assert_int_equal(got.status, status);
    assert_string_equal(got.body.ptr, body);
    assert_non_null(http_answer_header(&got, "x-proceeded").ptr);
    http_answer_deinit(&got);
}

/* app-config-cli 6.3: functions of routes fall through to the next route that matches */
static void functions_of_routes_proceed_to_the_next_route(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "GET /a/b", proceed), 0);
    assert_int_equal(sails_app_route(live.app, "GET /a/:id", proceed_later), 0);
    assert_int_equal(sails_app_route(live.app, "/:x/:id", answer), 0);
    assert_int_equal(sails_app_route(live.app, "GET /alone", proceed), 0);
    live_lift(&live);
    expect_proceeded(live.port, "/a/b", 200, "b");
    expect_proceeded(live.port, "/alone", 404, "Not Found");
    http_client_expect(live.port, "GET", "/a/c", "", NULL, 200, "c");
    live_end(&live);
}

/* ---- parameters ---- */

static void show_params(sails_req *req, sails_res *res)
{
    sails_res_json(res,
                   json_pack("[O, O]", sails_req_param_json(req, "a"), sails_req_all_params(req)));
}

/* request-response 6, 7, 22 */
static void parameters_merge_path_over_body_over_query(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "environment", json_string("production")), 0);
    assert_int_equal(sails_app_set(live.app, "session.enabled", json_false()), 0);
    assert_int_equal(sails_app_set(live.app, "sockets.allowMissingOrigin", json_true()), 0);
    assert_int_equal(sails_app_set(live.app, "sockets.onlyAllowOrigins", json_array()), 0);
    assert_int_equal(sails_app_route(live.app, "/p/:a", show_params), 0);
    assert_int_equal(sails_app_route(live.app, "/q", show_params), 0);
    live_lift(&live);
    http_client_expect(live.port, "POST", "/p/path?a=q&b=q&c=q", "", "{\"a\":1,\"b\":2}", 200,
                       "[\"path\",{\"a\":\"path\",\"b\":2,\"c\":\"q\"}]");
    http_client_expect(live.port, "POST", "/q?a=q&b=q", "", "{\"a\":null}", 200,
                       "[null,{\"a\":null,\"b\":\"q\"}]");
    http_client_expect(live.port, "POST", "/q?a=q", "Content-Type: application/json\r\n", "[1,2]",
                       200, "[\"q\",{\"a\":\"q\",\"0\":1,\"1\":2}]");
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/q?a=q\",\"data\":{\"a\":7}}]",
                            "431[{\"body\":[7,{\"a\":7}],\"headers\":{},\"statusCode\":200}]");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- CSRF ---- */

static void start_csrf(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "security.csrf", json_true()), 0);
    assert_int_equal(
        sails_app_bind(live->app, "GET /csrfToken", json_string("security/grant-csrf-token")), 0);
    assert_int_equal(sails_app_route(live->app, "/x/:id", answer), 0);
    live_lift(live);
}

/* A token, and the headers of the session that it belongs to. */
static void take_token(unsigned port, char token[64], char cookie[256])
{
    struct http_answer got = {0};
    struct str set;
    json_t *body = NULL;

    assert_true(http_client_ask(port, "GET", "/csrfToken", "", STR(""), &got));
    assert_int_equal(got.status, 200);
    body = json_loads(got.body.ptr, 0, NULL);
    assert_non_null(json_string_value(json_object_get(body, "_csrf")));
    snprintf(token, 64, "%s", json_string_value(json_object_get(body, "_csrf")));
    json_decref(body);
    set = http_answer_header(&got, "set-cookie");
    assert_non_null(set.ptr);
    snprintf(cookie, 256, "Cookie: %.*s\r\n", (int)str_find(set, ';'), set.ptr);
    http_answer_deinit(&got);
}

/* request-response 20, sails-sockets 45, 46 */
static void requests_that_change_something_need_a_token(void **state)
{
    struct live live;
    struct ws_client client;
    char token[64], cookie[256], headers[512], frame[256];

    (void)state;
    start_csrf(&live);
    http_client_expect(live.port, "GET", "/x/1", "", NULL, 200, "1");
    http_client_expect(live.port, "POST", "/x/1", "", "", 403, "Forbidden");
    http_client_expect(live.port, "POST", "/nothing-here", "", "", 403, "Forbidden");
    take_token(live.port, token, cookie);
    http_client_expect(live.port, "PUT", "/x/1", cookie, "", 403, "Forbidden");
    snprintf(headers, sizeof(headers), "%sX-CSRF-Token: %s\r\n", cookie, token);
    http_client_expect(live.port, "PUT", "/x/1", headers, "", 200, "1");
    http_client_expect(live.port, "PUT", "/x/1", headers, "", 200, "1"); /* may be spent often */

    assert_true(ws_client_open(&client, live.port, 5, "", cookie));
    assert_true(ws_client_join(&client, "/", ""));
    ws_client_expect_answer(&client, "421[\"post\",{\"url\":\"/x/1\"}]",
                            "431[{\"body\":\"Forbidden\",\"headers\":{},\"statusCode\":403}]");
    snprintf(frame, sizeof(frame), "422[\"post\",{\"url\":\"/x/1\",\"data\":{\"_csrf\":\"%s\"}}]",
             token);
    ws_client_expect_answer(&client, frame,
                            "432[{\"body\":\"1\",\"headers\":{},\"statusCode\":200}]");
    assert_true(ws_client_send(&client, "423[\"get\",{\"url\":\"/csrfToken\"}]"));
    ws_client_expect_start(&client, "433[{\"body\":\"CSRF tokens are not granted over sockets");
    ws_client_close(&client);
    live_end(&live);
}

static atomic_int n_acted;

static void act(sails_req *req, sails_res *res)
{
    (void)req;
    atomic_fetch_add(&n_acted, 1);
    sails_res_send(res, "done");
}

static void *refuse_on_thread(void *arg)
{
    sails_res *res = arg;

    sails_res_status(res, 403);
    sails_res_send(res, "No");
    return NULL;
}

static void refuse_later(sails_req *req, sails_res *res, json_t *data)
{
    (void)req;
    (void)data;
    live_elsewhere(refuse_on_thread, res);
}

/* A refusal of the program's own may take its time. */
static void a_forged_request_runs_nothing_while_it_is_refused(void **state)
{
    struct live live;

    (void)state;
    atomic_store(&n_acted, 0);
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "security.csrf", json_true()), 0);
    assert_int_equal(sails_app_response(live.app, "forbidden", refuse_later), 0);
    assert_int_equal(sails_app_route(live.app, "/act", act), 0);
    live_lift(&live);
    http_client_expect(live.port, "POST", "/act", "", "", 403, "No");
    assert_int_equal(atomic_load(&n_acted), 0);
    live_end(&live);
}

/* Whichever route a request comes to, that one's setting counts. */
static void a_route_that_wants_a_token_gets_it_behind_others_too(void **state)
{
    static const struct sails_action_def def = {.run = act};
    struct live live;

    (void)state;
    atomic_store(&n_acted, 0);
    live_init(&live, 1);
    assert_int_equal(sails_app_action(live.app, "act", &def), 0);
    assert_int_equal(sails_app_route(live.app, "/y", proceed), 0);
    assert_int_equal(
        sails_app_bind(live.app, "/y", json_pack("{s:s, s:b}", "action", "act", "csrf", 1)), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/y", "", NULL, 200, "done");
    http_client_expect(live.port, "POST", "/y", "", "", 403, "Forbidden");
    assert_int_equal(atomic_load(&n_acted), 1);
    live_end(&live);
}

/* ---- CORS ---- */

static void expect_header(const struct http_answer *got, const char *name, const char *want)
{
    struct str value = http_answer_header(got, name);

    if (want == NULL) {
        assert_null(value.ptr);
        return;
    }
    assert_non_null(value.ptr);
    assert_int_equal(value.len, strlen(want));
    assert_memory_equal(value.ptr, want, value.len);
}

/* request-response 11.1, 21 */
static void cors_headers_are_those_of_the_route(void **state)
{
    struct live live;
    struct http_answer got = {0};

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_action(live.app, "answer", &(struct sails_action_def){.run = answer}), 0);
    assert_int_equal(sails_app_bind(live.app, "PUT /cors/:id",
                                    json_pack("{s:s, s:{s:[s], s:b, s:s, s:s, s:s}}", "action",
                                              "answer", "cors", "allowOrigins", "http://a.com",
                                              "allowCredentials", 1, "allowRequestHeaders",
                                              "x-foo, content-type", "allowRequestMethods",
                                              "PUT,POST", "allowResponseHeaders", "x-bar")),
                     0);
    live_lift(&live);
    assert_true(http_client_ask(live.port, "OPTIONS", "/cors/1",
                                "Origin: http://a.com\r\nAccess-Control-Request-Method: PUT\r\n",
                                STR(""), &got));
    assert_int_equal(got.status, 200);
    assert_int_equal(got.body.len, 0);
    expect_header(&got, "access-control-allow-origin", "http://a.com");
    expect_header(&got, "vary", "Origin");
    expect_header(&got, "access-control-allow-credentials", "true");
    expect_header(&got, "access-control-allow-methods", "PUT,POST");
    expect_header(&got, "access-control-allow-headers", "x-foo, content-type");
    http_answer_deinit(&got);

    assert_true(
        http_client_ask(live.port, "PUT", "/cors/1", "Origin: http://a.com\r\n", STR(""), &got));
    assert_int_equal(got.status, 200);
    expect_header(&got, "access-control-allow-origin", "http://a.com");
    expect_header(&got, "access-control-expose-headers", "x-bar");
    expect_header(&got, "access-control-allow-methods", NULL);
    http_answer_deinit(&got);

    /* A foreign origin gets an answer that its page may not read. */
    assert_true(
        http_client_ask(live.port, "PUT", "/cors/1", "Origin: http://b.com\r\n", STR(""), &got));
    assert_int_equal(got.status, 200);
    expect_header(&got, "access-control-allow-origin", NULL);
    http_answer_deinit(&got);
    live_end(&live);
}

/* ---- /__getcookie ---- */

/* sails-sockets 55 */
static void a_script_brings_pages_of_other_origins_their_session(void **state)
{
    struct live live;
    struct http_answer got = {0};

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/__getcookie", "", STR(""), &got));
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body.ptr, "_sailsIoJSConnect();");
    expect_header(&got, "content-type", "application/javascript; charset=utf-8");
    assert_non_null(http_answer_header(&got, "set-cookie").ptr);
    http_answer_deinit(&got);
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "sockets.grant3rdPartyCookie", json_false()), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/__getcookie", "", NULL, 404, "Not Found");
    live_end(&live);
}

/* ---- named answers of the program's ---- */

static void own_not_found(sails_req *req, sails_res *res, json_t *data)
{
    assert_null(data);
    if (strcmp(sails_req_path(req), "/built-in") == 0) {
        sails_res_not_found(res);
        return;
    }
    sails_res_status(res, 404);
    sails_res_send(res, "Nothing here");
}

static void teapot(sails_req *req, sails_res *res, json_t *data)
{
    (void)req;
    sails_res_status(res, 418);
    sails_res_json(res, data != NULL ? json_incref(data) : json_null());
}

static void make_tea(sails_req *req, sails_res *res)
{
    (void)req;
    assert_int_equal(sails_res_respond(res, "nobody knows this", json_true()), SAILS_ENOENT);
    assert_int_equal(sails_res_respond(res, "teapot", json_pack("[i]", 1)), 0);
    assert_int_equal(sails_res_respond(res, "teapot", json_null()), SAILS_ESTATE);
}

/* ---- what developers are told ---- */

static void turn_away(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_forbidden(res);
}

static void *turn_away_on_thread(void *arg)
{
    sails_res_forbidden(sails_req_res(arg));
    return NULL;
}

static void turn_away_later(sails_req *req, sails_res *res)
{
    (void)res;
    live_elsewhere(turn_away_on_thread, req);
}

static void expect_reason(struct live *live, const char *path, const char *headers, unsigned status,
                          const char *line)
{
    http_client_expect(live->port, "POST", path, headers, "{}", status, NULL);
    live_log_expect(&live->log, line);
}

static void who_is_refused_is_told_why_to_developers(void **state)
{
    static const struct sails_action_def act = {.run = answer};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_policy(live.app, "isRich", turn_away, NULL), 0);
    assert_int_equal(sails_app_policy(live.app, "isOld", turn_away_later, NULL), 0);
    assert_int_equal(sails_app_action(live.app, "buy", &act), 0);
    assert_int_equal(sails_app_action(live.app, "vote", &act), 0);
    assert_int_equal(sails_app_action(live.app, "steal", &act), 0);
    assert_int_equal(
        sails_app_set(live.app, "policies",
                      json_pack("{s:s, s:s, s:b}", "buy", "isRich", "vote", "isOld", "steal", 0)),
        0);
    assert_int_equal(sails_app_bind(live.app, "/buy/:id", json_string("buy")), 0);
    assert_int_equal(sails_app_bind(live.app, "/vote/:id", json_string("vote")), 0);
    assert_int_equal(sails_app_bind(live.app, "/steal/:id", json_string("steal")), 0);
    assert_int_equal(
        sails_app_bind(live.app, "/forged", json_pack("{s:s, s:b}", "action", "buy", "csrf", 1)),
        0);
    live_lift(&live);
    expect_reason(&live, "/buy/1", "", 403,
                  "debug POST /buy/1: the policy `isRich` has answered with 403\n");
    expect_reason(&live, "/vote/1", "", 403,
                  "debug POST /vote/1: the policy `isOld` has answered with 403\n");
    expect_reason(&live, "/steal/1", "", 403,
                  "debug POST /steal/1: the policy `false` has answered with 403\n");
    expect_reason(
        &live, "/forged", "", 403,
        "debug POST /forged is refused: it has no CSRF token: `_csrf` in body or query, or "
        "X-CSRF-Token\n");
    expect_reason(
        &live, "/forged", "X-CSRF-Token: abcdefgh-x\r\n", 403,
        "debug POST /forged is refused: its session has given no CSRF token: has its cookie "
        "come?\n");
    expect_reason(&live, "/steal/2", "Origin: https://b.example\r\n", 403,
                  "debug POST /steal/2: a page of https://b.example may not read the answer");
    http_client_expect(live.port, "GET", "/socket.io/?EIO=4&transport=polling",
                       "Origin: https://b.example\r\n", NULL, 200, NULL);
    live_log_expect(&live.log,
                    "debug A page of https://b.example polls, and may not read the answers: "
                    "set sockets.cors.origin\n");
    live_end(&live);
}

/* ---- contexts ---- */

static void add_context(sails_req *req, sails_res *res)
{
    sails_res_append(res, "X-Context", sails_req_context(req));
    sails_req_proceed(sails_res_req(res));
}

static void tell_context(sails_req *req, sails_res *res)
{
    sails_res_send(sails_req_res(req), sails_req_context(sails_res_req(res)));
}

static void expect_contexts(const struct live *live, const char *path, const char *before,
                            const char *body)
{
    struct http_answer got = {0};

    assert_true(http_client_ask(live->port, "GET", path, "", STR(""), &got));
    assert_string_equal(got.body.ptr, body);
    assert_true(str_eq(http_answer_header(&got, "x-context"), str_from(before)));
    http_answer_deinit(&got);
}

/* Each function finds what it was registered with, or what the app has for those who were given nothing. */
static void every_function_has_a_context_of_its_own(void **state)
{
    static char of_app[] = "app", of_hook[] = "hook", of_policy[] = "policy",
                of_action[] = "action", of_route[] = "route", before[] = "middleware";
    static const struct sails_action_def own = {.run = tell_context, .ctx = of_action};
    static const struct sails_action_def bare = {.run = tell_context};
    const struct sails_route_def routes[] = {
        {"GET /route", .action = tell_context, .ctx = of_route},
        {"GET /app", .action = tell_context},
        {"GET /own", .target = "own"},
        {"GET /bare", .target = "bare"},
        {0},
    };
    struct live live;

    (void)state;
    live_init(&live, 1);
    sails_app_set_context(live.app, of_app);
    assert_int_equal(sails_app_hook(live.app, &(struct sails_hook){.name = "hook",
                                                                   .on_request = add_context,
                                                                   .ctx = of_hook}),
                     0);
    assert_int_equal(sails_app_policy(live.app, "policy", add_context, of_policy), 0);
    assert_int_equal(sails_app_action_middleware(live.app, "*", add_context, before), 0);
    assert_int_equal(sails_app_action_middleware(live.app, "own", add_context, before), 0);
    assert_int_equal(sails_app_set(live.app, "policies", json_pack("{s:s}", "own", "policy")), 0);
    assert_int_equal(sails_app_action(live.app, "own", &own), 0);
    assert_int_equal(sails_app_action(live.app, "bare", &bare), 0);
    assert_int_equal(sails_app_routes(live.app, routes), 0);
    live_lift(&live);
    expect_contexts(&live, "/route", "hook", "route");
    expect_contexts(&live, "/app", "hook", "app");
    expect_contexts(&live, "/own", "hook, middleware, policy", "action");
    expect_contexts(&live, "/bare", "hook, middleware", "app");
    live_end(&live);
}

/* app-config-cli 8 */
static void named_answers_can_be_replaced(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_response(live.app, "notFound", own_not_found), 0);
    assert_int_equal(sails_app_response(live.app, "teapot", teapot), 0);
    assert_int_equal(sails_app_route(live.app, "GET /tea", make_tea), 0);
    assert_int_equal(sails_app_bind(live.app, "GET /pot", json_pack("{s:s}", "response", "teapot")),
                     0);
    live_lift(&live);
    assert_int_equal(sails_app_response(live.app, "", teapot), SAILS_EINVAL);
    http_client_expect(live.port, "GET", "/nothing", "", NULL, 404, "Nothing here");
    http_client_expect(live.port, "GET", "/built-in", "", NULL, 404, "Not Found");
    http_client_expect(live.port, "GET", "/pot", "", NULL, 418, "null");
    http_client_expect(live.port, "GET", "/tea", "", NULL, 418, "[\n  1\n]");
    live_end(&live);
}

/* ---- who may connect ---- */

static void accept_all(sails_handshake *handshake, void *ctx)
{
    (void)ctx;
    sails_handshake_accept(handshake);
}

/* sails-sockets 15, and 2.4 */
static void the_lift_comments_on_origins_that_do_not_count(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_set(live.app, "sockets.onlyAllowOrigins", json_pack("[s]", "http://a.example")),
        0);
    assert_int_equal(sails_app_before_connect(live.app, accept_all, NULL), 0);
    live_lift(&live);
    live_log_expect(&live.log, "sockets.onlyAllowOrigins does not count");
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "environment", json_string("production")), 0);
    assert_int_equal(sails_app_set(live.app, "session.enabled", json_false()), 0);
    assert_int_equal(sails_app_set(live.app, "sockets.onlyAllowOrigins",
                                   json_pack("[s]", "http://localhost:3000")),
                     0);
    live_lift(&live);
    live_log_expect(&live.log, "has origins of this machine only");
    live_end(&live);
}

/* ---- who may ask over sockets ---- */

/* sails-sockets 24 */
static void a_strict_app_hears_clients_of_sails_only(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "sockets.requireSdkVersion", json_true()), 0);
    assert_int_equal(sails_app_route(live.app, "GET /x/:id", answer), 0);
    live_lift(&live);
    ws_client_expect_in(&client, live.port, 5);
    assert_true(ws_client_send(&client, "421[\"get\",{\"url\":\"/x/1\"}]"));
    ws_client_expect_start(&client, "431[{\"code\":\"SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ\"");
    ws_client_close(&client);
    assert_true(ws_client_open(&client, live.port, 5, "&__sails_io_sdk_version=1.2.1", ""));
    assert_true(ws_client_join(&client, "/", ""));
    ws_client_expect_answer(&client, "421[\"get\",{\"url\":\"/x/1\"}]",
                            "431[{\"body\":\"1\",\"headers\":{},\"statusCode\":200}]");
    ws_client_close(&client);
    live_end(&live);
}

/* ---- limits ---- */

static void hear(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, NULL);
}

#define TOO_MANY                                                                                      \
    "{\"code\":\"E_TOO_MANY_MESSAGES\",\"status\":429,\"message\":\"Too many messages: this one was " \
    "not heard.\",\"body\":\"Too many messages: this one was not heard.\",\"headers\":{},"            \
    "\"statusCode\":429}"

static void whoever_asks_too_often_is_refused(void **state)
{
    struct live live;
    struct ws_client client;
    struct http_answer got = {0};
    struct sails_refused refused;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "security.limits.requestsPerAddress", json_integer(2)),
                     0);
    assert_int_equal(sails_app_set(live.app, "security.limits.messagesPerSocket", json_integer(1)),
                     0);
    assert_int_equal(sails_app_route(live.app, "GET /x/:id", answer), 0);
    assert_int_equal(sails_io_on(live.root, "say", hear, NULL), 0);
    live_lift(&live);
    for (int i = 0; i < 10; i++) {
        http_client_expect(live.port, "GET", "/x/1", "", NULL, 200, "1");
    }
    assert_true(http_client_ask(live.port, "GET", "/x/1", "", STR(""), &got));
    assert_int_equal(got.status, 429);
    assert_string_equal(got.body.ptr, "Too Many Requests");
    expect_header(&got, "retry-after", "1");
    http_answer_deinit(&got);

    ws_client_expect_in(&client, live.port, 5);
    for (int i = 0; i < 5; i++) {
        ws_client_expect_answer(&client, "421[\"say\"]", "431[]");
    }
    ws_client_expect_answer(&client, "421[\"say\"]", "431[" TOO_MANY "]");
    ws_client_expect_answer(&client, "42[\"say\"]", "42[\"sails:rateError\"," TOO_MANY "]");
    assert_int_equal(sails_app_refused(live.app, &refused), 0);
    assert_int_equal(refused.requests, 1);
    assert_int_equal(refused.messages, 2);
    assert_int_equal(sails_app_refused(NULL, &refused), SAILS_EINVAL);
    ws_client_close(&client);
    live_end(&live);
}

/* A subscriber has 2^64 addresses, and would have as many limits. */
static void addresses_of_one_ipv6_network_share_a_limit(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "security.limits.requestsPerAddress", json_integer(1)),
                     0);
    assert_int_equal(sails_app_set(live.app, "http.trustProxy", json_true()), 0);
    assert_int_equal(sails_app_route(live.app, "GET /x/:id", answer), 0);
    live_lift(&live);
    for (int i = 0; i < 6; i++) {
        char header[64];

        snprintf(header, sizeof(header), "X-Forwarded-For: 2001:db8::%d:1\r\n", i);
        http_client_expect(live.port, "GET", "/x/1", header, NULL, i < 5 ? 200 : 429, NULL);
    }
    http_client_expect(live.port, "GET", "/x/1", "X-Forwarded-For: 2001:db8:0:1::1\r\n", NULL, 200,
                       NULL);
    live_end(&live);
}

static void every_answer_has_the_configured_headers(void **state)
{
    struct live live;
    struct http_answer got = {0};

    (void)state;
    live_init(&live, 1);
    assert_int_equal(
        sails_app_set(live.app, "security.headers", json_pack("{s:s}", "X-Frame-Options", "DENY")),
        0);
    live_lift(&live);
    assert_true(http_client_ask(live.port, "GET", "/nothing-here", "", STR(""), &got));
    assert_int_equal(got.status, 404);
    expect_header(&got, "x-frame-options", "DENY");
    http_answer_deinit(&got);
    live_end(&live);

    live_init(&live, 1);
    assert_int_equal(
        sails_app_set(live.app, "security.headers", json_pack("{s:s}", "X-Bad", "a\r\nb")), 0);
    assert_int_equal(sails_app_lift(live.app), SAILS_ECONFIG);
    live_log_expect(&live.log, "security.headers: \"X-Bad\"");
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_of_routes_proceed_to_the_next_route),
        cmocka_unit_test(parameters_merge_path_over_body_over_query),
        cmocka_unit_test(requests_that_change_something_need_a_token),
        cmocka_unit_test(a_forged_request_runs_nothing_while_it_is_refused),
        cmocka_unit_test(a_route_that_wants_a_token_gets_it_behind_others_too),
        cmocka_unit_test(cors_headers_are_those_of_the_route),
        cmocka_unit_test(who_is_refused_is_told_why_to_developers),
        cmocka_unit_test(every_function_has_a_context_of_its_own),
        cmocka_unit_test(named_answers_can_be_replaced),
        cmocka_unit_test(the_lift_comments_on_origins_that_do_not_count),
        cmocka_unit_test(a_strict_app_hears_clients_of_sails_only),
        cmocka_unit_test(whoever_asks_too_often_is_refused),
        cmocka_unit_test(addresses_of_one_ipv6_network_share_a_limit),
        cmocka_unit_test(every_answer_has_the_configured_headers),
        cmocka_unit_test(a_script_brings_pages_of_other_origins_their_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
