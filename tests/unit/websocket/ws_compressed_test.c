/* A connection on which permessage-deflate was agreed upon. */
#include "base/mem.h"
#include "unit/websocket/ws_peer.h"
#include "websocket/ws_intake.h"

/* A server that compresses everything. */
static void open_compressed(struct peer *p, struct ws_deflate_params params)
{
    struct ws_options options = ws_default_options;

    options.deflate = true;
    options.deflate_options.threshold = 0;
    params.is_agreed = true;
    peer_open(p, &options, &params);
}

static const struct ws_deflate_params by_default = {0};

/* websocket 26, 27. */
static void compressed_messages_are_echoed_with_every_agreement_at_every_cut(void **state)
{
    static const struct ws_deflate_params params[] = {
        {0},
        {.server_no_context_takeover = true},
        {.client_no_context_takeover = true},
        {.server_window_bits = 9, .client_window_bits = 9},
        {.server_window_bits = 8, .client_window_bits = 8},
        {.server_window_bits = 15, .client_no_context_takeover = true, .client_window_bits = 10},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(params); i++) {
        for (size_t step = 0; step < 40; step++) {
            struct peer p;

            open_compressed(&p, params[i]);
            p.step = step;
            for (int n = 0; n < 3; n++) {
                if (params[i].client_no_context_takeover) {
                    deflateReset(&p.deflater);
                }
                peer_say_deflated(&p, TEXT, "the same text, the same text");
                assert_string_equal(peer_hear(&p), "deflated text(the same text, the same text) ");
            }
            assert_null(p.ws.intake);
            peer_deinit(&p);
        }
    }
}

/* websocket 27: without the client's context a connection needs no inflater of its own. */
static void an_inflater_stays_only_where_the_client_takes_its_context_over(void **state)
{
    struct peer p;

    (void)state;
    open_compressed(&p, by_default);
    assert_null(p.ws.inflater);
    peer_say_deflated(&p, TEXT, "x");
    assert_non_null(p.ws.inflater);
    peer_deinit(&p);

    open_compressed(&p, (struct ws_deflate_params){.client_no_context_takeover = true});
    peer_say_deflated(&p, TEXT, "x");
    assert_null(p.ws.inflater);
    assert_non_null(p.service.spare_inflater);
    peer_say_deflated(&p, TEXT, "x");
    assert_null(p.ws.inflater);
    peer_deinit(&p);
}

/* websocket 26: RSV1 is on the first frame only, wherever the compressed bytes are cut. */
static void a_compressed_message_may_be_fragmented_anywhere(void **state)
{
    static const char text[] = "caf\xc3\xa9, caf\xc3\xa9, caf\xc3\xa9";

    (void)state;
    for (size_t cut = 0; cut < 24; cut++) {
        struct peer p;
        struct buf deflated = {0};

        open_compressed(&p, by_default);
        peer_deflate(&p, text, sizeof(text) - 1, &deflated);
        if (cut <= deflated.len) {
            peer_say_bytes(&p, RSV1 | TEXT, deflated.ptr, cut);
            peer_say(&p, FIN | PING, "between");
            peer_say(&p, CONT, "");
            peer_say_bytes(&p, FIN | CONT, deflated.ptr + cut, deflated.len - cut);
            assert_string_equal(peer_hear(&p), "pong(between) deflated text(caf\xc3\xa9, "
                                               "caf\xc3\xa9, caf\xc3\xa9) ");
        }
        buf_deinit(&deflated);
        peer_deinit(&p);
    }
}

/* websocket 28. */
static void plain_messages_between_do_not_disturb_the_context(void **state)
{
    struct peer p;

    (void)state;
    open_compressed(&p, by_default);
    peer_say_deflated(&p, TEXT, "first, first");
    peer_say(&p, FIN | TEXT, "plain, plain");
    peer_say(&p, BINARY, "pl");
    peer_say(&p, FIN | CONT, "ain");
    peer_say_deflated(&p, BINARY, "first, first, second");
    assert_string_equal(peer_hear(&p), "deflated text(first, first) deflated text(plain, plain) "
                                       "deflated binary(plain) "
                                       "deflated binary(first, first, second) ");
    peer_deinit(&p);
}

/* websocket 33. */
static void empty_compressed_messages_round_trip(void **state)
{
    struct peer p;

    (void)state;
    open_compressed(&p, by_default);
    peer_say_bytes(&p, FIN | RSV1 | TEXT, "\x00", 1);
    peer_say_bytes(&p, FIN | RSV1 | TEXT, "", 0);
    peer_say_deflated(&p, TEXT, "not empty");
    peer_say_bytes(&p, RSV1 | BINARY, "", 0);
    peer_say_bytes(&p, FIN | CONT, "", 0);
    peer_say_deflated(&p, TEXT, "not empty");
    assert_string_equal(peer_hear(&p), "deflated text() deflated text() deflated text(not empty) "
                                       "deflated binary() deflated text(not empty) ");
    peer_deinit(&p);
}

/* RFC 7692 section 7.2.3.4: with BFINAL a message ends the stream, and the next begins one. */
static void a_final_block_is_followed_by_a_fresh_stream(void **state)
{
    static const uint8_t with_tail[] = {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00};
    struct peer p;

    (void)state;
    open_compressed(&p, by_default);
    for (size_t len = sizeof(with_tail) - 1; len <= sizeof(with_tail); len++) {
        peer_say_bytes(&p, FIN | RSV1 | TEXT, with_tail, len);
        peer_say_bytes(&p, FIN | RSV1 | TEXT, with_tail, len);
        assert_string_equal(peer_hear(&p), "deflated text(Hello) deflated text(Hello) ");
    }
    peer_say_deflated(&p, TEXT, "Hello");
    assert_string_equal(peer_hear(&p), "deflated text(Hello) ");
    peer_deinit(&p);
}

/* websocket 29. */
static void a_bomb_is_refused_with_1009(void **state)
{
    struct ws_options options = ws_default_options;
    struct ws_deflate_params params = {.is_agreed = true};
    static char zeros[100000];
    struct buf deflated = {0};
    struct peer p;

    (void)state;
    options.max_message = 5000;
    peer_open(&p, &options, &params);
    peer_deflate(&p, zeros, sizeof(zeros), &deflated);
    assert_true(deflated.len < 150);
    peer_say_bytes(&p, FIN | RSV1 | BINARY, deflated.ptr, deflated.len);
    assert_string_equal(peer_hear(&p), "close(1009) end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1009);
    assert_int_equal(p.err, SAILS_ETOOBIG);
    assert_int_equal(p.n_messages, 0);
    buf_deinit(&deflated);
    peer_deinit(&p);
}

static void a_message_of_exactly_the_limit_is_good(void **state)
{
    struct ws_options options = ws_default_options;
    struct ws_deflate_params params = {.is_agreed = true};
    char text[101];
    struct peer p;

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char)(33 + i * 61 % 93); /* hardly compressible */
    }
    text[100] = '\0';
    options.max_message = 100;
    peer_open(&p, &options, &params);
    peer_say_deflated(&p, BINARY, text);
    assert_int_equal(p.n_messages, 1);
    assert_int_equal(p.message.len, 100);
    peer_deinit(&p);
}

/* websocket 29. */
static void corrupt_data_is_refused_with_1007(void **state)
{
    struct peer p;

    (void)state;
    open_compressed(&p, by_default);
    peer_say(&p, FIN | RSV1 | TEXT, "\x06 this is no deflate data");
    assert_string_equal(peer_hear(&p), "close(1007) end");
    sim_run(&p.sim);
    assert_int_equal(p.code, 1007);
    assert_int_equal(p.err, SAILS_EDEFLATE);
    peer_deinit(&p);
}

/* websocket 16: the check is for what comes out, and it, too, is fast to fail. */
static void inflated_text_must_be_utf8(void **state)
{
    struct buf deflated = {0};
    struct peer p;

    (void)state;
    open_compressed(&p, by_default);
    peer_say_deflated(&p, BINARY, "bytes \xff\xfe may be anything");
    assert_string_equal(peer_hear(&p), "deflated binary(bytes \xff\xfe may be anything) ");
    peer_deflate(&p, "no text \xff", 9, &deflated);
    peer_say_bytes(&p, RSV1 | TEXT, deflated.ptr, deflated.len);
    assert_string_equal(peer_hear(&p), "close(1007) end");
    sim_run(&p.sim);
    assert_int_equal(p.err, SAILS_EUTF8);
    buf_deinit(&deflated);
    peer_deinit(&p);

    open_compressed(&p, by_default);
    peer_say_deflated(&p, TEXT, "incomplete \xe2\x82");
    assert_string_equal(peer_hear(&p), "close(1007) end");
    peer_deinit(&p);
}

/* websocket 30. */
static void rsv1_belongs_on_the_first_frame_of_a_message_only(void **state)
{
    static const unsigned firsts[] = {FIN | RSV1 | PING, FIN | RSV1 | PONG, FIN | RSV1 | CLOSE,
                                      FIN | RSV1 | CONT, FIN | RSV1 | TEXT | 0x20};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
        struct peer p;

        open_compressed(&p, by_default);
        if ((firsts[i] & 0xf) == CONT) {
            peer_say_bytes(&p, RSV1 | TEXT, "", 0);
        }
        peer_say_bytes(&p, firsts[i], "", 0);
        assert_string_equal(peer_hear(&p), "close(1002) end");
        peer_deinit(&p);
    }
}

static void short_messages_and_those_that_must_not_be_are_not_compressed(void **state)
{
    struct ws_options options = ws_default_options;
    struct ws_deflate_params params = {.is_agreed = true};
    static char text[1025];
    struct peer p;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    peer_open(&p, &options, &params);
    peer_say_bytes(&p, FIN | TEXT, text, 1023);
    peer_say_bytes(&p, FIN | TEXT, text, 1024);
    p.may_compress = false;
    peer_say_bytes(&p, FIN | TEXT, text, 1024);
    assert_string_equal(peer_hear(&p),
                        "text(1023 bytes) deflated text(1024 bytes) text(1024 bytes) ");
    peer_deinit(&p);

    peer_open(&p, &options, NULL); /* nothing was agreed upon */
    peer_say_bytes(&p, FIN | TEXT, text, 1024);
    assert_string_equal(peer_hear(&p), "text(1024 bytes) ");
    peer_deinit(&p);
}

static void one_message_is_compressed_once_for_all_and_anew_for_small_windows(void **state)
{
    struct ws_message *m =
        ws_message_create(false, (struct bytes){0}, str_bytes(STR("to all, to all, to all")), true);
    struct peer p[3];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        open_compressed(&p[i], (struct ws_deflate_params){.server_window_bits = i == 2 ? 9 : 0});
        assert_int_equal(ws_conn_send(&p[i].ws, m), 0);
        assert_string_equal(peer_hear(&p[i]), "deflated text(to all, to all, to all) ");
    }
    assert_non_null(p[0].service.deflaters[15]);
    assert_non_null(p[2].service.deflaters[9]);
    ws_message_release(m);
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        peer_deinit(&p[i]);
    }
}

/* Without memory a message goes out plain, or the connection closes; nothing leaks. */
static void the_nth_allocation_may_fail(void **state)
{
    (void)state;
    for (long n = 0; n < 150; n++) {
        struct peer p;
        struct buf data = {0};

        open_compressed(&p, (struct ws_deflate_params){.client_no_context_takeover = n % 2 != 0});
        p.step = 5;
        for (int i = 0; i < 2; i++) {
            struct buf deflated = {0};

            deflateReset(&p.deflater);
            peer_deflate(&p, "a message, a message", 20, &deflated);
            peer_add_frame(&data, FIN | RSV1 | TEXT, deflated.ptr, deflated.len);
            buf_deinit(&deflated);
        }
        mem_fail_after(n);
        peer_feed(&p, &data);
        mem_fail_after(-1);
        assert_true(p.n_messages == 2 || p.link->ended || p.link->aborted);
        if (!p.link->out.failed && p.n_messages == 2) {
            peer_hear(&p);
        }
        peer_deinit(&p);
        assert_int_equal(p.n_closes, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compressed_messages_are_echoed_with_every_agreement_at_every_cut),
        cmocka_unit_test(an_inflater_stays_only_where_the_client_takes_its_context_over),
        cmocka_unit_test(a_compressed_message_may_be_fragmented_anywhere),
        cmocka_unit_test(plain_messages_between_do_not_disturb_the_context),
        cmocka_unit_test(empty_compressed_messages_round_trip),
        cmocka_unit_test(a_final_block_is_followed_by_a_fresh_stream),
        cmocka_unit_test(a_bomb_is_refused_with_1009),
        cmocka_unit_test(a_message_of_exactly_the_limit_is_good),
        cmocka_unit_test(corrupt_data_is_refused_with_1007),
        cmocka_unit_test(inflated_text_must_be_utf8),
        cmocka_unit_test(rsv1_belongs_on_the_first_frame_of_a_message_only),
        cmocka_unit_test(short_messages_and_those_that_must_not_be_are_not_compressed),
        cmocka_unit_test(one_message_is_compressed_once_for_all_and_anew_for_small_windows),
        cmocka_unit_test(the_nth_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
