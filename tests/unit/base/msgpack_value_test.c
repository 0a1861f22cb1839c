#include "base/msgpack_value.h"

#include "base/json_value.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

enum {
    PLENTY = 1000
};

/* "93 a1 61" as bytes. */
static struct bytes from_hex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    int at = 0;
    unsigned byte = 0;

    while (sscanf(hex, " %2x%n", &byte, &at) == 1) {
        assert_true(n < cap);
        out[n++] = (uint8_t)byte;
        hex += at;
    }
    return (struct bytes){out, n};
}

static void assert_written(json_t *value, const char *hex)
{
    uint8_t want[512];
    struct bytes bytes = from_hex(hex, want, sizeof(want));
    struct buf out = {0};

    assert_int_equal(msgpack_value_write(&out, value), 0);
    if (out.len != bytes.len || memcmp(out.ptr, want, bytes.len) != 0) {
        fail_msg("not %s", hex);
    }
    buf_deinit(&out);
    json_decref(value);
}

static int read_hex(const char *hex, json_t **value)
{
    uint8_t data[512];

    return msgpack_value_read(from_hex(hex, data, sizeof(data)), PLENTY, value);
}

static void assert_read(const char *hex, json_t *want)
{
    json_t *value = NULL;
    int rc = read_hex(hex, &value);

    if (rc != 0 || !json_equal(value, want)) {
        fail_msg("%s: %d", hex, rc);
    }
    json_decref(value);
    json_decref(want);
}

/* redis-cluster 28: smallest forms, text as keys, nothing behind it. */
static void values_take_their_smallest_form(void **state)
{
    (void)state;
    assert_written(json_pack("[n,b,b]", 1, 0), "93 c0 c3 c2");
    assert_written(json_pack("[i,i,i,i]", 0, 127, 128, 255), "94 00 7f cc80 ccff");
    assert_written(json_pack("[i,i,i]", 256, 65535, 65536), "93 cd0100 cdffff ce00010000");
    assert_written(json_integer(4294967296), "cf 0000000100000000");
    assert_written(json_pack("[i,i,i,i]", -1, -32, -33, -129), "94 ff e0 d0df d1ff7f");
    assert_written(json_integer(-2147483649), "d3 ffffffff7fffffff");
    assert_written(json_pack("[f,f]", 1.5, 3.0), "92 cb3ff8000000000000 03");
    assert_written(json_integer(INT64_C(9007199254740993)), "cb 4340000000000000");
    assert_written(json_pack("{s:{},s:[],s:s}", "a", "b", "c", "x"),
                   "83 a161 80 a162 90 a163 a178");
    assert_written(json_value_binary("\x01\x02\x03", 3), "c4 03 010203");
    assert_written(json_string(""), "a0");
}

/* redis-cluster 3: the example of section 4. */
static void the_broadcast_of_the_specification_is_written(void **state)
{
    json_t *value = json_pack("[s,{s:i,s:[s,s],s:s},{s:[],s:[],s:{}}]", "Lf3KRN", "type", 2, "data",
                              "hello", "world", "nsp", "/", "rooms", "except", "flags");

    (void)state;
    assert_written(value,
                   "93 a64c66334b524e 83 a474797065 02 a464617461 92 a568656c6c6f a5776f726c64"
                   "a36e7370 a12f 83 a5726f6f6d73 90 a6657863657074 90 a5666c616773 80");
}

static void every_form_is_read(void **state)
{
    (void)state;
    assert_read("cc05", json_integer(5));
    assert_read("d1ffff", json_integer(-1));
    assert_read("d2fffffffe", json_integer(-2));
    assert_read("d3fffffffffffffffd", json_integer(-3));
    assert_read("d0fc", json_integer(-4));
    assert_read("ca3fc00000", json_real(1.5));
    assert_read("cb3ff8000000000000", json_real(1.5));
    assert_read("cb7ff0000000000000", json_null());
    assert_read("cfffffffffffffffff", json_real(18446744073709551615.0));
    assert_read("d90161", json_string("a"));
    assert_read("da000161", json_string("a"));
    assert_read("db0000000161", json_string("a"));
    assert_read("dc000101", json_pack("[i]", 1));
    assert_read("dd0000000101", json_pack("[i]", 1));
    assert_read("de0001a16101", json_pack("{s:i}", "a", 1));
    assert_read("df00000001a16101", json_pack("{s:i}", "a", 1));
    assert_read("c50001ff", json_value_binary("\xff", 1));
    assert_read("c600000001ff", json_value_binary("\xff", 1));
    assert_read("c70100ff", json_value_binary("\xff", 1)); /* notepack 2 */
    assert_read("c8000100ff", json_value_binary("\xff", 1));
}

/* redis-cluster 8 */
static void dates_and_undefined_of_both_dialects_are_read(void **state)
{
    (void)state;
    assert_read("d6ff 00000000", json_string("1970-01-01T00:00:00.000Z"));
    assert_read("d7ff 77359400 00000001", json_string("1970-01-01T00:00:01.500Z"));
    assert_read("c70cff 1dcd6500 ffffffffffffffff", json_string("1969-12-31T23:59:59.500Z"));
    assert_read("c70cff 00000000 7fffffffffffffff", json_null());
    assert_read("d700 000000000000 03e9", json_string("1970-01-01T00:00:01.001Z"));
    assert_read("d700 ffffffffffffffff", json_string("1969-12-31T23:59:59.999Z"));
    assert_read("d700 7fffffffffffffff", json_null());
    assert_read("91 d40000", json_pack("[n]"));
    assert_read("82 a161 d40000 a162 01", json_pack("{s:i}", "b", 1));
    assert_read("d505 0000", json_null()); /* an extension that nobody knows */
}

static void what_is_broken_is_refused(void **state)
{
    static const char *const broken[] = {
        "",              /* nothing */
        "c1",            /* no mark */
        "01 01",         /* behind its end */
        "a2 61",         /* a text without its end */
        "dd ffffffff",   /* an array of four thousand million values, and none is there */
        "df ffffffff",   /* a map of them */
        "c6 ffffffff",   /* bytes of them */
        "81 01 01",      /* a key that is no text */
        "81 a2 6100 01", /* a key with a NUL */
        "a1 ff",         /* no UTF-8: nor can a text pass for a binary value */
        "91 a1 c3",
        "c705ff 0000000000", /* a timestamp of five bytes */
    };
    json_t *value = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        if (read_hex(broken[i], &value) != SAILS_EPROTO || value != NULL) {
            fail_msg("taken: %s", broken[i]);
        }
    }
}

/* A prefix is never a value, and never read beyond. */
static void no_cut_is_taken(void **state)
{
    static const char whole[] = "83 a474797065 cd0002 a464617461 93 c403010203 d7ff7735940000000001"
                                "cb3ff8000000000000 a36e7370 d9012f";
    uint8_t data[512];
    struct bytes bytes = from_hex(whole, data, sizeof(data));
    json_t *value = NULL;

    (void)state;
    for (size_t len = 0; len < bytes.len; len++) {
        uint8_t *cut = mem_alloc(len + 1); /* its own memory, so that a sanitizer sees its end */

        memcpy(cut, data, len);
        assert_int_equal(msgpack_value_read((struct bytes){cut, len}, PLENTY, &value),
                         SAILS_EPROTO);
        mem_free(cut);
    }
    assert_int_equal(msgpack_value_read(bytes, PLENTY, &value), 0);
    json_decref(value);
}

static void depth_and_number_are_limited(void **state)
{
    uint8_t deep[200];
    json_t *value = NULL;
    json_t *nested = json_array();
    struct buf out = {0};

    (void)state;
    memset(deep, 0x91, sizeof(deep));
    assert_int_equal(msgpack_value_read((struct bytes){deep, sizeof(deep)}, PLENTY, &value),
                     SAILS_ETOOBIG);
    deep[MSGPACK_DEPTH_MAX - 1] = 0x90;
    assert_int_equal(msgpack_value_read((struct bytes){deep, MSGPACK_DEPTH_MAX}, PLENTY, &value),
                     0);
    assert_int_equal(msgpack_value_write(&out, value), 0);
    assert_memory_equal(out.ptr, deep, MSGPACK_DEPTH_MAX);
    json_decref(value);
    value = NULL;
    assert_int_equal(
        msgpack_value_read((struct bytes){(const uint8_t *)"\x92\x01\x02", 3}, 2, &value),
        SAILS_ETOOBIG);
    for (int i = 0; i < MSGPACK_DEPTH_MAX; i++) {
        nested = json_pack("[o]", nested);
    }
    buf_clear(&out);
    assert_int_equal(msgpack_value_write(&out, nested), SAILS_EJSON);
    json_decref(nested);
    buf_deinit(&out);
}

static void without_memory_nothing_is_made(void **state)
{
    struct buf out = {0};
    json_t *value = json_pack("[s,{s:i}]", "a", "b", 1);
    uint8_t data[64];
    struct bytes bytes =
        from_hex("93 c403010203 81 a161 92 01 a162 d7ff7735940000000001", data, 64);
    int failed = 1;

    (void)state;
    mem_fail_after(0);
    assert_int_equal(msgpack_value_write(&out, value), SAILS_ENOMEM);
    assert_true(mem_has_failed());
    buf_deinit(&out);
    json_decref(value);
    json_set_alloc_funcs(mem_alloc, mem_free); /* jansson's allocations fail, too */
    for (long n = 0; failed; n++) {
        int rc = 0;

        value = NULL;
        mem_fail_after(n);
        rc = msgpack_value_read(bytes, PLENTY, &value);
        failed = mem_has_failed();
        mem_fail_after(-1);
        assert_int_equal(rc, failed ? SAILS_ENOMEM : 0);
        assert_true(failed == (value == NULL));
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_take_their_smallest_form),
        cmocka_unit_test(the_broadcast_of_the_specification_is_written),
        cmocka_unit_test(every_form_is_read),
        cmocka_unit_test(dates_and_undefined_of_both_dialects_are_read),
        cmocka_unit_test(what_is_broken_is_refused),
        cmocka_unit_test(no_cut_is_taken),
        cmocka_unit_test(depth_and_number_are_limited),
        cmocka_unit_test(without_memory_nothing_is_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
