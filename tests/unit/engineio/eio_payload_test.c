#include "engineio/eio_payload.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* An initializer of struct bytes. */
#define B(literal)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

/* Decodes and writes what came as "4'hello' 4<01 02>", the last word being the error, if any. */
static int describe(struct buf *out, enum eio_payload_form form, struct bytes body)
{
    struct eio_payload_decoder decoder;
    struct eio_packet packet;
    int rc = eio_payload_init(&decoder, form, body);

    if (rc < 0) {
        return rc;
    }
    while ((rc = eio_payload_next(&decoder, &packet)) == 1) {
        buf_printf(out, "%s%d", out->len > 0 ? " " : "", (int)packet.type);
        buf_append_char(out, packet.is_binary ? '<' : '\'');
        for (size_t i = 0; packet.is_binary && i < packet.data.len; i++) {
            buf_printf(out, "%s%02x", i > 0 ? " " : "", packet.data.ptr[i]);
        }
        if (!packet.is_binary) {
            buf_append(out, packet.data.ptr, packet.data.len);
        }
        buf_append_char(out, packet.is_binary ? '>' : '\'');
    }
    if (eio_payload_next(&decoder, &packet) != 0) {
        rc = 1; /* nothing may follow an end or an error */
    }
    eio_payload_deinit(&decoder);
    return rc;
}

struct decoding {
    enum eio_payload_form form;
    struct bytes body;
    int rc;
    const char *packets;
};

static void assert_decodings(const struct decoding *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct buf out = {0};
        int rc = describe(&out, cases[i].form, cases[i].body);

        buf_append_char(&out, '\0');
        if (rc != cases[i].rc || strcmp(out.ptr, cases[i].packets) != 0) {
            fail_msg("row %zu: %d, %s", i, rc, out.ptr);
        }
        buf_deinit(&out);
    }
}

/* engine-io 13, 23 */
static void revision_4_payloads_decode(void **state)
{
    static const struct decoding cases[] = {
        {EIO_PAYLOAD_V4, B("4hello"), 0, "4'hello'"},
        {EIO_PAYLOAD_V4,
         B("4test1\x1e"
           "4test2\x1e"
           "bAQIDBA=="),
         0, "4'test1' 4'test2' 4<01 02 03 04>"},
        {EIO_PAYLOAD_V4, B("4"), 0, "4''"},
        {EIO_PAYLOAD_V4, B("b"), 0, "4<>"},
        {EIO_PAYLOAD_V4, B(""), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V4, B("abc"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V4, B("4a\x1e"), SAILS_EPROTO, "4'a'"},
        {EIO_PAYLOAD_V4,
         B("\x1e"
           "4a"),
         SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V4,
         B("4a\x1e\x1e"
           "4b"),
         SAILS_EPROTO, "4'a'"},
        {EIO_PAYLOAD_V4,
         B("4a\x1e"
           "7b\x1e"
           "4c"),
         SAILS_EPROTO, "4'a'"},
        /* malformed UTF-8 is repaired, not refused */
        {EIO_PAYLOAD_V4,
         B("4\xff"
           "a\xe2\x82"
           "b\xf0\x9f\x98"),
         0,
         "4'\xef\xbf\xbd"
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd'"},
        {EIO_PAYLOAD_V4, B("4\xc0\x80"), 0, "4'\xef\xbf\xbd\xef\xbf\xbd'"},
        {EIO_PAYLOAD_V4, B("4\xed\xa0\x80"), 0, "4'\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd'"},
    };

    (void)state;
    assert_decodings(cases, sizeof(cases) / sizeof(cases[0]));
}

/* engine-io 15, 23 */
static void revision_3_text_payloads_decode(void **state)
{
    static const struct decoding cases[] = {
        {EIO_PAYLOAD_V3_TEXT, B("6:4hello"), 0, "4'hello'"},
        {EIO_PAYLOAD_V3_TEXT, B("2:4\xe2\x82\xac"), 0, "4'\xe2\x82\xac'"},
        {EIO_PAYLOAD_V3_TEXT, B("3:4\xf0\x9f\x98\x80"), 0, "4'\xf0\x9f\x98\x80'"},
        {EIO_PAYLOAD_V3_TEXT, B("6:4hello10:b4AQIDBA=="), 0, "4'hello' 4<01 02 03 04>"},
        {EIO_PAYLOAD_V3_TEXT, B("1:3"), 0, "3''"},
        {EIO_PAYLOAD_V3_TEXT, B("0:"), 0, ""},
        {EIO_PAYLOAD_V3_TEXT, B("0:1:3"), 0, "3''"},
        {EIO_PAYLOAD_V3_TEXT, B("3:4a:2:4b"), 0, "4'a:' 4'b'"},
        {EIO_PAYLOAD_V3_TEXT, B(""), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("abc"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("x:4a"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B(":4a"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("-1:4"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("1.5:4a"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("5:4a"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("1:"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("1:9"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_TEXT, B("6:4hello6"), SAILS_EPROTO, "4'hello'"},
        {EIO_PAYLOAD_V3_TEXT, B("2:4a3:zzz"), SAILS_EPROTO, "4'a'"},
        {EIO_PAYLOAD_V3_TEXT, B("2:4\xf0\x9f\x98\x80"), SAILS_EPROTO, ""}, /* half a pair */
        {EIO_PAYLOAD_V3_TEXT, B("99999999999999999999999:4"), SAILS_EPROTO, ""},
    };

    (void)state;
    assert_decodings(cases, sizeof(cases) / sizeof(cases[0]));
}

/* engine-io 16, 23 */
static void revision_3_binary_payloads_decode(void **state)
{
    static const struct decoding cases[] = {
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x06\xff"
           "4hello\x01\x05\xff\x04\x01\x02\x03\x04"),
         0, "4'hello' 4<01 02 03 04>"},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x04\xff"
           "4\xe2\x82\xac"),
         0, "4'\xe2\x82\xac'"},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x00\x00\x02\xff"
           "4a"),
         0, "4'a'"},
        {EIO_PAYLOAD_V3_BINARY, B("\x07\x02\xff\x04\x09"), 0, "4<09>"}, /* any other marker */
        {EIO_PAYLOAD_V3_BINARY, B(""), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY, B("\x00"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY, B("\x00\x02"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\xff"
           "4"),
         SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x0a\xff"
           "4aaaaaaaaa"),
         SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x03\xff"
           "4a"),
         SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY, B("\x01\x00\xff"), SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x02\xff"
           "4\xff"),
         SAILS_EPROTO, ""},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x04\xff"
           "4\xed\xa0\x80"),
         0, "4'\xef\xbf\xbd'"},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09"
           "\x09\x09\x09\x09\x09\x09\x09\xff"
           "4"),
         SAILS_EPROTO, ""},
    };

    (void)state;
    assert_decodings(cases, sizeof(cases) / sizeof(cases[0]));
}

/* A length has at most 310 digits (engine-io 6.4), were they all zero. */
static void endless_digits_are_refused(void **state)
{
    char body[400] = {0};
    struct buf out = {0};

    (void)state;
    body[312] = (char)0xff;
    assert_int_equal(
        describe(&out, EIO_PAYLOAD_V3_BINARY, (struct bytes){(const uint8_t *)body, sizeof(body)}),
        SAILS_EPROTO);
    buf_deinit(&out);
}

/* Every cut of a good payload gives some of its packets and then an end or an error. */
static void a_payload_that_is_cut_gives_only_what_was_whole(void **state)
{
    static const struct bytes bodies[] = {
        [EIO_PAYLOAD_V4] = B("4hello\x1e"
                             "bAQIDBA==\x1e"
                             "2"),
        [EIO_PAYLOAD_V3_TEXT] = B("6:4hello10:b4AQIDBA==1:2"),
        [EIO_PAYLOAD_V3_BINARY] = B("\x00\x06\xff"
                                    "4hello\x01\x05\xff\x04\x01\x02\x03\x04\x00\x01\xff"
                                    "2"),
    };

    (void)state;
    for (size_t form = 0; form < 3; form++) {
        for (size_t len = 0; len < bodies[form].len; len++) {
            struct buf out = {0};
            int rc =
                describe(&out, (enum eio_payload_form)form, (struct bytes){bodies[form].ptr, len});

            assert_true(rc == 0 || rc == SAILS_EPROTO);
            buf_deinit(&out);
        }
    }
}

static const struct eio_packet hello = {EIO_MESSAGE, false, {(const uint8_t *)"hello", 5}};
static const struct eio_packet euro = {EIO_MESSAGE, false, {(const uint8_t *)"\xe2\x82\xac", 3}};
static const struct eio_packet smile = {
    EIO_MESSAGE, false, {(const uint8_t *)"\xf0\x9f\x98\x80", 4}};
static const struct eio_packet four = {EIO_MESSAGE, true, {(const uint8_t *)"\1\2\3\4", 4}};
static const struct eio_packet nothing = {EIO_MESSAGE, true, {NULL, 0}};
static const struct eio_packet pong = {EIO_PONG, false, {NULL, 0}};

/* engine-io 13, 15, 16 */
static void payloads_encode_as_the_tables_say(void **state)
{
    static const struct {
        enum eio_payload_form form;
        const struct eio_packet *packets[3];
        struct bytes want;
    } cases[] = {
        {EIO_PAYLOAD_V4,
         {&hello, &four, &pong},
         B("4hello\x1e"
           "bAQIDBA==\x1e"
           "3")},
        {EIO_PAYLOAD_V4, {&nothing}, B("b")},
        {EIO_PAYLOAD_V3_TEXT, {&hello}, B("6:4hello")},
        {EIO_PAYLOAD_V3_TEXT,
         {&euro, &smile},
         B("2:4\xe2\x82\xac"
           "3:4\xf0\x9f\x98\x80")},
        {EIO_PAYLOAD_V3_TEXT, {&hello, &four, &pong}, B("6:4hello10:b4AQIDBA==1:3")},
        {EIO_PAYLOAD_V3_BINARY,
         {&hello, &four},
         B("\x00\x06\xff"
           "4hello\x01\x05\xff\x04\x01\x02\x03\x04")},
        {EIO_PAYLOAD_V3_BINARY,
         {&euro},
         B("\x00\x04\xff"
           "4\xe2\x82\xac")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf out = {0};

        for (size_t n = 0; n < 3 && cases[i].packets[n] != NULL; n++) {
            eio_payload_append(&out, cases[i].form, n == 0, cases[i].packets[n]);
        }
        assert_int_equal(out.len, cases[i].want.len);
        assert_memory_equal(out.ptr, cases[i].want.ptr, out.len);
        buf_deinit(&out);
    }
}

static void three_hundred_bytes_have_three_digits(void **state)
{
    uint8_t data[300] = {0};
    struct eio_packet packet = {EIO_MESSAGE, true, {data, sizeof(data)}};
    struct buf out = {0};

    (void)state;
    eio_payload_append(&out, EIO_PAYLOAD_V3_BINARY, true, &packet);
    assert_int_equal(out.len, 306);
    assert_memory_equal(out.ptr, "\x01\x03\x00\x01\xff\x04", 6);
    buf_deinit(&out);
}

static void without_memory_decoding_and_encoding_say_so(void **state)
{
    static const struct decoding cases[] = {
        {EIO_PAYLOAD_V4,
         B("4\xff\x1e"
           "bAQID"),
         0, NULL},
        {EIO_PAYLOAD_V3_TEXT, B("6:b4AQID"), 0, NULL},
        {EIO_PAYLOAD_V3_BINARY,
         B("\x00\x04\xff"
           "4\xed\xa0\x80"),
         0, NULL},
    };
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (long n = 0;; n++) {
            struct eio_payload_decoder decoder;
            struct eio_packet packet;
            int rc = 0;

            mem_fail_after(n);
            rc = eio_payload_init(&decoder, cases[i].form, cases[i].body);
            if (rc == 0) {
                while ((rc = eio_payload_next(&decoder, &packet)) == 1) {
                }
                eio_payload_deinit(&decoder);
            }
            if (mem_has_failed() == 0) {
                assert_int_equal(rc, 0);
                break;
            }
            assert_int_equal(rc, SAILS_ENOMEM);
        }
        mem_fail_after(-1);
    }
    mem_fail_after(0);
    eio_payload_append(&out, EIO_PAYLOAD_V3_BINARY, true, &four);
    mem_fail_after(-1);
    assert_int_equal(buf_error(&out), SAILS_ENOMEM);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revision_4_payloads_decode),
        cmocka_unit_test(revision_3_text_payloads_decode),
        cmocka_unit_test(revision_3_binary_payloads_decode),
        cmocka_unit_test(endless_digits_are_refused),
        cmocka_unit_test(a_payload_that_is_cut_gives_only_what_was_whole),
        cmocka_unit_test(payloads_encode_as_the_tables_say),
        cmocka_unit_test(three_hundred_bytes_have_three_digits),
        cmocka_unit_test(without_memory_decoding_and_encoding_say_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
