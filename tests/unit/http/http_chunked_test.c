#include "http/http_chunked.h"

#include "base/buf.h"
#include "base/macros.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* Decodes in pieces of `step` bytes; 0 and the body in *out, 1: not complete, or the error. */
static int decode(struct str text, size_t step, struct buf *out, size_t *used)
{
    struct http_chunked c = {0};

    *used = 0;
    while (*used < text.len && c.state != HTTP_CHUNKED_END) {
        size_t left = text.len - *used;
        struct bytes in = {(const uint8_t *)text.ptr + *used, left < step ? left : step};
        struct bytes piece = {0};
        size_t before = in.len;
        int rc = http_chunked_next(&c, &in, &piece);

        if (rc < 0) {
            return rc;
        }
        assert_true(in.len < before);
        buf_append(out, piece.ptr, piece.len);
        *used += before - in.len;
    }
    return c.state == HTTP_CHUNKED_END ? 0 : 1;
}

static void a_body_is_decoded_the_same_at_every_cut(void **state)
{
    static const struct {
        const char *text;
        const char *body;
    } cases[] = {
        {"0\r\n\r\n", ""},
        {"5\r\nhello\r\n0\r\n\r\n", "hello"},
        {"0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"},
        {"B\r\nhello world\r\n00\r\n\r\n", "hello world"},
        {"1\r\na\r\na\r\n0123456789\r\n0\r\n\r\n", "a0123456789"},
        {"2;a\r\n\r\n\r\n0;b=\"c;d\"\r\n\r\n", "\r\n"},
        {"1\r\na\r\n0\r\nA: b\r\nC:\r\n\r\n", "a"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text = str_from(cases[i].text);

        for (size_t step = 1; step <= text.len; step++) {
            struct buf out = {0};
            size_t used = 0;

            assert_int_equal(decode(text, step, &out, &used), 0);
            assert_int_equal(used, text.len);
            assert_true(str_eq(buf_str(&out), str_from(cases[i].body)));
            buf_deinit(&out);
        }
    }
}

static void a_broken_body_is_refused_at_every_cut(void **state)
{
    static const char *const cases[] = {
        "\r\n",                           /* no size */
        ";a\r\n",                         /* an extension, but no size */
        "g\r\n",                          /* no hex digit */
        "0x5\r\nhello\r\n",               /* as C writes it */
        "+5\r\nhello\r\n",                /* a sign */
        "-1\r\n",                         /* the other */
        " 5\r\nhello\r\n",                /* a blank before */
        "5 \r\nhello\r\n",                /* a blank behind: some read it, some do not */
        "5\nhello\r\n",                   /* a bare LF behind the size */
        "5\rhello\r\n",                   /* a bare CR */
        "5;a\nhello\r\n",                 /* a bare LF behind an extension */
        "5;a\rb\r\nhello\r\n",            /* a bare CR in an extension */
        "5\r\nhelloX\r\n0\r\n\r\n",       /* longer than its size */
        "5\r\nhello\n0\r\n\r\n",          /* a bare LF behind the data */
        "5\r\nhello\r0\r\n\r\n",          /* a bare CR */
        "00000000000000005\r\nhello\r\n", /* more digits than 64 bits hold */
        "0\r\n a: b\r\n\r\n",             /* a folded trailer */
        "0\r\na : b\r\n\r\n",             /* a blank before its colon */
        "0\r\n: b\r\n\r\n",               /* no name */
        "0\r\na\r\n\r\n",                 /* no colon */
        "0\r\na: b\n\r\n",                /* a bare LF */
        "0\r\na: b\r\r\n",                /* a bare CR */
        "0\r\n\n",                        /* a bare LF at the end */
        "0\r\n\rX",                       /* a bare CR at the end */
        "0\r\na: \x01\r\n\r\n",           /* a control byte */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text = str_from(cases[i]);

        for (size_t step = 1; step <= text.len; step++) {
            struct buf out = {0};
            size_t used = 0;

            if (decode(text, step, &out, &used) != SAILS_EPROTO) {
                fail_msg("row %zu, step %zu", i, step);
            }
            buf_deinit(&out);
        }
    }
}

static void a_body_that_is_cut_short_is_not_complete(void **state)
{
    static const char text[] = "5;a\r\nhello\r\n0\r\nA: b\r\n\r\n";

    (void)state;
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct buf out = {0};
        size_t used = 0;

        assert_int_equal(decode((struct str){text, len}, 3, &out, &used), 1);
        buf_deinit(&out);
    }
}

static void what_is_behind_the_body_stays(void **state)
{
    static const char text[] = "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n";

    (void)state;
    for (size_t step = 1; step < sizeof(text); step++) {
        struct buf out = {0};
        size_t used = 0;

        assert_int_equal(decode(STR(text), step, &out, &used), 0);
        assert_int_equal(used, strlen("1\r\na\r\n0\r\n\r\n"));
        buf_deinit(&out);
    }
}

static void extensions_and_trailers_have_a_bound(void **state)
{
    static const struct {
        const char *each;
        const char *first;
    } cases[] = {
        {"1;xxxxxxx\r\na\r\n", ""},
        {"x", "1;"},
        {"x", "0\r\n"},
        {"A: bcdef\r\n", "0\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf text = {0}, out = {0};
        size_t used = 0;

        buf_append_str(&text, str_from(cases[i].first));
        for (size_t n = 0; n < 17 * 1024; n++) {
            buf_append_str(&text, str_from(cases[i].each));
        }
        assert_int_equal(decode(buf_str(&text), 1000, &out, &used), SAILS_EPROTO);
        assert_true(used < 64 * 1024);
        buf_deinit(&text);
        buf_deinit(&out);
    }
}

static void a_size_of_64_bits_is_not_cut(void **state)
{
    struct http_chunked c = {0};
    struct bytes in = str_bytes(STR("ffffffffffffffff\r\nab"));
    struct bytes piece;

    (void)state;
    assert_int_equal(http_chunked_next(&c, &in, &piece), 0);
    assert_int_equal(piece.len, 2);
    assert_true(c.size == UINT64_MAX - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_decoded_the_same_at_every_cut),
        cmocka_unit_test(a_broken_body_is_refused_at_every_cut),
        cmocka_unit_test(a_body_that_is_cut_short_is_not_complete),
        cmocka_unit_test(what_is_behind_the_body_stays),
        cmocka_unit_test(extensions_and_trailers_have_a_bound),
        cmocka_unit_test(a_size_of_64_bits_is_not_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
