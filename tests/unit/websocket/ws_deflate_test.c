/* Deflater, inflater and shared messages, each for itself and back to back. */
#include "websocket/ws_deflate.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "websocket/ws_frame.h"
#include "websocket/ws_inflate.h"
#include "websocket/ws_message.h"

#include <pthread.h>
#include <sails/err.h>

static struct bytes bytes_of(const char *text)
{
    return str_bytes(str_from(text));
}

/* The payload of a short or long frame. */
static struct bytes payload_of(const struct shared *frame)
{
    size_t head = frame->data[1] < 126 ? 2 : frame->data[1] == 126 ? 4 : 10;

    return bytes_from_offset(shared_bytes(frame), head);
}

/* Inflates one message in pieces of `step`. */
static int inflate_message(struct ws_inflater *inflater, struct bytes in, size_t step, size_t max,
                           struct buf *out)
{
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < in.len; at += step) {
        size_t n = in.len - at < step ? in.len - at : step;

        rc = ws_inflater_feed(inflater, (struct bytes){in.ptr + at, n}, out, max);
    }
    return rc == 0 ? ws_inflater_finish(inflater, out, max) : rc;
}

static void assert_inflates(struct ws_inflater *inflater, struct bytes in, const char *want)
{
    struct buf out = {0};

    assert_int_equal(inflate_message(inflater, in, in.len + 1, 1000, &out), 0);
    assert_true(str_eq(buf_str(&out), str_from(want)));
    buf_deinit(&out);
}

#define BYTES(...)                                                                                 \
    (struct bytes)                                                                                 \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }

/* websocket 26, 27: RFC 7692 section 7.2.3. */
static void the_examples_of_the_rfc_inflate(void **state)
{
    struct ws_inflater *inflater = ws_inflater_create(15);

    (void)state;
    /* 7.2.3.1 one block; 7.2.3.2 the same again, by the context; 7.2.3.3 not compressed;
     * 7.2.3.4 a final block; 7.2.3.5 two blocks. */
    assert_inflates(inflater, BYTES(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), "Hello");
    assert_inflates(inflater, BYTES(0xf2, 0x00, 0x11, 0x00, 0x00), "Hello");
    assert_inflates(
        inflater, BYTES(0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00), "Hello");
    assert_inflates(inflater, BYTES(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00), "Hello");
    assert_inflates(
        inflater,
        BYTES(0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00),
        "Hello");
    ws_inflater_destroy(inflater);
}

/* websocket 33. */
static void empty_messages_are_empty_in_every_form(void **state)
{
    struct ws_inflater *inflater = ws_inflater_create(15);

    (void)state;
    assert_inflates(inflater, BYTES(0x00), "");
    assert_inflates(inflater, (struct bytes){0}, "");
    assert_inflates(inflater, BYTES(0x02, 0x00), "");
    assert_inflates(inflater, BYTES(0x03, 0x00), ""); /* final, and nothing behind it */
    assert_inflates(inflater, BYTES(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), "Hello");
    assert_inflates(inflater, BYTES(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), "Hello");
    ws_inflater_destroy(inflater);
}

/* websocket 29. */
static void corrupt_data_is_told_at_every_cut(void **state)
{
    static const struct {
        const char *why;
        struct bytes data;
    } cases[] = {
        {"block type 3", {(const uint8_t *)"\x06\x00", 2}},
        {"lengths that do not match", {(const uint8_t *)"\x00\x05\x00\x00\x00Hello\x00", 11}},
        {"a distance before the beginning", {(const uint8_t *)"\xf2\x00\x11\x00\x00", 5}},
        {"the middle of a block", {(const uint8_t *)"\xf2\x48\xcd", 3}},
        {"random bytes", {(const uint8_t *)"\xff\xfe\xfd\xfc\xfb\xfa", 6}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t step = 1; step <= cases[i].data.len; step++) {
            struct ws_inflater *inflater = ws_inflater_create(15);
            struct buf out = {0};
            int rc = inflate_message(inflater, cases[i].data, step, 1000, &out);

            if (rc != SAILS_EDEFLATE) {
                fail_msg("%s, step %zu: %d", cases[i].why, step, rc);
            }
            buf_deinit(&out);
            ws_inflater_destroy(inflater);
        }
    }
}

/* websocket 29. */
static void a_bomb_is_stopped_at_the_limit(void **state)
{
    struct ws_deflater *deflater = ws_deflater_create(&ws_default_deflate_options, 15);
    struct ws_inflater *inflater = ws_inflater_create(15);
    size_t len = 4 * 1024 * 1024;
    uint8_t *zeros = mem_calloc(1, len);
    struct shared *frame = ws_deflater_frame(deflater, true, (struct bytes){zeros, len});
    struct buf out = {0};

    (void)state;
    assert_true(frame->len < 8192);
    assert_int_equal(inflate_message(inflater, payload_of(frame), 100, 5000, &out), SAILS_ETOOBIG);
    assert_true(out.cap <= 16 * 1024);

    /* The limit itself is allowed. */
    ws_inflater_reset(inflater);
    buf_clear(&out);
    assert_int_equal(inflate_message(inflater, payload_of(frame), 100, len - 1, &out),
                     SAILS_ETOOBIG);
    ws_inflater_reset(inflater);
    buf_clear(&out);
    assert_int_equal(inflate_message(inflater, payload_of(frame), 100, len, &out), 0);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.ptr, zeros, len);

    buf_deinit(&out);
    shared_release(frame);
    mem_free(zeros);
    ws_inflater_destroy(inflater);
    ws_deflater_destroy(deflater);
}

/* Text that repeats itself at every distance, and noise between. */
static void fill_sample(uint8_t *out, size_t len)
{
    uint32_t noise = 12345;

    for (size_t i = 0; i < len; i++) {
        noise = noise * 1103515245 + 12345;
        out[i] = i % 97 < 60 || i < 300 ? (uint8_t)('a' + (noise >> 16) % 26) : out[i - 251];
    }
}

/* websocket 26, 27: and for every window (RFC 7692 section 7.1.2.1). */
static void what_a_deflater_makes_inflates_with_its_window_at_every_length(void **state)
{
    static const size_t lens[] = {0, 1, 2, 100, 1000, 5000, 40000, 300000};
    uint8_t *sample = mem_alloc(300000);

    (void)state;
    fill_sample(sample, 300000);
    for (unsigned bits = WS_WINDOW_BITS_MIN; bits <= WS_WINDOW_BITS_MAX; bits++) {
        struct ws_deflater *deflater = ws_deflater_create(&ws_default_deflate_options, bits);
        struct ws_inflater *inflater = ws_inflater_create(bits);

        for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
            struct bytes in = {sample, lens[i]};
            struct shared *frame = ws_deflater_frame(deflater, i % 2 == 0, in);
            struct bytes payload = payload_of(frame);
            struct buf out = {0};

            assert_int_equal(frame->data[0], 0x80 | 0x40 | (i % 2 == 0 ? WS_BINARY : WS_TEXT));
            assert_true(payload.len > 0);
            assert_false(payload.len >= 4 &&
                         memcmp(payload.ptr + payload.len - 4, "\x00\x00\xff\xff", 4) == 0);
            assert_int_equal(inflate_message(inflater, payload, 1 + i * 333, lens[i], &out), 0);
            assert_int_equal(out.len, lens[i]);
            if (lens[i] > 0) {
                assert_memory_equal(out.ptr, sample, lens[i]);
            }
            buf_deinit(&out);
            shared_release(frame);
        }
        ws_inflater_destroy(inflater);
        ws_deflater_destroy(deflater);
    }
    mem_free(sample);
}

static void each_message_is_compressed_from_a_fresh_start(void **state)
{
    struct ws_deflater *deflater = ws_deflater_create(&ws_default_deflate_options, 15);
    struct shared *first = ws_deflater_frame(deflater, false, bytes_of("the same, the same"));
    struct shared *second = ws_deflater_frame(deflater, false, bytes_of("the same, the same"));

    (void)state;
    assert_int_equal(first->len, second->len);
    assert_memory_equal(first->data, second->data, first->len);
    shared_release(first);
    shared_release(second);
    ws_deflater_destroy(deflater);
}

static void the_nth_allocation_may_fail(void **state)
{
    struct bytes hello = BYTES(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
    long n = 0;

    (void)state;
    for (bool is_done = false; !is_done; n++) {
        struct ws_deflater *deflater = NULL;
        struct ws_inflater *inflater = NULL;
        struct ws_message *message = NULL;
        struct buf out = {0};

        mem_fail_after(n);
        deflater = ws_deflater_create(&ws_default_deflate_options, 9);
        message = ws_message_create(true, (struct bytes){0}, bytes_of("message"), true);
        inflater = ws_inflater_create(15);
        if (deflater != NULL && message != NULL) {
            ws_message_deflated(message, deflater);
        }
        if (inflater != NULL) {
            inflate_message(inflater, hello, 1, 100, &out);
        }
        mem_fail_after(-1);
        is_done = message != NULL && atomic_load(&message->deflated) != NULL && out.len == 5;
        ws_message_release(message);
        ws_inflater_destroy(inflater);
        ws_deflater_destroy(deflater);
        buf_deinit(&out);
        assert_true(n < 100);
    }
    assert_true(n > 5);
}

/* ---- messages ---- */

static void a_message_is_compressed_once(void **state)
{
    struct ws_deflater *deflater = ws_deflater_create(&ws_default_deflate_options, 15);
    struct ws_message *m = ws_message_create(false, bytes_of("4"), bytes_of("Hello Hello"), true);
    struct shared *frame = ws_message_deflated(m, deflater);

    (void)state;
    assert_ptr_equal(ws_message_deflated(m, deflater), frame);
    assert_int_equal(atomic_load(&frame->refs), 1);
    assert_true(str_eq(bytes_str(ws_message_payload(m)), STR("4Hello Hello")));
    assert_memory_equal(m->frame->data,
                        "\x81\x0c"
                        "4Hello",
                        8);
    assert_ptr_equal(ws_message_retain(m), m);
    ws_message_release(m);
    ws_message_release(m);
    ws_message_release(NULL);
    ws_deflater_destroy(deflater);
}

enum {
    N_THREADS = 4
};

struct race {
    struct ws_message *message;
    struct shared *seen;
};

static void *deflate_in_thread(void *arg)
{
    struct race *race = arg;
    struct ws_deflater *deflater = ws_deflater_create(&ws_default_deflate_options, 15);

    race->seen = ws_message_deflated(race->message, deflater);
    ws_deflater_destroy(deflater);
    ws_message_release(race->message);
    return NULL;
}

static void workers_that_compress_at_once_agree_on_one_form(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct ws_message *m = ws_message_create(true, (struct bytes){0}, bytes_of("aaaa"), true);
        struct race races[N_THREADS];
        pthread_t threads[N_THREADS];

        for (int i = 0; i < N_THREADS; i++) {
            races[i] = (struct race){.message = ws_message_retain(m)};
            assert_int_equal(pthread_create(&threads[i], NULL, deflate_in_thread, &races[i]), 0);
        }
        for (int i = 0; i < N_THREADS; i++) {
            pthread_join(threads[i], NULL);
            assert_ptr_equal(races[i].seen, races[0].seen);
        }
        ws_message_release(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc_inflate),
        cmocka_unit_test(empty_messages_are_empty_in_every_form),
        cmocka_unit_test(corrupt_data_is_told_at_every_cut),
        cmocka_unit_test(a_bomb_is_stopped_at_the_limit),
        cmocka_unit_test(what_a_deflater_makes_inflates_with_its_window_at_every_length),
        cmocka_unit_test(each_message_is_compressed_from_a_fresh_start),
        cmocka_unit_test(the_nth_allocation_may_fail),
        cmocka_unit_test(a_message_is_compressed_once),
        cmocka_unit_test(workers_that_compress_at_once_agree_on_one_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
