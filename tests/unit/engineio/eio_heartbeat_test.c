#include "unit/engineio/eio_fixture.h"

/* The default interval and timeout. */
enum {
    INTERVAL_MS = 25000,
    TIMEOUT_MS = 20000,
    WINDOW_MS = INTERVAL_MS + TIMEOUT_MS
};

static int setup(void **state)
{
    static struct fixture f;

    fixture_init(&f);
    fixture_start(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_deinit(*state);
    return 0;
}

/* engine-io 25 */
static void the_server_pings_after_the_interval(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = open_websocket(f, "&EIO=4");

    for (int i = 0; i < 3; i++) {
        sim_advance(&f->sim, INTERVAL_MS - 1);
        assert_string_equal(ws_hear(f, link), "");
        sim_advance(&f->sim, 1);
        assert_string_equal(ws_hear(f, link), "2");
        sim_advance(&f->sim, 5000);
        ws_say(link, "3"); /* from here the next interval runs */
    }
    assert_string_equal(take_log(f), "");
}

/* engine-io 25 */
static void without_a_pong_the_session_is_closed(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = open_websocket(f, "&EIO=4");

    sim_advance(&f->sim, WINDOW_MS - 1);
    assert_string_equal(ws_hear(f, link), "2");
    sim_advance(&f->sim, 1);
    assert_string_equal(ws_hear(f, link), "close()");
    assert_string_equal(take_log(f), "close:ping timeout");
}

/* engine-io 25 */
static void over_polling_too(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    open_polling(f, 4, sid);
    pending = begin_poll(f, sid);
    sim_advance(&f->sim, INTERVAL_MS);
    assert_string_equal(answer_of(f, pending), "200 2");
    post(f, sid, "3");
    sim_advance(&f->sim, INTERVAL_MS);
    assert_string_equal(poll(f, sid), "200 2"); /* it waited for the poll */
    pending = begin_poll(f, sid);
    sim_advance(&f->sim, TIMEOUT_MS);
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:ping timeout");
}

/* engine-io 9.1: the first other packet restarts the timeout, once. */
static void a_client_that_sends_has_twice_the_time(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = open_websocket(f, "&EIO=4");

    f->is_mute = true;
    sim_advance(&f->sim, INTERVAL_MS + TIMEOUT_MS - 1);
    ws_say(link, "4a");
    sim_advance(&f->sim, TIMEOUT_MS - 1);
    ws_say(link, "4b");
    assert_string_equal(take_log(f), "(a) (b)");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:ping timeout");
}

/* engine-io 9.1 */
static void an_unasked_pong_restarts_the_interval(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = open_websocket(f, "&EIO=4");

    for (int i = 0; i < 5; i++) {
        sim_advance(&f->sim, INTERVAL_MS - 1);
        ws_say(link, "3");
    }
    assert_string_equal(ws_hear(f, link), "");
    sim_advance(&f->sim, INTERVAL_MS);
    assert_string_equal(ws_hear(f, link), "2");
}

/* engine-io 26 */
static void pings_of_revision_3_keep_it_alive(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = open_websocket(f, "&EIO=3");

    for (int i = 0; i < 3; i++) {
        sim_advance(&f->sim, WINDOW_MS - 1);
        ws_say(link, "2");
        assert_string_equal(ws_hear(f, link), "3");
    }
    ws_say(link, "2probe");
    assert_string_equal(ws_hear(f, link), "3"); /* data comes back while probing only */
    sim_advance(&f->sim, WINDOW_MS - 1);
    ws_say(link, "4a"); /* a message does not count */
    assert_string_equal(ws_hear(f, link), "4a");
    sim_advance(&f->sim, 1);
    assert_string_equal(ws_hear(f, link), "close()");
    assert_string_equal(take_log(f), "(a) close:ping timeout");
}

/* engine-io 26 */
static void pings_of_revision_3_are_answered_over_polling(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    open_polling(f, 3, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid, "6:2probe"), "200 ok");
    assert_string_equal(answer_of(f, pending), "200 1:3");
    pending = begin_poll(f, sid);
    sim_advance(&f->sim, WINDOW_MS);
    assert_string_equal(answer_of(f, pending), "200 1:1");
    assert_string_equal(take_log(f), "close:ping timeout");
}

/* engine-io 27 */
static void the_wrong_direction_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    open_polling(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid, "2"), "200 ok");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:transport error");

    open_polling(f, 3, sid);
    assert_string_equal(post(f, sid, "1:3"), "200 ok");
    assert_string_equal(take_log(f), "close:transport error");
}

/* engine-io 41 */
static void an_upgraded_session_of_revision_3_still_has_a_window(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    open_polling(f, 3, sid);
    sim_advance(&f->sim, 40000);
    upgrade(f, sid);
    sim_advance(&f->sim, WINDOW_MS - 1);
    assert_string_equal(take_log(f), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:ping timeout");
}

/* engine-io 41 */
static void a_ping_that_waits_across_the_upgrade_is_enforced(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    char sid[SID_SIZE];

    open_polling(f, 4, sid);
    sim_advance(&f->sim, INTERVAL_MS + 15000);
    link = upgrade(f, sid);
    assert_string_equal(ws_hear(f, link), "2"); /* which was in the queue */
    sim_advance(&f->sim, TIMEOUT_MS - 1);
    assert_string_equal(take_log(f), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:ping timeout");
}

/* engine-io 41 */
static void the_interval_goes_on_across_the_upgrade(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    char sid[SID_SIZE];

    open_polling(f, 4, sid);
    sim_advance(&f->sim, 20000);
    link = upgrade(f, sid);
    sim_advance(&f->sim, 4999);
    assert_string_equal(ws_hear(f, link), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(ws_hear(f, link), "2");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_server_pings_after_the_interval),
        test(without_a_pong_the_session_is_closed),
        test(over_polling_too),
        test(a_client_that_sends_has_twice_the_time),
        test(an_unasked_pong_restarts_the_interval),
        test(pings_of_revision_3_keep_it_alive),
        test(pings_of_revision_3_are_answered_over_polling),
        test(the_wrong_direction_ends_the_session),
        test(an_upgraded_session_of_revision_3_still_has_a_window),
        test(a_ping_that_waits_across_the_upgrade_is_enforced),
        test(the_interval_goes_on_across_the_upgrade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
