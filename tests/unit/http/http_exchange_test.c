#include "base/shared.h"
#include "http_fixture.h"

#define HOST      "Host: a\r\n"
#define GET_BEGIN "GET /begin HTTP/1.1\r\n" HOST "\r\n"
#define GET_WAIT  "GET /wait HTTP/1.1\r\n" HOST "\r\n"
#define GET_NOW   "GET /now HTTP/1.1\r\n" HOST "\r\n"

/* Asks, answers with `status` and the body "body", and gives what was sent. */
static const char *answer_with(struct fixture *f, const char *method, unsigned status)
{
    char request[128];

    snprintf(request, sizeof(request), "%s /wait HTTP/1.1\r\n" HOST "\r\n", method);
    sim_feed_text(f->link, request);
    http_respond(f->waiting, status, str_bytes(STR("body")));
    return sim_take_text(f->link);
}

static void some_responses_have_no_body(void **state)
{
    static const struct {
        const char *method;
        unsigned status;
        const char *length; /* NULL: no Content-Length */
        const char *body;
    } cases[] = {
        {"GET", 200, "Content-Length: 4\r\n", "body"},
        {"HEAD", 200, "Content-Length: 4\r\n", ""},
        {"HEAD", 404, "Content-Length: 4\r\n", ""},
        {"GET", 204, NULL, ""},
        {"GET", 304, NULL, ""},
        {"HEAD", 304, NULL, ""},
        {"GET", 404, "Content-Length: 4\r\n", "body"},
    };
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *answer = answer_with(&f, cases[i].method, cases[i].status);

        assert_int_equal(status_in(answer), cases[i].status);
        assert_string_equal(strstr(answer, "\r\n\r\n") + 4, cases[i].body);
        if (cases[i].length != NULL) {
            assert_non_null(strstr(answer, cases[i].length));
        } else {
            assert_null(strstr(answer, "Content-Length"));
        }
        sim_run(&f.sim);
    }
    fixture_deinit(&f);
}

static void headers_are_added_and_replaced(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    assert_int_equal(http_add_header(f.waiting, STR("X-A"), STR("1")), 0);
    assert_int_equal(http_add_header(f.waiting, STR("x-a"), STR("2")), 0);
    assert_int_equal(http_add_header(f.waiting, STR("X-B"), STR("3")), 0);
    assert_int_equal(http_set_header(f.waiting, STR("X-a"), STR("4")), 0);
    assert_int_equal(http_add_header(f.waiting, STR("X-C"), STR("")), 0);
    assert_int_equal(http_add_header(f.waiting, STR("Date"), STR("today")), 0);
    assert_int_equal(http_add_header(f.waiting, STR("Content-Length"), STR("77")), 0);
    assert_int_equal(http_add_header(f.waiting, STR("Connection"), STR("upgrade")), 0);
    http_respond(f.waiting, 200, (struct bytes){0});
    answer = sim_take_text(f.link);
    assert_string_equal(answer, "HTTP/1.1 200 OK\r\nX-B: 3\r\nX-a: 4\r\nX-C: \r\nDate: today\r\n"
                                "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
                                "Content-Length: 0\r\n\r\n");
    fixture_deinit(&f);
}

static void a_header_that_would_split_the_response_is_refused(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    assert_int_equal(http_add_header(f.waiting, STR("X"), STR("a\r\nb: c")), SAILS_EINVAL);
    assert_int_equal(http_add_header(f.waiting, STR("X"), STR("a\nb")), SAILS_EINVAL);
    assert_int_equal(http_add_header(f.waiting, STR("X"), STR("a\0b")), SAILS_EINVAL);
    assert_int_equal(http_add_header(f.waiting, STR("X:"), STR("a")), SAILS_EINVAL);
    assert_int_equal(http_add_header(f.waiting, STR(""), STR("a")), SAILS_EINVAL);
    assert_int_equal(http_add_header(f.waiting, STR("Transfer-Encoding"), STR("x")), SAILS_EINVAL);
    assert_int_equal(http_set_header(f.waiting, STR("transfer-encoding"), STR("x")), SAILS_EINVAL);
    assert_int_equal(http_set_header(f.waiting, STR("X"), STR("\r")), SAILS_EINVAL);
    http_respond(f.waiting, 200, (struct bytes){0});
    assert_null(strstr(sim_take_text(f.link), "X"));
    fixture_deinit(&f);
}

static void a_preflight_may_say_that_it_has_no_body(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    assert_int_equal(http_add_header(f.waiting, STR("Content-Length"), STR("0")), 0);
    http_respond(f.waiting, 204, (struct bytes){0});
    assert_int_equal(count_of(sim_take_text(f.link), "Content-Length: 0\r\n"), 1);
    fixture_deinit(&f);
}

static void the_service_may_close(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    http_add_header(f.waiting, STR("connection"), STR("Close"));
    http_respond(f.waiting, 200, (struct bytes){0});
    assert_int_equal(count_of(sim_take_text(f.link), "onnection: close"), 1);
    assert_true(f.link->ended);
    fixture_deinit(&f);
}

static void add_and_accept(void *ctx, struct http_exchange *x)
{
    struct fixture *f = ctx;

    http_add_header(x, STR("Access-Control-Allow-Origin"), STR("*"));
    if (http_request(x)->has_body) {
        http_accept(x, &fixture_events, f, f->max_body);
    }
}

/* engine-io 38 */
static void added_headers_are_on_refusals_too(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    f.service.on_request = add_and_accept;
    answer = fixture_ask(&f, "POST / HTTP/1.1\r\n" HOST "Content-Length: 17\r\n\r\n", 0);
    assert_int_equal(status_in(answer), 413);
    assert_non_null(strstr(answer, "Access-Control-Allow-Origin: *\r\n"));
    fixture_deinit(&f);

    fixture_init(&f);
    f.service.on_request = add_and_accept;
    answer = fixture_ask(&f, GET_NOW, 0); /* which is not accepted */
    assert_int_equal(status_in(answer), 500);
    assert_non_null(strstr(answer, "Access-Control-Allow-Origin: *\r\n"));
    assert_string_equal(fixture_log(&f), "");
    fixture_deinit(&f);
}

static void a_service_that_does_nothing_has_answered_500(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    answer = fixture_ask(&f, "GET /none HTTP/1.1\r\n" HOST "\r\n", 0);
    assert_int_equal(status_in(answer), 500);
    assert_true(f.link->ended);
    fixture_deinit(&f);

    fixture_init(&f);
    answer = fixture_ask(&f, "HEAD /none HTTP/1.1\r\n" HOST "\r\n", 0);
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    fixture_deinit(&f);
}

/* ---- in pieces ---- */

static int write_text(struct http_exchange *x, const char *text, size_t len)
{
    struct shared *piece = shared_copy((struct bytes){(const uint8_t *)text, len});
    int rc = http_write(x, piece);

    shared_release(piece);
    return rc;
}

static void a_response_of_unknown_length_is_chunked(void **state)
{
    static char big[2000];
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    memset(big, 'x', sizeof(big));
    answer = fixture_ask(&f, GET_BEGIN, 0);
    assert_non_null(strstr(answer, "Transfer-Encoding: chunked\r\n"));
    assert_null(strstr(answer, "Content-Length"));
    assert_int_equal(write_text(f.waiting, "hello", 5), 0);
    assert_int_equal(write_text(f.waiting, "", 0), 0); /* is not the end */
    assert_string_equal(sim_take_text(f.link), "5\r\nhello\r\n");
    assert_int_equal(write_text(f.waiting, big, sizeof(big)), 0);
    answer = sim_take_text(f.link);
    assert_memory_equal(answer, "7d0\r\nxx", 7);
    assert_int_equal(strlen(answer), 5 + sizeof(big) + 2);
    assert_int_equal(http_respond(f.waiting, 200, (struct bytes){0}), SAILS_ESTATE);
    assert_int_equal(http_begin(f.waiting, 200, 1), SAILS_ESTATE);
    assert_int_equal(http_end(f.waiting), 0);
    assert_string_equal(sim_take_text(f.link), "0\r\n\r\n");
    sim_run(&f.sim);
    assert_int_equal(status_in(fixture_ask(&f, GET_NOW, 0)), 200);
    fixture_deinit(&f);
}

static void to_http_1_0_the_end_of_the_connection_is_the_end_of_the_body(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    answer = fixture_ask(&f, "GET /begin HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 0);
    assert_non_null(strstr(answer, "Connection: close\r\n"));
    assert_null(strstr(answer, "Transfer-Encoding"));
    write_text(f.waiting, "hello", 5);
    http_end(f.waiting);
    assert_string_equal(sim_take_text(f.link), "hello");
    assert_true(f.link->ended);
    fixture_deinit(&f);
}

static void head_gets_no_pieces(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, "HEAD /begin HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(write_text(f.waiting, "hello", 5), 0);
    assert_int_equal(http_end(f.waiting), 0);
    assert_null(strstr(sim_take_text(f.link), "hello"));
    assert_false(f.link->ended);
    fixture_deinit(&f);
}

static void a_length_that_was_announced_is_kept(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    assert_int_equal(http_write(f.waiting, NULL), SAILS_ESTATE);
    assert_int_equal(http_end(f.waiting), SAILS_ESTATE);
    assert_int_equal(http_begin(f.waiting, 200, 5), 0);
    assert_int_equal(write_text(f.waiting, "hello", 5), 0);
    assert_int_equal(http_end(f.waiting), 0);
    assert_string_equal(strstr(sim_take_text(f.link), "Content-Length"),
                        "Content-Length: 5\r\n\r\nhello");
    assert_false(f.link->ended);
    sim_run(&f.sim);

    sim_feed_text(f.link, GET_WAIT);
    assert_int_equal(http_begin(f.waiting, 200, 5), 0);
    assert_int_equal(write_text(f.waiting, "hell", 4), 0);
    assert_int_equal(http_end(f.waiting), SAILS_EINVAL); /* too short */
    assert_true(f.link->aborted);
    fixture_connect(&f);

    sim_feed_text(f.link, GET_WAIT);
    assert_int_equal(http_begin(f.waiting, 200, 5), 0);
    assert_int_equal(write_text(f.waiting, "hello!", 6), SAILS_EINVAL);
    assert_true(f.link->aborted);
    assert_int_equal(write_text(f.waiting, "h", 1), SAILS_ECLOSED);
    sim_run(&f.sim);
    assert_non_null(strstr(fixture_log(&f), "abort(SAILS_ECLOSED) "));
    fixture_deinit(&f);
}

static void a_stream_is_told_when_more_can_be_written(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.link->blocked = true;
    sim_feed_text(f.link, GET_BEGIN);
    sim_run(&f.sim);
    assert_string_equal(fixture_log(&f), "end ");
    sim_unblock(f.link);
    sim_run(&f.sim);
    assert_string_equal(fixture_log(&f), "drain ");
    fixture_deinit(&f);
}

static void a_response_that_has_begun_is_cut_when_the_body_breaks(void **state)
{
    struct fixture f;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    answer =
        fixture_ask(&f, "POST /begin HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx", 0);
    assert_int_equal(count_of(answer, "HTTP/1.1"), 1);
    assert_true(f.link->aborted);
    assert_string_equal(fixture_log(&f), "abort(SAILS_EPROTO) ");
    fixture_deinit(&f);
}

static void a_write_that_fails_closes_the_connection(void **state)
{
    static const int errors[] = {SAILS_ENOMEM, SAILS_ESLOW};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        struct fixture f;

        fixture_init(&f);
        sim_feed_text(f.link, GET_WAIT);
        f.link->fail_write = errors[i];
        assert_int_equal(http_respond(f.waiting, 200, (struct bytes){0}), errors[i]);
        sim_run(&f.sim);
        assert_true(f.link->closed);
        assert_string_equal(fixture_log(&f), "end ");

        fixture_connect(&f);
        sim_feed_text(f.link, GET_BEGIN);
        f.link->fail_write = errors[i];
        assert_int_equal(write_text(f.waiting, "x", 1), errors[i]);
        sim_run(&f.sim);
        assert_string_equal(fixture_log(&f), "end abort(SAILS_ECLOSED) ");
        fixture_deinit(&f);
    }
}

static void other_events_can_be_set_at_any_time(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    assert_ptr_equal(http_user(f.waiting), &f);
    assert_ptr_equal(http_link(f.waiting), &f.link->link);
    assert_ptr_equal(http_env(f.waiting), &f.sim.env);
    assert_true(http_body_has_ended(f.waiting));
    http_set_events(f.waiting, NULL, NULL);
    sim_feed_end(f.link);
    assert_string_equal(fixture_log(&f), "end ");
    fixture_deinit(&f);
}

/* ---- leaving HTTP ---- */

#define GET_UPGRADE                                                                                \
    "GET /upgrade HTTP/1.1\r\n" HOST "Connection: keep-alive, Upgrade\r\nUpgrade: test\r\n\r\n"

/* websocket 5: bytes behind the handshake are not lost */
static void an_upgrade_gives_the_link_and_what_came_behind_at_every_cut(void **state)
{
    static const char request[] = GET_UPGRADE "behind";

    (void)state;
    for (size_t step = 1; step < sizeof(request); step++) {
        struct fixture f;

        fixture_init(&f);
        for (size_t at = 0; at < sizeof(request) - 1 && f.upgraded == NULL; at += step) {
            size_t left = sizeof(request) - 1 - at;

            sim_feed(f.link, request + at, left < step ? left : step, 0);
        }
        assert_ptr_equal(f.upgraded, &f.link->link);
        assert_string_equal(sim_take_text(f.link), "HTTP/1.1 101 Switching Protocols\r\n"
                                                   "Upgrade: test\r\nConnection: Upgrade\r\n\r\n");
        assert_memory_equal("behind", f.unread.ptr != NULL ? f.unread.ptr : "", f.unread.len);
        assert_true(step < sizeof(request) - 1 || f.unread.len == 6);
        assert_true(list_is_empty(&f.service.conns));
        fixture_deinit(&f);
    }
}

static void an_upgrade_may_come_later(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT "be");
    sim_feed_text(f.link, "hind");
    assert_ptr_equal(http_upgrade(f.waiting, &f.unread), &f.link->link);
    f.link->link.events = NULL;
    assert_int_equal(f.unread.len, 6);
    assert_memory_equal(f.unread.ptr, "behind", 6);
    fixture_deinit(&f);
}

static void an_upgrade_is_refused_while_a_body_or_a_response_is_under_way(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, "GET /upgrade HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n");
    assert_null(f.upgraded);
    fixture_connect(&f);
    sim_feed_text(f.link, GET_BEGIN);
    assert_null(http_upgrade(f.waiting, &f.unread));
    fixture_deinit(&f);
}

static void a_link_whose_peer_has_ended_is_not_given_away(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.link->blocked = true;
    sim_feed_text(f.link, GET_NOW GET_UPGRADE);
    sim_feed_end(f.link);
    sim_unblock(f.link);
    sim_run(&f.sim);
    assert_int_equal(f.n_requests, 2);
    assert_null(f.upgraded);
    assert_string_equal(fixture_log(&f), "end abort(SAILS_ECLOSED) ");
    fixture_deinit(&f);
}

static void nothing_leaks_when_an_upgrade_runs_out_of_memory(void **state)
{
    bool failed = true;

    (void)state;
    for (long n = 0; failed; n++) {
        struct fixture f;

        fixture_init(&f);
        assert_true(buf_reserve(&f.link->out, 4096) && buf_reserve(&f.log, 4096));
        mem_fail_after(n);
        sim_feed_text(f.link, GET_UPGRADE "behind");
        failed = mem_has_failed() != 0;
        mem_fail_after(-1);
        assert_true(failed || f.upgraded != NULL);
        fixture_deinit(&f);
    }
}

static void a_move_takes_the_request_and_what_came_behind(void **state)
{
    static const char request[] = "GET /move HTTP/1.1\r\nhost: a\r\n\r\n" GET_NOW;
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed(f.link, request, 9, 0);
    sim_feed(f.link, request + 9, sizeof(request) - 1 - 9, 0);
    assert_int_equal(f.link->moved_to, 3);
    assert_int_equal(f.link->unread.len, sizeof(request) - 1);
    assert_memory_equal(f.link->unread.ptr, request, sizeof(request) - 1);
    assert_string_equal(sim_take_text(f.link), "");
    sim_run(&f.sim);
    assert_true(f.link->closed);
    assert_string_equal(fixture_log(&f), "");
    fixture_deinit(&f);
}

static void a_move_that_fails_changes_nothing(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_NOW);
    sim_take_text(f.link);
    mem_fail_after(2); /* head and exchange, then the copy for the first move */
    sim_feed_text(f.link, "GET /move HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_true(mem_has_failed());
    assert_int_equal(f.link->moved_to, 3);
    fixture_deinit(&f);
}

static void dropped_and_refused_connections_close(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_string_equal(fixture_ask(&f, "GET /drop HTTP/1.1\r\n" HOST "\r\n", 0), "");
    assert_true(f.link->aborted);
    fixture_connect(&f);
    assert_string_equal(fixture_ask(&f, "GET /raw HTTP/1.1\r\n" HOST "\r\n", 0),
                        "HTTP/1.1 400 Bad Request\r\n\r\nno");
    assert_true(f.link->ended);
    fixture_connect(&f);
    sim_feed_text(f.link, GET_BEGIN);
    http_drop(f.waiting);
    sim_run(&f.sim);
    assert_true(f.link->closed);
    assert_string_equal(fixture_log(&f), "end "); /* no abort */
    fixture_deinit(&f);
}

static void on_body_answer(struct http_exchange *x, struct bytes piece)
{
    (void)piece;
    http_respond(x, 403, (struct bytes){0});
}

static void accept_to_answer_early(void *ctx, struct http_exchange *x)
{
    static const struct http_exchange_events events = {.on_body = on_body_answer};

    (void)ctx;
    http_accept(x, &events, ctx, 100);
}

static void an_answer_may_come_in_the_middle_of_the_body(void **state)
{
    static const char request[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"
                                  "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx";

    (void)state;
    for (size_t step = 1; step < sizeof(request); step++) {
        struct fixture f;

        fixture_init(&f);
        f.service.on_request = accept_to_answer_early;
        assert_int_equal(count_of(fixture_ask(&f, request, step), "403 Forbidden"), 2);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_responses_have_no_body),
        cmocka_unit_test(headers_are_added_and_replaced),
        cmocka_unit_test(a_header_that_would_split_the_response_is_refused),
        cmocka_unit_test(a_preflight_may_say_that_it_has_no_body),
        cmocka_unit_test(the_service_may_close),
        cmocka_unit_test(added_headers_are_on_refusals_too),
        cmocka_unit_test(a_service_that_does_nothing_has_answered_500),
        cmocka_unit_test(a_response_of_unknown_length_is_chunked),
        cmocka_unit_test(to_http_1_0_the_end_of_the_connection_is_the_end_of_the_body),
        cmocka_unit_test(head_gets_no_pieces),
        cmocka_unit_test(a_length_that_was_announced_is_kept),
        cmocka_unit_test(a_stream_is_told_when_more_can_be_written),
        cmocka_unit_test(a_response_that_has_begun_is_cut_when_the_body_breaks),
        cmocka_unit_test(a_write_that_fails_closes_the_connection),
        cmocka_unit_test(other_events_can_be_set_at_any_time),
        cmocka_unit_test(an_upgrade_gives_the_link_and_what_came_behind_at_every_cut),
        cmocka_unit_test(an_upgrade_may_come_later),
        cmocka_unit_test(an_upgrade_is_refused_while_a_body_or_a_response_is_under_way),
        cmocka_unit_test(a_link_whose_peer_has_ended_is_not_given_away),
        cmocka_unit_test(nothing_leaks_when_an_upgrade_runs_out_of_memory),
        cmocka_unit_test(a_move_takes_the_request_and_what_came_behind),
        cmocka_unit_test(a_move_that_fails_changes_nothing),
        cmocka_unit_test(dropped_and_refused_connections_close),
        cmocka_unit_test(an_answer_may_come_in_the_middle_of_the_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
