/*
 * The case groups 12 and 13 of the Autobahn test suite (websocket 9): offers are negotiated, and
 * messages of several kinds and sizes go both ways, compressed, in fragments of several lengths.
 */
#include "base/mem.h"
#include "unit/websocket/ws_peer.h"

enum {
    LEN_MAX = 128 * 1024,
    ROUNDS = 6 /* of each case; contexts fill and slide in far fewer than the suite's 1000 */
};

/* What the five data sets of the suite are like, for a compressor. */
enum sample {
    JSON_TEXT,
    BITMAP,
    PROSE_AS_BINARY,
    HTML_TEXT,
    NOISE, /* a PDF is compressed already */
    N_SAMPLES
};

static bool is_text(enum sample sample)
{
    return sample == JSON_TEXT || sample == HTML_TEXT;
}

static void append_line(struct buf *out, enum sample sample, uint32_t n)
{
    static const char *const words[] = {"Habe", "nun",     "ach",    "Philosophie", "Juristerei",
                                        "und",  "Medizin", "leider", "auch",        "Theologie"};

    switch (sample) {
    case JSON_TEXT:
        buf_printf(out, "{\"id\":%u,\"name\":\"user %u\",\"tags\":[\"a\",\"b\"],\"on\":%s},", n,
                   n * 7919 % 1000, n % 3 == 0 ? "true" : "false");
        break;
    case BITMAP:
        for (uint32_t i = 0; i < 64; i++) {
            buf_append_char(out, (char)((i / 8 + n / 4) % 5 * 51));
        }
        break;
    case PROSE_AS_BINARY:
        buf_printf(out, "%s %s ", words[n * 7 % 10], words[n / 10 % 10]);
        break;
    case HTML_TEXT:
        buf_printf(out, "<li class=\"item\"><a href=\"/p/%u\">caf\xc3\xa9 %u</a></li>\n", n,
                   n * 31 % 97);
        break;
    case NOISE:
    case N_SAMPLES:
        for (uint32_t i = 0; i < 32; i++) {
            n = n * 1664525 + 1013904223;
            buf_append_char(out, (char)(n >> 24));
        }
        break;
    }
}

static void make_sample(enum sample sample, struct buf *out)
{
    for (uint32_t n = 1; out->len < LEN_MAX + 16; n++) {
        append_line(out, sample, sample == NOISE ? n * 2654435761U : n);
    }
}

/* The message in frames of at most `fragment` compressed bytes (0: in one). */
static void say_fragmented(struct peer *p, unsigned opcode, struct str message, size_t fragment)
{
    struct buf deflated = {0};
    struct buf frames = {0};
    size_t at = 0;

    peer_deflate(p, message.ptr, message.len, &deflated);
    do {
        size_t rest = deflated.len - at;
        size_t n = fragment > 0 && fragment < rest ? fragment : rest;

        peer_add_frame(&frames, (n == rest ? FIN : 0U) | (at == 0 ? RSV1 | opcode : CONT),
                       deflated.ptr + at, n);
        at += n;
    } while (at < deflated.len);
    buf_deinit(&deflated);
    peer_feed(p, &frames);
}

static void assert_echoed(struct peer *p, unsigned opcode, struct str message)
{
    struct buf plain = {0};
    struct peer_frame frame = {0};
    size_t at = 0;

    assert_int_equal(p->message.len, message.len);
    assert_memory_equal(p->message.ptr, message.ptr, message.len);
    assert_true(peer_next_frame(&p->link->out, &at, &frame));
    assert_int_equal(at, p->link->out.len);
    assert_int_equal(frame.first, FIN | RSV1 | opcode);
    peer_inflate(p, frame.payload, &plain);
    assert_int_equal(plain.len, message.len);
    assert_memory_equal(plain.ptr, message.ptr, message.len);
    buf_deinit(&plain);
    buf_clear(&p->link->out);
}

/* A length that cuts no character in two. */
static size_t whole_characters(const struct buf *data, size_t from, size_t len)
{
    while (((uint8_t)data->ptr[from + len] & 0xc0) == 0x80) {
        len--;
    }
    return len;
}

static void play(const char *offer, enum sample sample, const struct buf *data, size_t len,
                 size_t fragment)
{
    struct ws_options options = ws_default_options;
    struct ws_deflate_params params = {0};
    unsigned opcode = is_text(sample) ? TEXT : BINARY;
    struct peer p;

    options.deflate = true;
    options.deflate_options.threshold = 0;
    options.max_fragments = 0;
    assert_true(ws_offer_accept(str_from(offer), &options.deflate_options, &params));
    peer_open(&p, &options, &params);
    p.step = 4096;
    for (int round = 0; round < ROUNDS; round++) {
        struct str message = {data->ptr, whole_characters(data, 0, len)};

        if (params.client_no_context_takeover) {
            deflateReset(&p.deflater);
        }
        say_fragmented(&p, opcode, message, fragment);
        assert_int_equal(p.n_messages, round + 1);
        assert_echoed(&p, opcode, message);
    }
    peer_deinit(&p);
}

static const struct {
    size_t len;
    size_t fragment;
} sizes[] = {
    {16, 0},
    {64, 0},
    {256, 0},
    {1024, 0},
    {4096, 0},
    {8192, 0},
    {16384, 0},
    {32768, 0},
    {65536, 0},
    {128 * 1024, 0},
    {8192, 256},
    {16384, 256},
    {32768, 256},
    {65536, 256},
    {128 * 1024, 256},
    {128 * 1024, 1024},
    {128 * 1024, 4096},
    {128 * 1024, 32768},
};

/* websocket 32: cases 12.1.1 to 12.5.18. */
static void all_kinds_of_data_in_all_sizes_with_the_plain_offer(void **state)
{
    (void)state;
    for (enum sample sample = JSON_TEXT; sample < N_SAMPLES; sample++) {
        struct buf data = {0};

        make_sample(sample, &data);
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            play("permessage-deflate; client_max_window_bits", sample, &data, sizes[i].len,
                 sizes[i].fragment);
        }
        buf_deinit(&data);
    }
}

#define HINTS "; client_no_context_takeover; client_max_window_bits"

/* websocket 32: cases 13.1.1 to 13.7.18. */
static void json_in_all_sizes_with_every_offer(void **state)
{
    static const char *const offers[] = {
        "permessage-deflate" HINTS,
        "permessage-deflate; server_no_context_takeover" HINTS,
        "permessage-deflate; server_max_window_bits=9" HINTS,
        "permessage-deflate; server_max_window_bits=15" HINTS,
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=9" HINTS,
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=15" HINTS,
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=9" HINTS
        ", permessage-deflate; server_no_context_takeover" HINTS ", permessage-deflate" HINTS,
    };
    struct buf data = {0};

    (void)state;
    make_sample(JSON_TEXT, &data);
    for (size_t offer = 0; offer < ARRAY_LEN(offers); offer++) {
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            play(offers[offer], JSON_TEXT, &data, sizes[i].len, sizes[i].fragment);
        }
    }
    buf_deinit(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_of_data_in_all_sizes_with_the_plain_offer),
        cmocka_unit_test(json_in_all_sizes_with_every_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
