#include "support/http_client.h"
#include "support/live_app.h"

/*
 * Requests that nobody answers, or not in time.
 */

static sails_req *kept_req;
static sails_res *kept_res;

static void keep(sails_req *req, sails_res *res)
{
    kept_req = req;
    kept_res = res;
}

/* ---- the client is told ---- */

static void requests_that_nobody_answers_end(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "requestTimeout", json_integer(20)), 0);
    assert_int_equal(sails_app_route(live.app, "GET /keep", keep), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/keep", "", NULL, 503, "Service Unavailable");
    live_log_expect(&live.log, "GET /keep: nobody has answered within 20 ms");
    assert_int_equal(sails_res_send(kept_res, "late"), 0); /* and is gone */
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(
        &client, "421[\"get\",{\"url\":\"/keep\"}]",
        "431[{\"body\":\"Service Unavailable\",\"headers\":{},\"statusCode\":503}]");
    assert_int_equal(sails_res_send(kept_res, "late"), 0);
    ws_client_close(&client);
    live_end(&live);
}

static void keep_for_short(sails_req *req, sails_res *res)
{
    assert_int_equal(sails_req_set_timeout(req, 20), 0);
    assert_true(sails_req_start_time(req) > 1700000000000);
    keep(req, res);
}

static void answer_at_leisure(sails_req *req, sails_res *res)
{
    assert_int_equal(sails_req_set_timeout(req, 0), 0);
    sails_res_send(res, "in time");
    assert_int_equal(sails_req_set_timeout(req, 10), SAILS_ESTATE);
}

static void a_request_can_have_a_time_limit_of_its_own(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "requestTimeout", json_integer(0)), 0);
    assert_int_equal(sails_app_route(live.app, "GET /keep", keep_for_short), 0);
    assert_int_equal(sails_app_route(live.app, "GET /leisure", answer_at_leisure), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/keep", "", NULL, 503, "Service Unavailable");
    live_log_expect(&live.log, "GET /keep: nobody has answered within 20 ms");
    assert_int_equal(sails_res_send(kept_res, "late"), 0);
    http_client_expect(live.port, "GET", "/leisure", "", NULL, 200, "in time");
    assert_int_equal(sails_req_set_timeout(NULL, 1), SAILS_EINVAL);
    assert_int_equal(sails_req_start_time(NULL), 0);
    live_end(&live);
}

/* ---- what is left of it ---- */

#define JSON_TYPE "Content-Type: application/json\r\n"

static void expect_nothing_to_say(void)
{
    assert_null(sails_req_body(kept_req));
    assert_null(sails_req_header(kept_req, "content-type"));
    assert_null(sails_req_param(kept_req, "a"));
    assert_null(sails_req_session(kept_req));
    assert_null(sails_req_inputs(kept_req));
    assert_int_equal(json_object_size(sails_req_all_params(kept_req)), 0);
    assert_string_equal(sails_req_path(kept_req), "/keep"); /* what a log line needs */
    assert_string_equal(sails_req_method(kept_req), "POST");
}

static void begin(struct live *live)
{
    live_init(live, 1);
    assert_int_equal(sails_app_set(live->app, "requestTimeout", json_integer(20)), 0);
    assert_int_equal(sails_app_route(live->app, "/keep", keep), 0);
    live_lift(live);
}

static void behind_its_time_a_request_says_nothing(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    begin(&live);
    http_client_expect(live.port, "POST", "/keep?a=1", JSON_TYPE, "{\"b\":2}", 503,
                       "Service Unavailable");
    expect_nothing_to_say();
    assert_int_equal(sails_req_drop(kept_req), 0);
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(
        &client, "421[\"post\",{\"url\":\"/keep\",\"data\":{\"a\":7}}]",
        "431[{\"body\":\"Service Unavailable\",\"headers\":{},\"statusCode\":503}]");
    expect_nothing_to_say();
    assert_int_equal(sails_res_json(kept_res, json_true()), 0);
    ws_client_close(&client);
    live_end(&live);
}

/* The sanitizer sees what stays behind when the app has gone. */
static void requests_that_are_never_answered_go_with_the_app(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    begin(&live);
    http_client_expect(live.port, "POST", "/keep?a=1", JSON_TYPE, "{\"b\":2}", 503, NULL);
    ws_client_expect_in(&client, live.port, 5);
    assert_true(ws_client_send(&client, "421[\"post\",{\"url\":\"/keep\",\"data\":{\"a\":7}}]"));
    ws_client_expect_start(&client, "431[");
    ws_client_close(&client);
    live_end(&live);
}

static void tell_and_keep(sails_req *req, sails_res *res)
{
    keep(req, res);
    tell(0, sails_req_context(req));
}

static void while_another_thread_looks_nothing_goes(void **state)
{
    struct live live;
    struct told told;
    struct tcp_client client;
    struct http_answer answer;
    const char *text = NULL;

    (void)state;
    told_init(&told);
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "requestTimeout", json_integer(20)), 0);
    sails_app_set_context(live.app, &told);
    assert_int_equal(sails_app_route(live.app, "/keep", tell_and_keep), 0);
    live_lift(&live);
    assert_true(tcp_client_open(&client, live.port));
    assert_true(http_client_send(&client, "GET", "/keep?a=seen", "", (struct str){NULL, 0}));
    told_wait(&told);
    text = sails_req_param(kept_req, "a"); /* by this thread, which is not the worker's */
    assert_true(http_client_take(&client, true, &answer));
    assert_int_equal(answer.status, 503);
    assert_string_equal(text, "seen");
    assert_string_equal(sails_req_header(kept_req, "host"), "localhost");
    assert_int_equal(sails_res_send(kept_res, text), 0);
    http_answer_deinit(&answer);
    tcp_client_close(&client);
    live_end(&live);
}

static void proceed_too_late(sails_req *req, sails_res *res)
{
    keep(req, res);
}

static void must_not_run(sails_req *req, sails_res *res)
{
    (void)req;
    (void)res;
    must(false);
}

static void nothing_goes_on_behind_its_time(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "requestTimeout", json_integer(20)), 0);
    assert_int_equal(sails_app_route(live.app, "/keep", proceed_too_late), 0);
    assert_int_equal(sails_app_route(live.app, "/keep", must_not_run), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/keep", "", NULL, 503, "Service Unavailable");
    assert_int_equal(sails_req_proceed(kept_req), 0); /* and is gone */
    http_client_expect(live.port, "GET", "/", "", NULL, 404, NULL);
    live_end(&live);
}

/* ---- dropping ---- */

static void drop_in_the_action(sails_req *req, sails_res *res)
{
    assert_int_equal(sails_req_drop(req), 0);
    assert_int_equal(sails_req_drop(req), SAILS_ESTATE);
    assert_int_equal(sails_res_send(res, "late"), SAILS_ESTATE);
}

static void a_request_can_be_dropped(void **state)
{
    struct live live;
    struct ws_client client;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "/drop", drop_in_the_action), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/drop", "", NULL, 503, "Service Unavailable");
    ws_client_expect_in(&client, live.port, 5);
    ws_client_expect_answer(
        &client, "421[\"get\",{\"url\":\"/drop\"}]",
        "431[{\"body\":\"Service Unavailable\",\"headers\":{},\"statusCode\":503}]");
    assert_int_equal(sails_req_drop(NULL), SAILS_EINVAL);
    ws_client_close(&client);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_that_nobody_answers_end),
        cmocka_unit_test(a_request_can_have_a_time_limit_of_its_own),
        cmocka_unit_test(behind_its_time_a_request_says_nothing),
        cmocka_unit_test(requests_that_are_never_answered_go_with_the_app),
        cmocka_unit_test(while_another_thread_looks_nothing_goes),
        cmocka_unit_test(nothing_goes_on_behind_its_time),
        cmocka_unit_test(a_request_can_be_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
