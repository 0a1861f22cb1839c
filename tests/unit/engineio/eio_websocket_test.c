#include "unit/engineio/eio_fixture.h"

/* Bytes of a string literal, NULs included. */
#define B(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

enum {
    FIN_TEXT = 0x81,
    FIN_BINARY = 0x82,
    FIN_CLOSE = 0x88,
    FIN_PING = 0x89
};

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

/* engine-io 10 */
static void the_open_packet_is_the_first_frame_and_names_no_upgrades(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    char want[256];

    fixture_start(f);
    for (unsigned revision = 3; revision <= 4; revision++) {
        link = open_ws(f, revision == 4 ? "&EIO=4" : "&EIO=3");
        snprintf(want, sizeof(want),
                 "0{\"sid\":\"%s\",\"upgrades\":[],\"pingInterval\":25000,"
                 "\"pingTimeout\":20000,\"maxPayload\":1000000}",
                 eio_session_id(f->session));
        assert_string_equal(ws_hear(f, link), want);
        assert_int_equal(eio_session_revision(f->session), revision);
        assert_int_equal(eio_session_transport(f->session), EIO_WEBSOCKET);
        assert_true(eio_session_closes_at_once(f->session));
    }
}

/* engine-io 13, 14 */
static void messages_of_revision_4_are_frames(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    link = open_websocket(f, "&EIO=4");
    assert_true(eio_session_is_writable(f->session));
    ws_say(link, "4hello");
    ws_say_bytes(link, FIN_BINARY, B("\1\2\3\4"));
    ws_say_bytes(link, FIN_BINARY, B(""));
    ws_say(link, "bAQIDBA==");
    ws_say(link, "4");
    assert_string_equal(ws_hear(f, link), "4hello <01020304> <> <01020304> 4");
    assert_string_equal(take_log(f), "(hello) <\1\2\3\4> <> <\1\2\3\4> ()");
}

/* engine-io 14 */
static void messages_of_revision_3_have_a_type_in_front(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    struct eio_message *m = eio_message_create(true, B("\x09"), true, true);

    fixture_start(f);
    link = open_websocket(f, "&EIO=3");
    ws_say(link, "4hello");
    ws_say_bytes(link, FIN_BINARY, B("\4\1\2\3\4"));
    ws_say_bytes(link, FIN_BINARY, B(""));     /* ignored */
    ws_say_bytes(link, FIN_BINARY, B("4abc")); /* ignored: no type */
    ws_say(link, "b4AQID");
    assert_string_equal(ws_hear(f, link), "4hello <0401020304> <04010203>");
    eio_session_send(f->session, m);
    assert_string_equal(ws_hear(f, link), "<0409>");
    eio_message_release(m);
}

/* engine-io 17 */
static void b64_makes_everything_text(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    link = open_websocket(f, "&EIO=4&b64=1");
    ws_say_bytes(link, FIN_BINARY, B("\1\2\3"));
    assert_string_equal(ws_hear(f, link), "bAQID");
    take_log(f);
    link = open_websocket(f, "&EIO=3&b64=1");
    ws_say_bytes(link, FIN_BINARY, B("\4\1\2\3"));
    assert_string_equal(ws_hear(f, link), "b4AQID");
}

/* engine-io 5: what an open session does not care for. */
static void packets_without_a_meaning_are_ignored(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    link = open_websocket(f, "&EIO=4");
    ws_say(link, "0");
    ws_say(link, "5");
    ws_say(link, "6");
    ws_say(link, "3anything");
    assert_string_equal(ws_hear(f, link), "");
    assert_string_equal(take_log(f), "");
    assert_true(eio_session_is_open(f->session));
}

/* engine-io 33 */
static void the_server_closes_with_an_empty_close_frame(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    link = open_websocket(f, "&EIO=4");
    send_text(f->session, "last");
    eio_session_close(f->session, false);
    assert_string_equal(take_log(f), ""); /* not inside */
    ws_say(link, "4ignored");
    assert_string_equal(ws_hear(f, link), "4last close()");
    assert_string_equal(take_log(f), "close:forced close");
    assert_int_equal(eio_server_count(f->server), 0);

    /* the client has thirty seconds to answer */
    sim_advance(&f->sim, 29000);
    assert_false(link->closed);
    sim_advance(&f->sim, 1000);
    assert_true(link->closed);
}

/* engine-io 34 */
static void packet_1_closes_at_once(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    link = open_websocket(f, "&EIO=4");
    ws_say(link, "1");
    assert_string_equal(ws_hear(f, link), "close()");
    assert_string_equal(take_log(f), "close:transport close");
}

/* engine-io 27, 35, and the rows of section 12 for WebSockets */
static void what_breaks_the_rules_ends_the_session(void **state)
{
    static const struct {
        const char *query;
        unsigned first;
        const char *payload;
        const char *heard;
        const char *log;
    } cases[] = {
        {"&EIO=4", FIN_TEXT, "9", "close()", "close:parse error"},
        {"&EIO=4", FIN_TEXT, "", "close()", "close:parse error"},
        {"&EIO=3", FIN_TEXT, "x", "close()", "close:parse error"},
        {"&EIO=3", FIN_TEXT, "b", "close()", "close:parse error"},
        {"&EIO=4", FIN_TEXT, "2", "close()", "close:transport error"},
        {"&EIO=3", FIN_TEXT, "3", "close()", "close:transport error"},
        {"&EIO=4", FIN_TEXT, "4\xff", "close(1007) end", "close:transport error"},
        {"&EIO=4", FIN_TEXT, "4123456789abcdef", "close(1009) end", "close:transport error"},
        {"&EIO=4", 0x83, "", "close(1002) end", "close:transport error"},
        {"&EIO=4", FIN_CLOSE, "", "close() end", "close:transport close"},
        {"&EIO=4", FIN_CLOSE, "\x03\xe9", "close(1001) end", "close:transport close"},
    };
    struct fixture *f = *state;

    f->options.max_http_buffer_size = 15;
    fixture_start(f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sim_link *link = open_websocket(f, cases[i].query);

        ws_say_bytes(link, cases[i].first, str_bytes(str_from(cases[i].payload)));
        assert_string_equal(ws_hear(f, link), cases[i].heard);
        assert_string_equal(take_log(f), cases[i].log);
        assert_int_equal(eio_server_count(f->server), 0);
    }
}

/* engine-io 11.2 */
static void a_connection_that_ends_closes_the_session(void **state)
{
    struct fixture *f = *state;

    fixture_start(f);
    sim_feed_end(open_websocket(f, "&EIO=4"));
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "close:transport close");
    sim_break(open_websocket(f, "&EIO=4"), -104);
    assert_string_equal(take_log(f), "close:transport close");
}

static void a_slow_reader_is_closed(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    fixture_start(f);
    f->sim.max_queue = 100;
    link = open_websocket(f, "&EIO=4");
    link->blocked = true;
    assert_int_equal(send_text(f->session, "queued"), 0);
    assert_false(eio_session_is_writable(f->session));
    while (send_text(f->session, "0123456789") == 0) {
    }
    assert_string_equal(take_log(f), ""); /* not inside */
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "close:transport error");
}

static void close_it(struct fixture *f)
{
    eio_session_close(f->session, false);
}

static void a_session_may_be_closed_in_its_own_message(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;

    f->on_message = close_it;
    fixture_start(f);
    link = open_websocket(f, "&EIO=4");
    ws_say(link, "4a");
    ws_say(link, "4b");
    assert_string_equal(ws_hear(f, link), "4a close()");
    assert_string_equal(take_log(f), "(a) close:forced close");
}

/* engine-io 8: what is behind the upgrade request is not lost. */
static void what_came_behind_the_request_is_heard(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = connect_client(f);
    struct buf out = {0};

    fixture_start(f);
    buf_append_str(&out, STR("GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
                             "Host: test\r\n" WS_HEADERS "\r\n"));
    buf_append(&out, "\x81\x82\0\0\0\0004a", 8);
    sim_feed(link, out.ptr, out.len, 0);
    buf_deinit(&out);
    assert_string_equal(take_log(f), "open");
    sim_run(&f->sim);
    assert_string_equal(take_log(f), "(a)");
}

static void long_messages_are_compressed_where_agreed(void **state)
{
    struct fixture *f = *state;
    struct sim_link *link = NULL;
    char text[2000];

    f->options.per_message_deflate = true;
    fixture_start(f);
    link =
        request(f, "GET", "/engine.io/?EIO=4&transport=websocket",
                WS_HEADERS "Sec-WebSocket-Extensions: permessage-deflate\r\n", (struct bytes){0});
    assert_non_null(
        strstr(sim_take_text(link), "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    send_text(f->session, text);
    send_text(f->session, "short");
    assert_string_equal(ws_hear(f, link), "frame:c1 4short");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_open_packet_is_the_first_frame_and_names_no_upgrades),
        test(messages_of_revision_4_are_frames),
        test(messages_of_revision_3_have_a_type_in_front),
        test(b64_makes_everything_text),
        test(packets_without_a_meaning_are_ignored),
        test(the_server_closes_with_an_empty_close_frame),
        test(packet_1_closes_at_once),
        test(what_breaks_the_rules_ends_the_session),
        test(a_connection_that_ends_closes_the_session),
        test(a_slow_reader_is_closed),
        test(a_session_may_be_closed_in_its_own_message),
        test(what_came_behind_the_request_is_heard),
        test(long_messages_are_compressed_where_agreed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
