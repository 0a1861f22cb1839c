#include "base/base64.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* RFC 4648 section 10, and one for each character that the alphabets differ in. */
static const struct {
    const char *plain;
    const char *encoded;
    const char *url_safe;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
};

static void assert_decodes(int (*decode)(struct buf *, struct str), const char *text,
                           const char *plain)
{
    struct buf out = {0};

    buf_append_char(&out, '!');
    assert_int_equal(decode(&out, str_from(text)), 0);
    assert_int_equal(out.len, strlen(plain) + 1);
    assert_memory_equal(out.ptr + 1, plain, strlen(plain));
    buf_deinit(&out);
}

static void the_vectors_encode_and_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct bytes plain = str_bytes(str_from(vectors[i].plain));
        struct buf out = {0};
        char url_safe[16] = "";

        base64_encode(&out, plain);
        assert_int_equal(buf_error(&out), 0);
        assert_true(str_eq(buf_str(&out), str_from(vectors[i].encoded)));
        assert_int_equal(out.len, BASE64_LEN(plain.len));
        buf_deinit(&out);

        base64_write_url(url_safe, plain);
        assert_string_equal(url_safe, vectors[i].url_safe);
        assert_int_equal(strlen(url_safe), BASE64URL_LEN(plain.len));

        assert_decodes(base64_decode, vectors[i].encoded, vectors[i].plain);
        assert_decodes(base64_decode_lenient, vectors[i].encoded, vectors[i].plain);
        assert_decodes(base64_decode_lenient, vectors[i].url_safe, vectors[i].plain);
    }
}

static void every_byte_survives_both_ways_at_every_length(void **state)
{
    uint8_t all[256] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (uint8_t)(i * 167 + 13);
    }
    for (size_t len = 0; len <= sizeof(all); len++) {
        struct buf text = {0};
        struct buf back = {0};

        base64_encode(&text, (struct bytes){all, len});
        assert_int_equal(base64_decode(&back, buf_str(&text)), 0);
        assert_int_equal(back.len, len);
        if (len > 0) {
            assert_memory_equal(back.ptr, all, len);
        }
        buf_deinit(&text);
        buf_deinit(&back);
    }
}

static void the_strict_decoder_takes_one_form_only(void **state)
{
    static const char *const refused[] = {
        "Zg",   "Zg=",    "Zg===", "=",        "====", "Zh==", "Zm9",     "Zm9=",
        "Z===", "Zg==\n", "Z g==", "Zg==Zg==", "-_-_", "Zm8!", "Z\xc3g=",
    };
    struct buf out = {0};

    (void)state;
    buf_append_char(&out, '!');
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (base64_decode(&out, str_from(refused[i])) != SAILS_EINVAL) {
            fail_msg("%s", refused[i]);
        }
        assert_int_equal(out.len, 1);
    }
    buf_deinit(&out);
}

/* engine-io 6.1: both alphabets, other bytes are ignored, padding may be missing. */
static void the_lenient_decoder_skips_what_is_no_base64(void **state)
{
    (void)state;
    assert_decodes(base64_decode_lenient, " Zm9v\r\nYm\tFy! ", "foobar");
    assert_decodes(base64_decode_lenient, "Zm9vY", "foo");
    assert_decodes(base64_decode_lenient, "Zh", "f");
    assert_decodes(base64_decode_lenient, "-/_+\xff", "\xfb\xff\xfe");
    assert_decodes(base64_decode_lenient, "====", "");
}

static void without_memory_each_of_them_says_so(void **state)
{
    struct buf out = {0};

    (void)state;
    mem_fail_after(0);
    base64_encode(&out, str_bytes(STR("foo")));
    assert_int_equal(buf_error(&out), SAILS_ENOMEM);
    buf_clear(&out);
    mem_fail_after(0);
    assert_int_equal(base64_decode(&out, STR("Zm9v")), SAILS_ENOMEM);
    buf_clear(&out);
    mem_fail_after(0);
    assert_int_equal(base64_decode_lenient(&out, STR("Zm9v")), SAILS_ENOMEM);
    mem_fail_after(-1);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_encode_and_decode),
        cmocka_unit_test(every_byte_survives_both_ways_at_every_length),
        cmocka_unit_test(the_strict_decoder_takes_one_form_only),
        cmocka_unit_test(the_lenient_decoder_skips_what_is_no_base64),
        cmocka_unit_test(without_memory_each_of_them_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
