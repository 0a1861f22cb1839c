#include "websocket/ws_frame.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* RFC 6455 section 5.7: a masked "Hello". */
static const uint8_t hello[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};

static const struct ws_rules plain_rules = {.max_message = 32};
static const struct ws_rules deflate_rules = {.max_message = 32, .has_deflate = true};

/* What a decoder gave out: payloads behind each other, with a mark where each frame begins. */
struct heard {
    struct buf text;
    int n_frames;
    struct ws_chunk last;
};

static int decode(const struct ws_rules *rules, const uint8_t *data, size_t len, size_t step,
                  struct heard *heard)
{
    struct ws_decoder d = {0};
    int rc = 0;

    *heard = (struct heard){0};
    for (size_t at = 0; at < len && rc == 0; at += step) {
        struct bytes in = {data + at, len - at < step ? len - at : step};
        struct ws_chunk chunk = {0};

        while ((rc = ws_decoder_next(&d, rules, &in, &chunk)) == 1) {
            assert_true(buf_reserve(&heard->text, chunk.masked.len));
            ws_frame_unmask((uint8_t *)heard->text.ptr + heard->text.len, chunk.masked, chunk.mask);
            heard->text.len += chunk.masked.len;
            heard->n_frames += chunk.ends_frame;
            heard->last = chunk;
        }
        assert_int_equal(in.len > 0, rc < 0 && in.len > 0);
    }
    return rc;
}

/* websocket 13: at every cut. */
static void the_rfc_example_decodes_the_same_at_every_cut(void **state)
{
    (void)state;
    for (size_t step = 1; step <= sizeof(hello); step++) {
        struct heard heard;

        assert_int_equal(decode(&plain_rules, hello, sizeof(hello), step, &heard), 0);
        assert_true(str_eq(buf_str(&heard.text), STR("Hello")));
        assert_int_equal(heard.n_frames, 1);
        assert_int_equal(heard.last.opcode, WS_TEXT);
        assert_true(heard.last.fin && heard.last.ends_frame && !heard.last.is_deflated);
        buf_deinit(&heard.text);
    }
}

static void fragments_with_a_ping_between_them_decode_the_same_at_every_cut(void **state)
{
    /* "Hel" + ping "!" + "" + "lo", with masks of zeros, which are legal, and others. */
    static const uint8_t data[] = {
        0x01,    0x83, 0,    0, 0, 0, 'H', 'e',  'l',  0x89, 0x81, 1, 2, 3,       4,
        '!' ^ 1, 0x00, 0x80, 9, 9, 9, 9,   0x80, 0x82, 1,    2,    3, 4, 'l' ^ 1, 'o' ^ 2};

    (void)state;
    for (size_t step = 1; step <= sizeof(data); step++) {
        struct heard heard;

        assert_int_equal(decode(&plain_rules, data, sizeof(data), step, &heard), 0);
        assert_true(str_eq(buf_str(&heard.text), STR("Hel!lo")));
        assert_int_equal(heard.n_frames, 4);
        buf_deinit(&heard.text);
    }
}

/* websocket 7, 8, 9, 10, 12, 30: every MUST of RFC 6455 sections 5.1 to 5.5, and RFC 7692. */
static void a_broken_frame_is_refused_at_every_cut(void **state)
{
    static const struct {
        const char *why;
        bool has_deflate;
        uint8_t data[16];
        size_t len;
        int want;
    } cases[] = {
        {"unmasked", false, {0x81, 0x00}, 2, SAILS_EPROTO},
        {"RSV1", false, {0xc1, 0x80}, 2, SAILS_EPROTO},
        {"RSV2", true, {0xa1, 0x80}, 2, SAILS_EPROTO},
        {"RSV3", true, {0x91, 0x80}, 2, SAILS_EPROTO},
        {"RSV1 on a ping", true, {0xc9, 0x80}, 2, SAILS_EPROTO},
        {"RSV1 on a close", true, {0xc8, 0x80}, 2, SAILS_EPROTO},
        {"RSV1 on a continuation", true, {0x41, 0x80, 0, 0, 0, 0, 0xc0, 0x80}, 8, SAILS_EPROTO},
        {"reserved opcode 3", false, {0x83, 0x80}, 2, SAILS_EPROTO},
        {"reserved opcode 7", false, {0x87, 0x80}, 2, SAILS_EPROTO},
        {"reserved opcode 11", false, {0x8b, 0x80}, 2, SAILS_EPROTO},
        {"reserved opcode 15", false, {0x8f, 0x80}, 2, SAILS_EPROTO},
        {"fragmented ping", false, {0x09, 0x80}, 2, SAILS_EPROTO},
        {"fragmented close", false, {0x08, 0x80}, 2, SAILS_EPROTO},
        {"long ping", false, {0x89, 0xfe}, 2, SAILS_EPROTO},
        {"long pong", false, {0x8a, 0xff}, 2, SAILS_EPROTO},
        {"stray continuation", false, {0x80, 0x80}, 2, SAILS_EPROTO},
        {"stray unfinished continuation", false, {0x00, 0x80}, 2, SAILS_EPROTO},
        {"continuation behind a message",
         false,
         {0x81, 0x80, 0, 0, 0, 0, 0x80, 0x80},
         8,
         SAILS_EPROTO},
        {"text in a message", false, {0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80}, 8, SAILS_EPROTO},
        {"binary in a message", false, {0x02, 0x80, 0, 0, 0, 0, 0x02, 0x80}, 8, SAILS_EPROTO},
        {"most significant bit", false, {0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}, 10, SAILS_EPROTO},
        {"over the limit of 32", false, {0x82, 0xa1}, 2, SAILS_ETOOBIG},
        {"2^40", false, {0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0}, 10, SAILS_ETOOBIG},
        {"2^63 - 1",
         false,
         {0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
         10,
         SAILS_ETOOBIG},
        {"over the limit together",
         false,
         {0x02, 0x81, 0, 0, 0, 0, 'x', 0x80, 0xa0},
         9,
         SAILS_ETOOBIG},
        {"compressed, and far over the limit", true, {0xc2, 0xfe, 0x10, 0}, 4, SAILS_ETOOBIG},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 1; step <= cases[i].len; step++) {
            const struct ws_rules *rules = cases[i].has_deflate ? &deflate_rules : &plain_rules;
            struct heard heard;
            int rc = decode(rules, cases[i].data, cases[i].len, step, &heard);

            if (rc != cases[i].want) {
                fail_msg("%s, step %zu: %d", cases[i].why, step, rc);
            }
            buf_deinit(&heard.text);
            rc = decode(rules, cases[i].data, cases[i].len - 1, step, &heard);
            if (rc != 0) {
                fail_msg("%s, one byte less, step %zu: %d", cases[i].why, step, rc);
            }
            buf_deinit(&heard.text);
        }
    }
}

static void after_an_error_the_decoder_says_nothing_else(void **state)
{
    struct ws_decoder d = {0};
    struct bytes in = {hello, sizeof(hello)};
    struct ws_chunk chunk = {0};

    (void)state;
    d.error = SAILS_EPROTO;
    assert_int_equal(ws_decoder_next(&d, &plain_rules, &in, &chunk), SAILS_EPROTO);
    assert_false(ws_decoder_is_idle(&d));
}

static void control_frames_and_the_messages_before_do_not_count_against_the_limit(void **state)
{
    struct buf data = {0};
    struct heard heard;

    (void)state;
    for (int i = 0; i < 3; i++) {
        static const uint8_t head[] = {0x82, 0xa0, 0, 0, 0, 0};
        static const uint8_t ping[] = {0x89, 0xfd, 0, 0, 0, 0};
        char payload[WS_CONTROL_MAX] = "";

        buf_append(&data, head, sizeof(head));
        buf_append(&data, payload, 32);
        buf_append(&data, ping, sizeof(ping));
        buf_append(&data, payload, sizeof(payload));
    }
    assert_int_equal(decode(&plain_rules, (uint8_t *)data.ptr, data.len, 7, &heard), 0);
    assert_int_equal(heard.n_frames, 6);
    buf_deinit(&heard.text);
    buf_deinit(&data);
}

/* websocket 11: and longer forms than needed are accepted (websocket 2). */
static void every_form_of_length_is_understood(void **state)
{
    static const struct {
        uint8_t head[10];
        size_t head_len;
        size_t payload_len;
    } cases[] = {
        {{0x82, 0xfd}, 2, 125},
        {{0x82, 0xfe, 0x00, 0x7e}, 4, 126},
        {{0x82, 0xfe, 0xff, 0xff}, 4, 65535},
        {{0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0}, 10, 65536},
        {{0x82, 0xfe, 0x00, 0x01}, 4, 1},
        {{0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}, 10, 0},
    };
    struct ws_rules rules = {.max_message = 65536};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf data = {0};
        struct heard heard;

        buf_append(&data, cases[i].head, cases[i].head_len);
        buf_append(&data, "mask", 4);
        for (size_t n = 0; n < cases[i].payload_len; n++) {
            buf_append_char(&data, (char)('a' ^ "mask"[n % 4]));
        }
        assert_int_equal(decode(&rules, (uint8_t *)data.ptr, data.len, 1000, &heard), 0);
        assert_int_equal(heard.n_frames, 1);
        assert_int_equal(heard.text.len, cases[i].payload_len);
        for (size_t n = 0; n < heard.text.len; n++) {
            assert_int_equal(heard.text.ptr[n], 'a');
        }
        buf_deinit(&heard.text);
        buf_deinit(&data);
    }
}

static void unmasking_is_the_same_for_every_length_and_address(void **state)
{
    static const uint8_t mask[4] = {0x12, 0x00, 0xff, 0x80};
    uint8_t in[64];
    uint8_t out[64];

    (void)state;
    for (size_t i = 0; i < sizeof(in); i++) {
        in[i] = (uint8_t)(i * 7);
    }
    for (size_t from = 0; from < 9; from++) {
        for (size_t len = 0; len <= sizeof(in) - from; len++) {
            memset(out, 0xaa, sizeof(out));
            ws_frame_unmask(out + from, (struct bytes){in + from, len}, mask);
            for (size_t i = 0; i < sizeof(out); i++) {
                uint8_t want =
                    i >= from && i < from + len ? (uint8_t)(in[i] ^ mask[(i - from) % 4]) : 0xaa;

                assert_int_equal(out[i], want);
            }
        }
    }
}

/* websocket 11, 23. */
static void heads_are_unmasked_and_as_short_as_can_be(void **state)
{
    static const struct {
        size_t payload_len;
        enum ws_opcode opcode;
        bool is_deflated;
        uint8_t head[WS_HEAD_MAX];
        size_t head_len;
    } cases[] = {
        {0, WS_TEXT, false, {0x81, 0x00}, 2},
        {125, WS_BINARY, false, {0x82, 0x7d}, 2},
        {126, WS_TEXT, true, {0xc1, 0x7e, 0x00, 0x7e}, 4},
        {65535, WS_TEXT, false, {0x81, 0x7e, 0xff, 0xff}, 4},
        {65536, WS_TEXT, false, {0x81, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}, 10},
        {2, WS_CLOSE, false, {0x88, 0x02}, 2},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t head[WS_HEAD_MAX] = {0};

        assert_int_equal(
            ws_frame_write_head(head, cases[i].opcode, cases[i].is_deflated, cases[i].payload_len),
            cases[i].head_len);
        assert_int_equal(ws_frame_head_len(cases[i].payload_len), cases[i].head_len);
        assert_memory_equal(head, cases[i].head, cases[i].head_len);
    }
}

static void a_frame_is_its_head_its_prefix_and_its_payload(void **state)
{
    struct shared *frame =
        ws_frame_create(WS_TEXT, false, str_bytes(STR("4")), str_bytes(STR("hey")));

    (void)state;
    assert_int_equal(frame->len, 6);
    assert_memory_equal(frame->data,
                        "\x81\x04"
                        "4hey",
                        6);
    shared_release(frame);

    frame = ws_frame_create(WS_BINARY, true, (struct bytes){0}, (struct bytes){0});
    assert_int_equal(frame->len, 2);
    assert_memory_equal(frame->data, "\xc2\x00", 2);
    shared_release(frame);

    assert_null(ws_frame_create(WS_TEXT, false, (struct bytes){(const uint8_t *)"", 1},
                                (struct bytes){(const uint8_t *)"", SIZE_MAX}));
    mem_fail_after(0);
    assert_null(ws_frame_create(WS_TEXT, false, (struct bytes){0}, (struct bytes){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rfc_example_decodes_the_same_at_every_cut),
        cmocka_unit_test(fragments_with_a_ping_between_them_decode_the_same_at_every_cut),
        cmocka_unit_test(a_broken_frame_is_refused_at_every_cut),
        cmocka_unit_test(after_an_error_the_decoder_says_nothing_else),
        cmocka_unit_test(control_frames_and_the_messages_before_do_not_count_against_the_limit),
        cmocka_unit_test(every_form_of_length_is_understood),
        cmocka_unit_test(unmasking_is_the_same_for_every_length_and_address),
        cmocka_unit_test(heads_are_unmasked_and_as_short_as_can_be),
        cmocka_unit_test(a_frame_is_its_head_its_prefix_and_its_payload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
