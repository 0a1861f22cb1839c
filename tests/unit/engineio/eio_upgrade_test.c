#include "unit/engineio/eio_fixture.h"

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

static bool is_usable(struct fixture *f, const char *sid)
{
    bool ok = strcmp(post(f, sid, "4still"), "200 ok") == 0;

    return ok && strcmp(poll(f, sid), "200 4still") == 0;
}

/* engine-io 28 */
static void a_probe_is_answered_and_releases_pending_polls(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    pending = begin_poll(f, sid);
    ws = open_probe(f, sid);
    assert_string_equal(ws_hear(f, ws), "");
    assert_string_equal(answer_of(f, pending), "");
    ws_say(ws, "2probe");
    assert_string_equal(ws_hear(f, ws), "3probe");
    assert_string_equal(answer_of(f, pending), "200 6");

    /* again and again, because the client may have polled again before it heard the answer */
    for (int i = 0; i < 3; i++) {
        pending = begin_poll(f, sid);
        assert_string_equal(answer_of(f, pending), "");
        sim_advance(&f->sim, 100);
        assert_string_equal(answer_of(f, pending), "200 6");
    }
    ws_say(ws, "2probe");
    assert_string_equal(ws_hear(f, ws), "3probe");
    ws_say(ws, "5");
    assert_int_equal(eio_session_transport(f->session), EIO_WEBSOCKET);
}

/* engine-io 28 */
static void revision_3_upgrades_the_same_way(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 3, sid);
    pending = begin_poll(f, sid);
    ws = upgrade(f, sid);
    assert_string_equal(answer_of(f, pending), "200 1:6");
    ws_say(ws, "4hello");
    assert_string_equal(ws_hear(f, ws), "4hello");
}

/* engine-io 29 */
static void what_was_queued_is_sent_first_and_polling_is_over(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    send_text(f->session, "one");
    ws = open_probe(f, sid);
    ws_say(ws, "2probe");
    assert_string_equal(ws_hear(f, ws), "3probe");
    send_text(f->session, "two");
    assert_string_equal(ws_hear(f, ws), "");
    ws_say(ws, "5");
    send_text(f->session, "three");
    assert_string_equal(ws_hear(f, ws), "4one 4two 4three");
    assert_string_equal(get(f, url_of(sid, 4)), "400 {\"code\":3,\"message\":\"Bad request\"}");
    assert_string_equal(post(f, sid, "4a"), "400 {\"code\":3,\"message\":\"Bad request\"}");
    assert_true(eio_session_is_open(f->session));
    sim_advance(&f->sim, 11000); /* the upgrade's own time limit is forgotten */
    ws_say(ws, "4four");
    assert_string_equal(ws_hear(f, ws), "4four");
}

/* engine-io 28: messages of the time between still go by a poll that is pending. */
static void while_probing_messages_go_by_polling(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    ws = open_probe(f, sid);
    pending = begin_poll(f, sid);
    send_text(f->session, "a");
    ws_say(ws, "2probe");
    assert_string_equal(answer_of(f, pending), "200 4a");
    assert_string_equal(ws_hear(f, ws), "3probe");
}

/* engine-io 30 */
static void a_probe_that_fails_leaves_polling_usable(void **state)
{
    static const struct {
        unsigned first;
        const char *payload;
    } cases[] = {
        {0x81, "4x"}, {0x81, "2"},    {0x81, "1"},      {0x81, "junk"},
        {0x81, ""},   {0x82, "\1\2"}, {0x81, "3probe"},
    };
    struct fixture *f = *state;

    fixture_start(f);
    for (unsigned revision = 3; revision <= 4; revision++) {
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            struct sim_link *ws = NULL;
            char sid[SID_SIZE];

            open_polling(f, revision, sid);
            ws = open_probe(f, sid);
            ws_say_bytes(ws, cases[i].first, str_bytes(str_from(cases[i].payload)));
            assert_string_equal(ws_hear(f, ws), "close()");
            if (revision == 4) {
                assert_true(is_usable(f, sid));
            }
            upgrade(f, sid);
            assert_int_equal(eio_session_transport(f->session), EIO_WEBSOCKET);
            take_log(f);
        }
    }
}

/* engine-io 30 */
static void a_probe_that_takes_too_long_or_dies_leaves_polling_usable(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    ws = open_probe(f, sid);
    ws_say(ws, "2probe");
    assert_string_equal(ws_hear(f, ws), "3probe");
    sim_advance(&f->sim, 9999);
    assert_string_equal(ws_hear(f, ws), "");
    sim_advance(&f->sim, 1);
    assert_string_equal(ws_hear(f, ws), "close()");
    assert_true(is_usable(f, sid));

    ws = open_probe(f, sid);
    ws_say(ws, "2probe");
    sim_break(ws, 0);
    assert_true(is_usable(f, sid));

    ws = open_probe(f, sid);
    ws_say_bytes(ws, 0x88, (struct bytes){0});
    assert_string_equal(ws_hear(f, ws), "close() end");
    assert_true(is_usable(f, sid));
    upgrade(f, sid);
    assert_int_equal(eio_session_transport(f->session), EIO_WEBSOCKET);
}

/* engine-io 31 */
static void a_second_websocket_is_accepted_and_closed(void **state)
{
    struct fixture *f = *state;
    struct sim_link *first = NULL;
    struct sim_link *second = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    first = open_probe(f, sid);
    second = open_probe(f, sid);
    assert_string_equal(ws_hear(f, second), "close()");
    ws_say(second, "2probe");
    assert_string_equal(ws_hear(f, second), "");
    ws_say(first, "2probe");
    ws_say(first, "5");
    ws_say(first, "4a");
    assert_string_equal(ws_hear(f, first), "3probe 4a");

    /* and after the upgrade */
    second = open_probe(f, sid);
    assert_string_equal(ws_hear(f, second), "close()");
    sim_break(second, 0);
    ws_say(first, "4b");
    assert_string_equal(ws_hear(f, first), "4b");
}

static void an_upgrade_without_a_probe_is_accepted(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    ws = open_probe(f, sid);
    ws_say(ws, "5");
    ws_say(ws, "4a");
    assert_string_equal(ws_hear(f, ws), "4a");
}

/* engine-io 10: misbehaving clients. */
static void what_still_polls_at_the_upgrade_is_told_or_dropped(void **state)
{
    struct fixture *f = *state;
    struct sim_link *pending = NULL;
    struct sim_link *uploading = NULL;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    ws = open_probe(f, sid);
    pending = begin_poll(f, sid);
    uploading = request(f, "POST", url_of(sid, 4), "Content-Length: 5\r\n", (struct bytes){0});
    ws_say(ws, "5");
    assert_string_equal(answer_of(f, pending), "200 1");
    assert_true(uploading->closed);
    assert_int_equal(uploading->out.len, 0);
    ws_say(ws, "4a");
    assert_string_equal(ws_hear(f, ws), "4a");
}

static void a_close_by_the_client_closes_the_probe(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    ws = open_probe(f, sid);
    ws_say(ws, "2probe");
    assert_string_equal(post(f, sid, "1"), "200 ok");
    assert_string_equal(ws_hear(f, ws), "3probe close()");
    assert_string_equal(take_log(f), "close:transport close");
}

static void a_close_by_the_server_waits_for_either_transport(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char sid[SID_SIZE];

    begin(f, 4, sid);
    ws = open_probe(f, sid);
    ws_say(ws, "2probe");
    send_text(f->session, "last");
    eio_session_close(f->session, false);
    ws_say(ws, "5");
    assert_string_equal(ws_hear(f, ws), "3probe 4last close()");
    assert_string_equal(take_log(f), "close:forced close");

    open_polling(f, 4, sid);
    ws = open_probe(f, sid);
    ws_say(ws, "2probe");
    eio_session_close(f->session, false);
    assert_string_equal(poll(f, sid), "200 6\x1e"
                                      "1");
    assert_string_equal(ws_hear(f, ws), "3probe close()");
}

/* engine-io 42: not advertised, but honoured. */
static void without_advertisement_an_upgrade_is_honoured(void **state)
{
    struct fixture *f = *state;
    char sid[SID_SIZE];

    f->options.allow_upgrades = false;
    begin(f, 4, sid);
    upgrade(f, sid);
    assert_int_equal(eio_session_transport(f->session), EIO_WEBSOCKET);
}

/* engine-io 7 */
static void an_upgrade_of_another_revision_is_refused(void **state)
{
    struct fixture *f = *state;
    char query[128];
    char sid[SID_SIZE];

    begin(f, 4, sid);
    snprintf(query, sizeof(query), "/engine.io/?transport=websocket&EIO=3&sid=%s", sid);
    assert_string_equal(ask(f, "GET", query, WS_HEADERS), "400 Bad request");
    assert_true(is_usable(f, sid));
}

/* engine-io 17: b64 counts for the transport on whose request it is. */
static void the_upgrade_request_has_a_b64_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct sim_link *ws = NULL;
    char query[128];
    char sid[SID_SIZE];

    begin(f, 4, sid);
    snprintf(query, sizeof(query), "&EIO=4&b64=1&sid=%s", sid);
    ws = open_ws(f, query);
    ws_say(ws, "5");
    ws_say(ws, "bAQID");
    assert_string_equal(ws_hear(f, ws), "bAQID");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_probe_is_answered_and_releases_pending_polls),
        test(revision_3_upgrades_the_same_way),
        test(what_was_queued_is_sent_first_and_polling_is_over),
        test(while_probing_messages_go_by_polling),
        test(a_probe_that_fails_leaves_polling_usable),
        test(a_probe_that_takes_too_long_or_dies_leaves_polling_usable),
        test(a_second_websocket_is_accepted_and_closed),
        test(an_upgrade_without_a_probe_is_accepted),
        test(what_still_polls_at_the_upgrade_is_told_or_dropped),
        test(a_close_by_the_client_closes_the_probe),
        test(a_close_by_the_server_waits_for_either_transport),
        test(without_advertisement_an_upgrade_is_honoured),
        test(an_upgrade_of_another_revision_is_refused),
        test(the_upgrade_request_has_a_b64_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
