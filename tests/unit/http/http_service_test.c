#include "http_fixture.h"

#define HOST     "Host: a\r\n"
#define GET_WAIT "GET /wait HTTP/1.1\r\n" HOST "\r\n"
#define GET_NOW  "GET /now HTTP/1.1\r\n" HOST "\r\n"

static void a_head_that_does_not_end_is_timed_out(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, "GET /now HTTP/1.1\r\n");
    for (int i = 0; i < 60; i++) { /* a byte a second keeps nothing open */
        assert_false(f.link->ended);
        sim_feed_text(f.link, i == 0 ? "X:" : "x");
        sim_advance(&f.sim, 1000);
    }
    assert_int_equal(status_in(sim_take_text(f.link)), 408);
    assert_true(f.link->closed);
    fixture_deinit(&f);
}

static void a_connection_that_says_nothing_is_closed_silently(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_advance(&f.sim, 59999);
    assert_false(f.link->ended);
    sim_advance(&f.sim, 1);
    assert_string_equal(sim_take_text(f.link), "");
    assert_true(f.link->closed);
    fixture_deinit(&f);
}

static void the_head_of_a_later_request_has_its_own_time(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    fixture_ask(&f, GET_NOW, 0);
    sim_advance(&f.sim, 4999);
    sim_feed_text(f.link, "GET");
    sim_advance(&f.sim, 59999);
    assert_false(f.link->ended);
    sim_advance(&f.sim, 1);
    assert_int_equal(status_in(sim_take_text(f.link)), 408);
    fixture_deinit(&f);
}

static void an_idle_connection_is_closed_silently(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    fixture_ask(&f, GET_NOW, 0);
    sim_advance(&f.sim, 4999);
    assert_false(f.link->ended);
    sim_advance(&f.sim, 1);
    assert_true(f.link->closed);
    assert_string_equal(sim_take_text(f.link), "");
    fixture_deinit(&f);
}

static void a_body_may_be_slow_but_not_stand_still(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n");
    for (int i = 0; i < 4; i++) {
        sim_advance(&f.sim, 29999);
        sim_feed_text(f.link, "x");
    }
    assert_false(f.link->ended);
    sim_advance(&f.sim, 30000);
    assert_int_equal(status_in(sim_take_text(f.link)), 408);
    assert_string_equal(fixture_log(&f), "abort(SAILS_ETIMEOUT) ");
    fixture_deinit(&f);
}

/* Each byte in time, and still no connection for ever: however big the body says that it will be. */
static void a_body_that_drips_has_an_end(void **state)
{
    static const char *const framings[] = {"Content-Length: 100000\r\n\r\n",
                                           "Transfer-Encoding: chunked\r\n\r\n1000000\r\n",
                                           "Transfer-Encoding: chunked\r\n\r\n1;"};
    static const char *const paths[] = {"/wait", "/now"}; /* read, and thrown away */

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(framings) * ARRAY_LEN(paths); i++) {
        char head[200];
        struct fixture f;
        uint64_t took_ms = 0;

        snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\n" HOST "%s",
                 paths[i / ARRAY_LEN(framings)], framings[i % ARRAY_LEN(framings)]);
        fixture_init(&f);
        f.max_body = SIZE_MAX;
        sim_feed_text(f.link, head);
        for (; !f.link->ended && took_ms < 3600 * 1000; took_ms += 20000) {
            sim_feed_text(f.link, "x");
            sim_advance(&f.sim, 20000);
        }
        assert_in_range(took_ms, f.limits.body_total_ms, f.limits.body_total_ms + 40000);
        if (i < ARRAY_LEN(framings)) {
            assert_string_equal(fixture_log(&f), "abort(SAILS_ETIMEOUT) ");
            assert_int_equal(status_in(sim_take_text(f.link)), 408);
        }
        fixture_deinit(&f);
    }
}

/* A big file on a thin line: as long as it gets on. */
static void a_body_that_gets_on_may_take_long(void **state)
{
    struct fixture f;
    char piece[20 * 600];
    uint64_t sent = 0;

    (void)state;
    memset(piece, 'x', sizeof(piece));
    fixture_init(&f);
    f.max_body = SIZE_MAX;
    sim_feed_text(f.link, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 1200000\r\n\r\n");
    while (sent < 1200000) {
        sim_advance(&f.sim, 20000);
        sim_feed(f.link, piece, sizeof(piece), 0);
        sent += sizeof(piece);
        assert_false(f.link->ended);
    }
    assert_string_equal(fixture_log(&f), "end ");
    fixture_deinit(&f);
}

static void a_body_that_is_thrown_away_may_not_stand_still_either(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    fixture_ask(&f, "POST /now HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nx", 0);
    sim_advance(&f.sim, 30000);
    assert_true(f.link->closed);
    assert_string_equal(sim_take_text(f.link), "");
    fixture_deinit(&f);
}

static void a_response_may_take_its_time(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    sim_feed_text(f.link, GET_WAIT);
    sim_advance(&f.sim, 3600 * 1000);
    assert_false(f.link->ended);
    assert_int_equal(http_respond(f.waiting, 200, (struct bytes){0}), 0);
    fixture_deinit(&f);
}

static void a_peer_that_takes_nothing_of_a_response_is_dropped(void **state)
{
    static const char *const requests[] = {GET_NOW, "GET /begin HTTP/1.1\r\n" HOST "\r\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct fixture f;

        fixture_init(&f);
        f.link->blocked = true;
        sim_feed_text(f.link, requests[i]);
        sim_advance(&f.sim, 20000);
        f.link->queued--; /* it reads a byte */
        sim_advance(&f.sim, 30000);
        assert_false(f.link->aborted);
        sim_advance(&f.sim, 30000);
        assert_true(f.link->aborted);
        fixture_deinit(&f);
    }
}

static void a_shutdown_closes_what_is_idle_and_finishes_the_rest(void **state)
{
    struct fixture f;
    struct sim_link *idle = NULL, *fresh = NULL, *half = NULL, *busy = NULL;
    const char *answer = NULL;

    (void)state;
    fixture_init(&f);
    fresh = f.link;
    fixture_connect(&f);
    idle = f.link;
    fixture_ask(&f, GET_NOW, 0);
    fixture_connect(&f);
    half = f.link;
    fixture_ask(&f, "GET /now HTTP/1.1\r\n", 0);
    fixture_connect(&f);
    busy = f.link;
    fixture_ask(&f, GET_WAIT, 0);

    http_service_drain(&f.service);
    assert_true(fresh->ended && idle->ended);
    assert_false(half->ended || busy->ended);

    sim_feed_text(half, HOST "\r\n");
    answer = sim_take_text(half);
    assert_int_equal(status_in(answer), 200);
    assert_non_null(strstr(answer, "Connection: close"));
    assert_true(half->ended);

    http_respond(f.waiting, 200, (struct bytes){0});
    assert_non_null(strstr(sim_take_text(busy), "Connection: close"));
    assert_true(busy->ended);
    fixture_deinit(&f);
}

static void a_shutdown_answers_what_was_pipelined(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.link->blocked = true;
    sim_feed_text(f.link, GET_NOW GET_NOW);
    http_service_drain(&f.service);
    assert_false(f.link->ended);
    sim_unblock(f.link);
    sim_run(&f.sim);
    assert_true(f.link->ended);
    assert_int_equal(count_of(sim_take_text(f.link), "200 OK"), 2);
    fixture_deinit(&f);
}

static void a_shutdown_closes_once_the_last_answer_has_left(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.link->blocked = true;
    sim_feed_text(f.link, GET_NOW);
    http_service_drain(&f.service);
    assert_true(f.link->ended); /* the link sends what is queued first */
    fixture_deinit(&f);
}

static void an_idle_connection_is_small(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (int i = 0; i < 3; i++) {
        fixture_ask(&f, GET_NOW GET_NOW, 0);
    }
    /* All that it may need again is allocated again: nothing else of it is left. */
    mem_fail_after(0);
    sim_feed_text(f.link, "G");
    assert_true(mem_has_failed());
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_that_does_not_end_is_timed_out),
        cmocka_unit_test(a_connection_that_says_nothing_is_closed_silently),
        cmocka_unit_test(the_head_of_a_later_request_has_its_own_time),
        cmocka_unit_test(an_idle_connection_is_closed_silently),
        cmocka_unit_test(a_body_may_be_slow_but_not_stand_still),
        cmocka_unit_test(a_body_that_drips_has_an_end),
        cmocka_unit_test(a_body_that_gets_on_may_take_long),
        cmocka_unit_test(a_body_that_is_thrown_away_may_not_stand_still_either),
        cmocka_unit_test(a_response_may_take_its_time),
        cmocka_unit_test(a_peer_that_takes_nothing_of_a_response_is_dropped),
        cmocka_unit_test(a_shutdown_closes_what_is_idle_and_finishes_the_rest),
        cmocka_unit_test(a_shutdown_answers_what_was_pipelined),
        cmocka_unit_test(a_shutdown_closes_once_the_last_answer_has_left),
        cmocka_unit_test(an_idle_connection_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
