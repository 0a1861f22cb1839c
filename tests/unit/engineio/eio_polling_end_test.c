#include "unit/engineio/eio_fixture.h"

#define OCTETS "Content-Type: application/octet-stream\r\n"

/* Bytes of a string literal, NULs included. */
#define B(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static int setup(void **state)
{
    static struct fixture f;

    fixture_init(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_deinit(*state);
    return 0;
}

/* Starts it and opens a session. */
static void begin(struct fixture *f, unsigned revision, char sid[SID_SIZE])
{
    fixture_start(f);
    open_polling(f, revision, sid);
}

static void assert_gone(struct fixture *f, const char *sid)
{
    assert_string_equal(get(f, url_of(sid, 4)),
                        "400 {\"code\":1,\"message\":\"Session ID unknown\"}");
}

/* engine-io 18 */
static void a_second_poll_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(poll(f, sid), "400 ");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

/* engine-io 19 */
static void a_second_post_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *slow = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    slow = request(f, "POST", url_of(sid, 4), "Content-Length: 5\r\n", (struct bytes){0});
    sim_feed_text(slow, "4a");
    assert_string_equal(post(f, sid, "4b"), "400 ");
    assert_true(slow->closed);
    assert_int_equal(slow->out.len, 0);
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

/* engine-io 20 */
static void a_poll_that_is_aborted_ends_the_session(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    sim_break(begin_poll(f, sid), 0);
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);

    take_log(f);
    open_polling(f, 4, sid);
    sim_feed_end(begin_poll(f, sid));
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "close:transport error");
}

/* engine-io 7.2, 3: shorter than announced */
static void a_post_that_is_aborted_ends_the_session(void **state)
{
    struct fixture *f = *state;
    struct sim_link *slow = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    slow = request(f, "POST", url_of(sid, 4), "Content-Length: 5\r\n", (struct bytes){0});
    sim_feed_text(slow, "4a");
    sim_break(slow, 0);
    assert_string_equal(take_log(f), "close:transport error");
}

/* engine-io 21 */
static void a_body_of_the_limit_is_taken_and_one_byte_more_is_not(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    f->options.max_http_buffer_size = 6;
    f->is_mute = true;
    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid, "4hello"), "200 ok");
    assert_true(strncmp(post(f, sid, "4hello!"), "413 ", 4) == 0);
    assert_string_equal(answer_of(f, request(f, "POST", url_of(sid, 4),
                                             "Transfer-Encoding: chunked\r\n", (struct bytes){0})),
                        "");
    assert_string_equal(take_log(f), "(hello)");
    assert_string_equal(answer_of(f, pending), "");
}

static void a_chunked_body_over_the_limit_leaves_the_session_alone(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    char sid[SID_SIZE];

    f->options.max_http_buffer_size = 6;
    begin(f, 4, sid);
    link = request(f, "POST", url_of(sid, 4), "Transfer-Encoding: chunked\r\n", (struct bytes){0});
    sim_feed_text(link, "4\r\n4abc\r\n4\r\ndefg\r\n0\r\n\r\n");
    assert_true(strncmp(answer_of(f, link), "413 ", 4) == 0);
    assert_string_equal(post(f, sid, "4hello"), "200 ok");
    assert_string_equal(poll(f, sid), "200 4hello");
}

/* engine-io 22 */
static void revision_4_takes_no_binary_payloads(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post_bytes(f, sid, OCTETS, B("4a")), "400 ");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

/* engine-io 23, and the rows of section 12 for POSTs */
static void a_payload_that_cannot_be_parsed_ends_the_session(void **state)
{
    static const struct {
        unsigned revision;
        const char *body;
        const char *log;
    } cases[] = {
        {4, "abc", "close:parse error"},
        {4, "", "close:parse error"},
        {4, "9", "close:parse error"},
        {4,
         "4a\x1e"
         "zzz\x1e"
         "4b",
         "(a) close:parse error"},
        {4, "4a\x1e", "(a) close:parse error"},
        {4,
         "\x1e"
         "4a",
         "close:parse error"},
        {4,
         "4a\x1e\x1e"
         "4b",
         "(a) close:parse error"},
        {3, "abc", "close:parse error"},
        {3, "", "close:parse error"},
        {3, "6:4hello6", "(hello) close:parse error"},
        {3, "2:4a3:zzz", "(a) close:parse error"},
    };
    struct fixture *f = *state;

    fixture_start(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sim_link *pending = NULL;
        char sid[SID_SIZE];

        f->is_mute = true;
        open_polling(f, cases[i].revision, sid);
        pending = begin_poll(f, sid);
        assert_string_equal(post(f, sid, cases[i].body), "400 ");
        assert_string_equal(answer_of(f, pending), cases[i].revision == 4 ? "200 1" : "200 1:1");
        assert_string_equal(take_log(f), cases[i].log);
        assert_gone(f, sid);
        take_log(f);
    }
}

/* engine-io 24 */
static void the_client_closes_by_post(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid,
                             "4a\x1e"
                             "1\x1e"
                             "4b"),
                        "200 ok");
    assert_string_equal(answer_of(f, pending), "200 6");
    assert_string_equal(take_log(f), "(a) close:transport close");
    assert_gone(f, sid);
    take_log(f);

    open_polling(f, 3, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid, "1:1"), "200 ok");
    assert_string_equal(answer_of(f, pending), "200 1:6");
}

/* engine-io 32 */
static void the_server_closes_a_pending_poll(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_true(eio_session_closes_at_once(f->session));
    eio_session_close(f->session, false);
    eio_session_close(f->session, false);
    assert_false(eio_session_is_open(f->session));
    assert_string_equal(take_log(f), ""); /* not inside */
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
}

/* engine-io 32 */
static void the_server_closes_by_the_next_poll(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    assert_false(eio_session_closes_at_once(f->session));
    eio_session_close(f->session, false);
    assert_int_equal(send_text(f->session, "late"), SAILS_ECLOSED);
    assert_string_equal(post(f, sid, "4ignored"), "200 ok");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
    take_log(f);

    open_polling(f, 3, sid);
    eio_session_close(f->session, false);
    assert_string_equal(poll(f, sid), "200 1:61:1");
}

/* engine-io 32 */
static void what_is_queued_comes_before_the_close(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    assert_int_equal(send_text(f->session, "data"), 0);
    eio_session_close(f->session, false);
    assert_string_equal(poll(f, sid), "200 4data");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
    take_log(f);

    /* the same where the poll is there already */
    open_polling(f, 4, sid);
    pending = begin_poll(f, sid);
    send_text(f->session, "data");
    assert_false(eio_session_closes_at_once(f->session));
    eio_session_close(f->session, false);
    assert_string_equal(answer_of(f, pending), "200 4data");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
}

/* engine-io 32 */
static void nobody_waits_for_a_close_longer_than_thirty_seconds(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    eio_session_close(f->session, false);
    sim_advance(&f->sim, 29999);
    assert_string_equal(take_log(f), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
    take_log(f);

    /* and discard does not wait at all */
    open_polling(f, 4, sid);
    send_text(f->session, "lost");
    eio_session_close(f->session, false);
    eio_session_close(f->session, true);
    sim_run(&f->sim);
    assert_gone(f, sid);
    assert_string_equal(take_log(f), "close:forced close error:1:Session ID unknown");
}

/* engine-io 44 */
static void other_methods_do_not_disturb_the_session(void **state)
{
    static const char *const methods[] = {"PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"};
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        assert_string_equal(ask(f, methods[i], url_of(sid, 4), ""), "500 ");
    }
    post(f, sid, "4a");
    assert_string_equal(answer_of(f, pending), "200 4a");
}

static void who_does_not_poll_is_closed_over_the_bound(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];
    int rc = 0;

    f->options.max_queued = 1000;
    begin(f, 4, sid);
    while (rc == 0) {
        rc = send_text(f->session, "0123456789");
    }
    assert_int_equal(rc, SAILS_ESLOW);
    assert_string_equal(take_log(f), ""); /* not inside */
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "close:transport error");
    assert_gone(f, sid);
}

static int send_long(struct fixture *f, bool is_binary)
{
    static uint8_t text[5000];
    struct eio_message *m = NULL;
    int rc = SAILS_ENOMEM;

    memset(text, 'x', sizeof(text));
    m = eio_message_create(is_binary, (struct bytes){text, sizeof(text)}, true, true);
    if (m != NULL) {
        rc = eio_session_send(f->session, m);
    }
    eio_message_release(m);
    return rc;
}

/* As over a WebSocket: a message over the bound would close one session after the other, for ever. */
static void one_message_of_any_size_is_taken_among_others(void **state)
{
    struct fixture *f = *state;
    const char *heard = NULL;
    char sid[SID_SIZE];

    f->options.max_queued = 1000;
    begin(f, 4, sid);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(send_text(f->session, "before"), 0);
        assert_int_equal(send_long(f, i == 1), 0);
        assert_int_equal(send_text(f->session, "behind"), 0);
        heard = poll(f, sid);
        assert_memory_equal(heard,
                            i == 0 ? "200 4before\x1e"
                                     "4xxx"
                                   : "200 4before\x1e"
                                     "beHh",
                            15);
        assert_true(strlen(heard) > 5000);
    }
    assert_int_equal(send_long(f, false), 0);
    assert_int_equal(send_long(f, false), SAILS_ESLOW);
}

/* ... and what waited here has room in a WebSocket's queue. */
static void a_long_message_goes_through_the_upgrade(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    f->options.max_queued = 1000;
    begin(f, 4, sid);
    assert_int_equal(send_text(f->session, "before"), 0);
    assert_int_equal(send_long(f, false), 0);
    assert_int_equal(send_text(f->session, "behind"), 0);
    ws = upgrade(f, sid);
    assert_memory_equal(ws_hear(f, ws), "4before 4xxx", 12);
    assert_memory_equal(f->answer.ptr + f->answer.len - 9, " 4behind", 9);
    assert_string_equal(take_log(f), "");
}

static int send_last(struct fixture *f, const char *text)
{
    struct eio_message *m = eio_message_create(false, str_bytes(str_from(text)), true, false);
    int rc = m != NULL ? eio_session_send_last(f->session, m) : SAILS_ENOMEM;

    eio_message_release(m);
    return rc;
}

/* What is owed leaves with the close, or before it if nobody polls just now. */
static void what_is_owed_still_leaves_while_the_session_closes(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    eio_session_close(f->session, false);
    assert_int_equal(send_text(f->session, "new"), SAILS_ECLOSED);
    assert_int_equal(send_last(f, "owed"), 0);
    assert_string_equal(answer_of(f, pending), "200 4owed\x1e"
                                               "1");
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
    take_log(f);

    open_polling(f, 4, sid);
    eio_session_close(f->session, false);
    assert_int_equal(send_last(f, "owed"), 0);
    assert_string_equal(poll(f, sid), "200 4owed");
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
    assert_string_equal(take_log(f), "close:forced close");

    open_polling(f, 4, sid);
    eio_session_close(f->session, true);
    assert_int_equal(send_last(f, "nobody polls for it"), 0);
    sim_run(&f->sim);
    assert_gone(f, sid);
}

/* But not what was queued before a close that discards it. */
static void a_close_may_discard_what_waits(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_int_equal(send_text(f->session, "too late"), 0);
    eio_session_close(f->session, true);
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_gone(f, sid);
}

/* A body that has not come whole counts against the budget of all; the session does not mind. */
static void unfinished_bodies_have_a_budget(void **state)
{
    struct fixture *f = *state;
    struct byte_budget budget = {.max = 300 * 1000};
    struct sim_link *link = NULL;
    struct buf body = {0};
    char sid[SID_SIZE];

    f->options.budget = &budget;
    begin(f, 4, sid);
    f->is_mute = true;
    for (int i = 0; i < 150 * 1000; i++) {
        buf_append_char(&body, i == 0 ? '4' : 'x');
    }
    link = connect_client(f);
    sim_feed_text(link, "POST ");
    sim_feed_text(link, url_of(sid, 4));
    sim_feed_text(link, " HTTP/1.1\r\nHost: test\r\nContent-Length: 450000\r\n\r\n");
    sim_feed(link, body.ptr, body.len, 0);
    assert_true(atomic_load(&budget.used) >= body.len);
    sim_feed(link, body.ptr, body.len, 0);
    assert_memory_equal(answer_of(f, link), "503", 3);
    assert_int_equal(atomic_load(&budget.used), 0);

    link = request(f, "POST", url_of(sid, 4), "", buf_bytes(&body));
    assert_string_equal(answer_of(f, link), "200 ok");
    assert_int_equal(atomic_load(&budget.used), 0);
    buf_deinit(&body);
}

/* It lived for 30 s more, as the reference's closings do, whatever the heartbeat is. */
static void a_session_that_nobody_polls_closes_within_its_heartbeat(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    f->options.ping_interval_ms = 1000;
    f->options.ping_timeout_ms = 1500;
    begin(f, 4, sid);
    sim_advance(&f->sim, 500);
    eio_session_close(f->session, false);
    sim_advance(&f->sim, 1999);
    assert_string_equal(post(f, sid, "4x"), "200 ok"); /* not heard */
    assert_string_equal(take_log(f), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:forced close");
    assert_gone(f, sid);
    take_log(f);

    open_polling(f, 4, sid);
    sim_advance(&f->sim, 1200); /* pinged */
    eio_session_close(f->session, false);
    post(f, sid, "3");
    sim_advance(&f->sim, 1300);
    assert_string_equal(take_log(f), "close:forced close");

    open_polling(f, 3, sid);
    sim_advance(&f->sim, 1200);
    eio_session_close(f->session, false);
    sim_advance(&f->sim, 1299);
    assert_string_equal(take_log(f), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(take_log(f), "close:forced close");
}

static void close_it(struct fixture *f)
{
    eio_session_close(f->session, true);
}

static void a_session_may_be_closed_in_its_own_message(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    char sid[SID_SIZE];

    f->on_message = close_it;
    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    assert_string_equal(post(f, sid,
                             "4a\x1e"
                             "4b\x1e"
                             "zzz"),
                        "400 ");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_string_equal(take_log(f), "(a) close:forced close");
}
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_second_poll_ends_the_session),
        test(a_second_post_ends_the_session),
        test(a_poll_that_is_aborted_ends_the_session),
        test(a_post_that_is_aborted_ends_the_session),
        test(a_body_of_the_limit_is_taken_and_one_byte_more_is_not),
        test(a_chunked_body_over_the_limit_leaves_the_session_alone),
        test(revision_4_takes_no_binary_payloads),
        test(a_payload_that_cannot_be_parsed_ends_the_session),
        test(the_client_closes_by_post),
        test(the_server_closes_a_pending_poll),
        test(the_server_closes_by_the_next_poll),
        test(what_is_queued_comes_before_the_close),
        test(nobody_waits_for_a_close_longer_than_thirty_seconds),
        test(other_methods_do_not_disturb_the_session),
        test(who_does_not_poll_is_closed_over_the_bound),
        test(a_session_may_be_closed_in_its_own_message),
        test(one_message_of_any_size_is_taken_among_others),
        test(a_long_message_goes_through_the_upgrade),
        test(what_is_owed_still_leaves_while_the_session_closes),
        test(a_close_may_discard_what_waits),
        test(unfinished_bodies_have_a_budget),
        test(a_session_that_nobody_polls_closes_within_its_heartbeat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
