/* How a connection ends: the closing handshake and the end of the link. */
#include "unit/websocket/ws_peer.h"
#include "websocket/ws.h"

#include <stdio.h>

/* websocket 19: every code of section 5.1. */
static void valid_codes_are_echoed_and_all_others_are_protocol_errors(void **state)
{
    (void)state;
    for (unsigned code = 0; code <= 0xffff; code += code < 5100 ? 1 : 997) {
        bool is_valid =
            (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
            (code >= 3000 && code <= 4999);
        char want[32] = "";
        struct peer p;

        assert_int_equal(ws_close_code_is_valid(code), is_valid);
        peer_open(&p, NULL, NULL);
        peer_say_close(&p, code, "");
        snprintf(want, sizeof(want), "close(%u) end", is_valid ? code : 1002);
        assert_string_equal(peer_hear(&p), want);
        sim_run(&p.sim);
        assert_int_equal(p.code, is_valid ? code : 1002);
        assert_int_equal(p.err, is_valid ? 0 : SAILS_EPROTO);
        peer_deinit(&p);
    }
}

static void a_close_is_echoed_with_its_reason_and_an_empty_one_empty(void **state)
{
    char reason[124] = "";
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    peer_say_close(&p, 1000, "bye \xe2\x82\xac");
    assert_string_equal(peer_hear(&p), "close(1000 bye \xe2\x82\xac) end");
    peer_deinit(&p);

    peer_open(&p, NULL, NULL);
    peer_say(&p, FIN | CLOSE, "");
    assert_string_equal(peer_hear(&p), "close() end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1005);
    assert_int_equal(p.err, 0);
    peer_deinit(&p);

    memset(reason, 'r', sizeof(reason) - 1);
    peer_open(&p, NULL, NULL);
    peer_say_close(&p, 4000, reason);
    assert_int_equal(p.link->out.len, 2 + 125);
    peer_deinit(&p);
}

/* websocket 21. */
static void nothing_is_processed_or_answered_behind_a_close(void **state)
{
    (void)state;
    for (size_t step = 0; step < 30; step++) {
        struct peer p;
        struct buf data = {0};

        peer_open(&p, NULL, NULL);
        p.step = step;
        peer_add_frame(&data, TEXT, "a", 1);
        peer_add_frame(&data, FIN | CLOSE, "\x03\xe8", 2);
        peer_add_frame(&data, FIN | CLOSE, "\x03\xe9", 2);
        peer_add_frame(&data, FIN | PING, "late", 4);
        peer_add_frame(&data, FIN | CONT, "b", 1);
        peer_add_frame(&data, FIN | 7, "nonsense", 8);
        peer_feed(&p, &data);
        assert_string_equal(peer_hear(&p), "close(1000) end");
        assert_int_equal(p.n_messages, 0);
        sim_run(&p.sim);
        assert_int_equal(p.code, 1000);
        assert_int_equal(p.n_closes, 1);
        peer_deinit(&p);
    }
}

/* websocket 22. */
static void a_close_of_ours_waits_for_the_peers_and_then_ends_the_link(void **state)
{
    struct peer p;
    struct ws_message *m = ws_message_create(false, (struct bytes){0}, (struct bytes){0}, true);

    (void)state;
    peer_open(&p, NULL, NULL);
    ws_conn_close(&p.ws, 1001);
    ws_conn_close(&p.ws, 1000); /* twice is harmless */
    assert_string_equal(peer_hear(&p), "close(1001) ");
    assert_int_equal(ws_conn_send(&p.ws, m), SAILS_ECLOSED);
    assert_false(ws_conn_is_writable(&p.ws));

    peer_say(&p, FIN | TEXT, "ignored");
    peer_say(&p, FIN | PING, "ignored");
    peer_say(&p, BINARY, "ignored");
    assert_string_equal(peer_hear(&p), "");
    assert_int_equal(p.n_messages, 0);
    peer_say_close(&p, 1001, "");
    assert_string_equal(peer_hear(&p), "end");
    sim_run(&p.sim);
    assert_int_equal(p.n_closes, 1);
    assert_int_equal(p.code, 1001);
    assert_int_equal(p.err, 0);
    ws_message_release(m);
    peer_deinit(&p);
}

/* websocket 22. */
static void a_peer_that_does_not_answer_a_close_has_30_seconds(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    ws_conn_close(&p.ws, 0);
    assert_string_equal(peer_hear(&p), "close() ");
    sim_advance(&p.sim, 29999);
    assert_int_equal(p.n_closes, 0);
    sim_advance(&p.sim, 1);
    assert_int_equal(p.n_closes, 1);
    assert_int_equal(p.code, 1006);
    assert_int_equal(p.err, 0);
    assert_true(deadlines_next(&p.sim.env.deadlines) == DEADLINE_NEVER);
    peer_deinit(&p);
}

static void a_violation_while_closing_only_ends_the_link(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    ws_conn_close(&p.ws, 1000);
    peer_hear(&p);
    peer_say(&p, FIN | 3, "");
    assert_string_equal(peer_hear(&p), "end");
    peer_deinit(&p);
}

static void the_end_of_the_link_without_a_close_is_1006(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    peer_say(&p, TEXT, "half a mess");
    sim_feed_end(p.link);
    assert_string_equal(peer_hear(&p), "end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1006);
    assert_int_equal(p.err, SAILS_ECLOSED);
    peer_deinit(&p);

    peer_open(&p, NULL, NULL);
    sim_break(p.link, -104);
    assert_int_equal(p.code, 1006);
    assert_int_equal(p.err, -104);
    peer_deinit(&p);

    peer_open(&p, NULL, NULL);
    ws_conn_close(&p.ws, 0);
    sim_feed_end(p.link);
    assert_string_equal(peer_hear(&p), "close() end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1006);
    assert_int_equal(p.err, 0);
    peer_deinit(&p);
}

static void close_in_message(struct peer *p)
{
    ws_conn_close(&p->ws, 1000);
}

static void a_message_may_close_its_connection(void **state)
{
    (void)state;
    for (size_t step = 0; step < 40; step++) {
        struct peer p;
        struct buf data = {0};

        peer_open(&p, NULL, NULL);
        p.must_echo = false;
        p.step = step;
        p.on_message = close_in_message;
        peer_add_frame(&data, TEXT, "first", 5);
        peer_add_frame(&data, FIN | CONT, "", 0);
        peer_add_frame(&data, FIN | TEXT, "second", 6);
        peer_add_frame(&data, FIN | PING, "ignored", 7);
        peer_feed(&p, &data);
        assert_string_equal(peer_hear(&p), "close(1000) ");
        assert_int_equal(p.n_messages, 1);
        peer_deinit(&p);
        assert_int_equal(p.n_closes, 1);
    }
}

/* websocket 35: what the floors above do at shutdown; refusals are in ws_handshake_test.c. */
static void at_shutdown_open_connections_are_told_that_the_server_goes_away(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    peer_say(&p, FIN | TEXT, "last");
    ws_conn_close(&p.ws, WS_CLOSE_GOING_AWAY);
    assert_string_equal(peer_hear(&p), "text(last) close(1001) ");
    peer_deinit(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_codes_are_echoed_and_all_others_are_protocol_errors),
        cmocka_unit_test(a_close_is_echoed_with_its_reason_and_an_empty_one_empty),
        cmocka_unit_test(nothing_is_processed_or_answered_behind_a_close),
        cmocka_unit_test(a_close_of_ours_waits_for_the_peers_and_then_ends_the_link),
        cmocka_unit_test(a_peer_that_does_not_answer_a_close_has_30_seconds),
        cmocka_unit_test(a_violation_while_closing_only_ends_the_link),
        cmocka_unit_test(the_end_of_the_link_without_a_close_is_1006),
        cmocka_unit_test(a_message_may_close_its_connection),
        cmocka_unit_test(at_shutdown_open_connections_are_told_that_the_server_goes_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
