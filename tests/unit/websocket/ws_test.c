/* Messages, violations, and the limits of an open connection; how it ends is in ws_closing_test.c. */
#include "websocket/ws.h"

#include "base/mem.h"
#include "unit/websocket/ws_peer.h"
#include "websocket/ws_intake.h"

/* ---- messages ---- */

/* websocket 11. */
static void messages_of_every_form_of_length_come_up_and_go_down(void **state)
{
    static const size_t lens[] = {0, 1, 125, 126, 127, 128, 65535, 65536, 200000};
    static char payload[200000];
    struct peer p;

    (void)state;
    memset(payload, 'x', sizeof(payload));
    peer_open(&p, NULL, NULL);
    for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
        peer_say_bytes(&p, FIN | (i % 2 == 0 ? TEXT : BINARY), payload, lens[i]);
        assert_int_equal(p.n_messages, i + 1);
        assert_int_equal(p.is_binary, i % 2 != 0);
        assert_int_equal(p.message.len, lens[i]);
        assert_memory_equal(p.message.ptr, payload, lens[i]);
        peer_hear(&p);
    }
    peer_deinit(&p);
}

/* websocket 13. */
static void fragments_with_pings_between_them_are_one_message_at_every_cut(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 60; step++) {
        struct peer p;
        struct buf data = {0};

        peer_open(&p, NULL, NULL);
        p.step = step;
        peer_add_frame(&data, TEXT, "fragment", 8);
        peer_add_frame(&data, FIN | PING, "1", 1);
        peer_add_frame(&data, CONT, "", 0);
        peer_add_frame(&data, FIN | PING, "2", 1);
        peer_add_frame(&data, FIN | CONT, "ation", 5);
        peer_add_frame(&data, FIN | TEXT, "next", 4);
        peer_feed(&p, &data);
        assert_string_equal(peer_hear(&p), "pong(1) pong(2) text(fragmentation) text(next) ");
        assert_null(p.ws.intake);
        peer_deinit(&p);
    }
}

/* websocket 14. */
static void every_ping_is_answered_in_order_with_its_payload(void **state)
{
    struct peer p;
    char longest[WS_CONTROL_MAX + 1] = "";

    (void)state;
    peer_open(&p, NULL, NULL);
    memset(longest, 'l', WS_CONTROL_MAX);
    peer_say(&p, FIN | PING, "");
    for (char c = 'a'; c < 'k'; c++) {
        peer_say_bytes(&p, FIN | PING, &c, 1);
    }
    assert_string_equal(peer_hear(&p), "pong() pong(a) pong(b) pong(c) pong(d) pong(e) pong(f) "
                                       "pong(g) pong(h) pong(i) pong(j) ");
    p.step = 1;
    peer_say(&p, FIN | PING, longest);
    assert_int_equal(p.link->out.len, 2 + WS_CONTROL_MAX);
    peer_hear(&p);
    peer_deinit(&p);
}

/* websocket 15. */
static void unsolicited_pongs_are_ignored(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    peer_say(&p, FIN | PONG, "");
    peer_say(&p, FIN | PONG, "unsolicited");
    peer_say(&p, FIN | PING, "asked");
    assert_string_equal(peer_hear(&p), "pong(asked) ");
    peer_deinit(&p);
}

/* Our text is our own; the frame says which kind it is. */
static void a_message_may_have_a_prefix(void **state)
{
    struct peer p;
    struct ws_message *m =
        ws_message_create(false, str_bytes(STR("4")), str_bytes(STR("hey")), false);

    (void)state;
    peer_open(&p, NULL, NULL);
    assert_int_equal(ws_conn_send(&p.ws, m), 0);
    assert_string_equal(peer_hear(&p), "text(4hey) ");
    ws_message_release(m);
    peer_deinit(&p);
}

/* ---- violations ---- */

struct violation {
    const char *why;
    unsigned first;
    const char *payload;
    size_t len;
    unsigned code;
    int err;
};

static void assert_refused(const struct violation *v, size_t step)
{
    struct peer p;
    char want[32] = "";

    peer_open(&p, NULL, NULL);
    p.step = step;
    peer_say_bytes(&p, v->first, v->payload, v->len);
    snprintf(want, sizeof(want), "close(%u) end", v->code);
    if (strcmp(peer_hear(&p), want) != 0) {
        fail_msg("%s, step %zu: %s", v->why, step, p.heard.ptr);
    }
    sim_run(&p.sim);
    assert_int_equal(p.n_closes, 1);
    assert_int_equal(p.code, v->code);
    assert_int_equal(p.err, v->err);
    peer_deinit(&p);
}

/* websocket 8, 9, 10, 18, 19, 20: every rule of section 2 and 5.1 that one frame can break. */
static void a_violation_is_answered_with_its_code_and_the_end_at_every_cut(void **state)
{
#define LITERAL(text) (text), sizeof(text) - 1
    static const struct violation cases[] = {
        {"RSV1", FIN | RSV1 | TEXT, LITERAL("x"), 1002, SAILS_EPROTO},
        {"RSV3", FIN | 0x10 | TEXT, LITERAL("x"), 1002, SAILS_EPROTO},
        {"opcode 5", FIN | 5, LITERAL("x"), 1002, SAILS_EPROTO},
        {"opcode 12", FIN | 12, LITERAL(""), 1002, SAILS_EPROTO},
        {"fragmented ping", PING, LITERAL("x"), 1002, SAILS_EPROTO},
        {"stray continuation", FIN | CONT, LITERAL("x"), 1002, SAILS_EPROTO},
        {"not UTF-8", FIN | TEXT, LITERAL("\xc0\xaf"), 1007, SAILS_EUTF8},
        {"a surrogate", FIN | TEXT, LITERAL("\xed\xa0\x80"), 1007, SAILS_EUTF8},
        {"incomplete at the end", FIN | TEXT, LITERAL("caf\xc3"), 1007, SAILS_EUTF8},
        {"above U+10FFFF", FIN | TEXT, LITERAL("\xf4\x90\x80\x80"), 1007, SAILS_EUTF8},
        {"a Close of one byte", FIN | CLOSE, LITERAL("\x03"), 1002, SAILS_EPROTO},
        {"a Close with code 1005", FIN | CLOSE, LITERAL("\x03\xed"), 1002, SAILS_EPROTO},
        {"a reason that is not UTF-8", FIN | CLOSE, LITERAL("\x03\xe8\xff"), 1007, SAILS_EUTF8},
        {"an incomplete reason", FIN | CLOSE, LITERAL("\x03\xe8z\xc3"), 1007, SAILS_EUTF8},
    };
#undef LITERAL

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 0; step < 12; step++) {
            assert_refused(&cases[i], step);
        }
    }
}

/* websocket 7. */
static void an_unmasked_frame_is_a_protocol_error(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    sim_feed(p.link, "\x81\x02hi", 4, 1);
    assert_string_equal(peer_hear(&p), "close(1002) end");
    assert_int_equal(p.n_messages, 0);
    peer_deinit(&p);
}

/* websocket 10. */
static void what_was_valid_before_a_violation_has_been_answered(void **state)
{
    struct peer p;
    struct buf data = {0};

    (void)state;
    peer_open(&p, NULL, NULL);
    peer_add_frame(&data, FIN | TEXT, "first", 5);
    peer_add_frame(&data, TEXT, "second", 6);
    peer_add_frame(&data, FIN | TEXT, "nested", 6);
    peer_add_frame(&data, FIN | PING, "", 0);
    peer_feed(&p, &data);
    assert_string_equal(peer_hear(&p), "text(first) close(1002) end");
    peer_deinit(&p);
}

/* websocket 16. */
static void invalid_text_is_refused_in_the_middle_of_a_frame(void **state)
{
    struct peer p;
    struct buf data = {0};

    (void)state;
    peer_open(&p, NULL, NULL);
    peer_add_frame(&data, TEXT, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed", 12);
    sim_feed(p.link, data.ptr, data.len, 0);
    assert_string_equal(peer_hear(&p), "");
    buf_clear(&data);
    peer_add_frame(&data, FIN | CONT, "\xa0\x80 and what else is in this frame", 33);
    sim_feed(p.link, data.ptr, 7, 1); /* the head, and the impossible byte */
    assert_string_equal(peer_hear(&p), "close(1007) end");
    buf_deinit(&data);
    peer_deinit(&p);
}

/* websocket 17, 18. */
static void code_points_may_be_cut_between_frames_and_need_not_be_characters(void **state)
{
    static const char text[] = "\xce\xba\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbe\xef\xbf\xbf";

    (void)state;
    for (size_t cut = 0; cut < sizeof(text); cut++) {
        struct peer p;

        peer_open(&p, NULL, NULL);
        peer_say_bytes(&p, TEXT, text, cut);
        peer_say_bytes(&p, FIN | CONT, text + cut, sizeof(text) - 1 - cut);
        assert_int_equal(p.n_messages, 1);
        assert_string_equal(peer_hear(&p), "text(\xce\xba\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbe"
                                           "\xef\xbf\xbf) ");
        peer_deinit(&p);
    }
}

/* websocket 12. */
static void an_oversized_message_is_refused_before_its_payload_comes(void **state)
{
    struct ws_options options = ws_default_options;
    struct peer p;

    (void)state;
    options.max_message = 100;
    peer_open(&p, &options, NULL);
    peer_say_bytes(&p, BINARY, "0123456789", 10);
    peer_say_bytes(&p, FIN | PING, "0123456789", 10);
    assert_string_equal(peer_hear(&p), "pong(0123456789) ");
    sim_feed(p.link, "\x80\xdb", 2, 0); /* 91 more */
    assert_string_equal(peer_hear(&p), "close(1009) end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1009);
    assert_int_equal(p.err, SAILS_ETOOBIG);
    peer_deinit(&p);
}

static void too_many_fragments_are_against_the_policy(void **state)
{
    struct ws_options options = ws_default_options;
    struct peer p;

    (void)state;
    options.max_fragments = 3;
    peer_open(&p, &options, NULL);
    for (int i = 0; i < 2; i++) {
        peer_say(&p, TEXT, "a");
        peer_say(&p, CONT, "");
        peer_say(&p, FIN | CONT, "b");
        assert_string_equal(peer_hear(&p), "text(ab) ");
    }
    peer_say(&p, TEXT, "a");
    peer_say(&p, CONT, "");
    peer_say(&p, CONT, "");
    assert_string_equal(peer_hear(&p), "");
    peer_say(&p, CONT, "");
    assert_string_equal(peer_hear(&p), "close(1008) end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1008);
    assert_int_equal(p.err, SAILS_ETOOBIG);
    peer_deinit(&p);
}

/* ---- the link's bound, and memory ---- */

/* websocket 10a: a peer that pings and never reads holds no more than the bound. */
static void unread_pongs_count_against_the_bound(void **state)
{
    struct peer p;
    int n = 0;

    (void)state;
    peer_open(&p, NULL, NULL);
    p.sim.max_queue = 1000;
    p.link->blocked = true;
    for (; n < 100 && !p.link->aborted; n++) {
        peer_say(&p, FIN | PING, "0123456789012345678901234567");
        assert_false(ws_conn_is_writable(&p.ws));
    }
    assert_int_equal(n, 1000 / 30 + 1);
    sim_run(&p.sim);
    assert_int_equal(p.n_closes, 1);
    assert_int_equal(p.err, SAILS_ESLOW);
    peer_deinit(&p);
}

/* What is kept of messages that are not whole, of all connections. */
static void unfinished_messages_have_a_budget(void **state)
{
    struct byte_budget budget = {.max = 300 * 1000};
    struct ws_options options = ws_default_options;
    char *text = mem_calloc(1, 100 * 1000);
    struct peer p;

    (void)state;
    options.budget = &budget;
    peer_open(&p, &options, NULL);
    memset(text, 'x', 100 * 1000 - 1);
    peer_say(&p, TEXT, text);
    assert_true(atomic_load(&budget.used) >= 100 * 1000 - 1);
    peer_say(&p, FIN | CONT, "!");
    assert_int_equal(p.n_messages, 1);
    assert_int_equal(atomic_load(&budget.used), 0); /* it is whole: nothing is kept */

    peer_say(&p, TEXT, text);
    for (int i = 0; i < 5 && p.ws.state == WS_OPEN; i++) {
        peer_say(&p, CONT, text);
    }
    assert_int_equal(p.ws.state, WS_CLOSED);
    assert_int_equal(atomic_load(&budget.used), 0);
    sim_run(&p.sim);
    assert_int_equal(p.code, 1013);
    assert_int_equal(p.err, SAILS_EOVERLOAD);
    mem_free(text);
    peer_deinit(&p);
}

static void an_end_within_a_message_gives_its_budget_back(void **state)
{
    struct byte_budget budget = {.max = 300 * 1000};
    struct ws_options options = ws_default_options;
    char *text = mem_calloc(1, 100 * 1000);
    struct peer p;

    (void)state;
    options.budget = &budget;
    peer_open(&p, &options, NULL);
    memset(text, 'x', 100 * 1000 - 1);
    peer_say(&p, TEXT, text);
    sim_feed_end(p.link);
    sim_run(&p.sim);
    assert_int_equal(p.n_closes, 1);
    assert_int_equal(atomic_load(&budget.used), 0);
    mem_free(text);
    peer_deinit(&p);
}

static void sending_to_a_slow_peer_says_so(void **state)
{
    struct peer p;
    struct ws_message *m =
        ws_message_create(true, (struct bytes){0}, str_bytes(STR("0123456789")), false);

    (void)state;
    peer_open(&p, NULL, NULL);
    p.sim.max_queue = 20;
    p.link->blocked = true;
    assert_int_equal(ws_conn_send(&p.ws, m), 0);
    assert_int_equal(ws_conn_send(&p.ws, m), SAILS_ESLOW);
    sim_run(&p.sim);
    assert_int_equal(p.n_closes, 1);
    assert_int_equal(p.code, 1006);
    assert_int_equal(p.err, SAILS_ESLOW);
    ws_message_release(m);
    peer_deinit(&p);
}

static void a_failed_write_of_a_control_frame_drops_the_link(void **state)
{
    struct peer p;

    (void)state;
    for (int i = 0; i < 4; i++) {
        peer_open(&p, NULL, NULL);
        p.link->fail_write = SAILS_ENOMEM;
        if (i == 0) {
            peer_say(&p, FIN | PING, "");
        } else if (i == 1) {
            peer_say(&p, FIN | CLOSE, "");
        } else if (i == 2) {
            peer_say(&p, FIN | 7, "");
        } else {
            ws_conn_close(&p.ws, 1000);
        }
        assert_string_equal(peer_hear(&p), "abort");
        sim_run(&p.sim);
        assert_int_equal(p.code, 1006);
        assert_int_equal(p.err, SAILS_ENOMEM);
        peer_deinit(&p);
    }
}

/* Between messages a connection has no memory but its own 80 bytes. */
static void an_idle_connection_keeps_nothing(void **state)
{
    struct peer p;

    (void)state;
    peer_open(&p, NULL, NULL);
    p.step = 3;
    peer_say(&p, TEXT, "a message in many pieces, and in two fragments");
    assert_non_null(p.ws.intake);
    assert_true(p.ws.intake->message.len > 0);
    peer_say(&p, FIN | CONT, "!");
    assert_null(p.ws.intake);
    assert_null(p.ws.inflater);
    peer_say(&p, FIN | PING, "also in pieces");
    assert_null(p.ws.intake);
    peer_deinit(&p);
}

/* Whichever allocation fails, the connection closes or goes on, and nothing leaks. */
static void the_nth_allocation_may_fail(void **state)
{
    (void)state;
    for (long n = 0; n < 200; n++) {
        struct peer p;
        struct buf data = {0};

        peer_open(&p, NULL, NULL);
        p.step = 5;
        peer_add_frame(&data, FIN | PING, "ping", 4);
        peer_add_frame(&data, TEXT, "first", 5);
        peer_add_frame(&data, FIN | CONT, "second", 6);
        peer_add_frame(&data, FIN | CLOSE, "\x03\xe8", 2);
        mem_fail_after(n);
        peer_feed(&p, &data);
        mem_fail_after(-1);
        if (p.link->out.failed) {
            buf_clear(&p.link->out);
        }
        sim_run(&p.sim);
        assert_true(p.link->closed);
        assert_int_equal(p.n_closes, 1);
        peer_deinit(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_every_form_of_length_come_up_and_go_down),
        cmocka_unit_test(fragments_with_pings_between_them_are_one_message_at_every_cut),
        cmocka_unit_test(every_ping_is_answered_in_order_with_its_payload),
        cmocka_unit_test(unsolicited_pongs_are_ignored),
        cmocka_unit_test(a_message_may_have_a_prefix),
        cmocka_unit_test(a_violation_is_answered_with_its_code_and_the_end_at_every_cut),
        cmocka_unit_test(an_unmasked_frame_is_a_protocol_error),
        cmocka_unit_test(what_was_valid_before_a_violation_has_been_answered),
        cmocka_unit_test(invalid_text_is_refused_in_the_middle_of_a_frame),
        cmocka_unit_test(code_points_may_be_cut_between_frames_and_need_not_be_characters),
        cmocka_unit_test(an_oversized_message_is_refused_before_its_payload_comes),
        cmocka_unit_test(too_many_fragments_are_against_the_policy),
        cmocka_unit_test(unread_pongs_count_against_the_bound),
        cmocka_unit_test(unfinished_messages_have_a_budget),
        cmocka_unit_test(an_end_within_a_message_gives_its_budget_back),
        cmocka_unit_test(sending_to_a_slow_peer_says_so),
        cmocka_unit_test(a_failed_write_of_a_control_frame_drops_the_link),
        cmocka_unit_test(an_idle_connection_keeps_nothing),
        cmocka_unit_test(the_nth_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
