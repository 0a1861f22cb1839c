#include "socketio/sio_packet.h"

#include "base/json_value.h"
#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

static const struct sio_packet_limits limits = {.max_attachments = 10,
                                                .json = {.max_depth = 512, .max_values = 10000}};

/* Decodes a copy of exactly its length, so that the sanitizer sees a byte too far. */
static int decode(struct str text, struct sio_packet *packet)
{
    char *copy = text.len > 0 ? mem_alloc(text.len) : NULL;
    int rc = 0;

    if (copy != NULL) {
        memcpy(copy, text.ptr, text.len);
    }
    rc = sio_packet_decode((struct str){copy, text.len}, &limits, packet);
    mem_free(copy);
    return rc;
}

static struct sio_packet decoded(const char *text)
{
    struct sio_packet p;
    int rc = sio_packet_decode(str_from(text), &limits, &p);

    if (rc != 0) {
        fail_msg("%s: %d", text, rc);
    }
    return p;
}

/* socket-io 2: every example of the grammar, and what section 16 delivers. */
static const struct {
    const char *text;
    enum sio_packet_type type;
    const char *nsp;
    int64_t id;
    const char *payload;
    const char *event;
    size_t n_attachments;
} good[] = {
    {"0", SIO_CONNECT, "/", -1, "", "", 0},
    {"0/admin,{\"token\":\"123\"}", SIO_CONNECT, "/admin", -1, "{\"token\":\"123\"}", "", 0},
    {"0{\"sid\":\"x\"}", SIO_CONNECT, "/", -1, "{\"sid\":\"x\"}", "", 0},
    {"0/admin,", SIO_CONNECT, "/admin", -1, "", "", 0},
    {"0/admin", SIO_CONNECT, "/admin", -1, "", "", 0},
    {"0/a,123", SIO_CONNECT, "/a", 123, "", "", 0},
    {"0/a?x=1,", SIO_CONNECT, "/a?x=1", -1, "", "", 0},
    {"1", SIO_DISCONNECT, "/", -1, "", "", 0},
    {"1/admin,", SIO_DISCONNECT, "/admin", -1, "", "", 0},
    {"2[\"foo\"]", SIO_EVENT, "/", -1, "[\"foo\"]", "\"foo\"", 0},
    {"2/admin,[\"bar\"]", SIO_EVENT, "/admin", -1, "[\"bar\"]", "\"bar\"", 0},
    {"212[\"foo\"]", SIO_EVENT, "/", 12, "[\"foo\"]", "\"foo\"", 0},
    {"2/admin,13[\"x\"]", SIO_EVENT, "/admin", 13, "[\"x\"]", "\"x\"", 0},
    {"312[]", SIO_ACK, "/", 12, "[]", "", 0},
    {"3/admin,13[\"bar\"]", SIO_ACK, "/admin", 13, "[\"bar\"]", "", 0},
    {"4/admin,{\"message\":\"Not authorized\"}", SIO_CONNECT_ERROR, "/admin", -1,
     "{\"message\":\"Not authorized\"}", "", 0},
    {"4/admin,\"Not authorized\"", SIO_CONNECT_ERROR, "/admin", -1, "\"Not authorized\"", "", 0},
    {"51-[\"baz\",{\"_placeholder\":true,\"num\":0}]", SIO_BINARY_EVENT, "/", -1,
     "[\"baz\",{\"_placeholder\":true,\"num\":0}]", "\"baz\"", 1},
    {"52-/admin,7[\"baz\",1]", SIO_BINARY_EVENT, "/admin", 7, "[\"baz\",1]", "\"baz\"", 2},
    {"61-15[\"bar\",1]", SIO_BINARY_ACK, "/", 15, "[\"bar\",1]", "", 1},
    {"510-[\"a\"]", SIO_BINARY_EVENT, "/", -1, "[\"a\"]", "\"a\"", 10},
    {"2", SIO_EVENT, "/", -1, "", "", 0},
    {"212", SIO_EVENT, "/", 12, "", "", 0},
    {"30", SIO_ACK, "/", 0, "", "", 0},
    {"3[1]", SIO_ACK, "/", -1, "[1]", "", 0},
    {"2[1,\"a\"]", SIO_EVENT, "/", -1, "[1,\"a\"]", "1", 0},
    {"2[-1.5e3]", SIO_EVENT, "/", -1, "[-1.5e3]", "-1.5e3", 0},
    {"2[\"\"]", SIO_EVENT, "/", -1, "[\"\"]", "\"\"", 0},
    {"2[\"error\"]", SIO_EVENT, "/", -1, "[\"error\"]", "\"error\"", 0},
    {"2[\"connection\"]", SIO_EVENT, "/", -1, "[\"connection\"]", "\"connection\"", 0},
    {"2007[\"a\"]", SIO_EVENT, "/", 7, "[\"a\"]", "\"a\"", 0},
    {"2/,[\"x\"]", SIO_EVENT, "/", -1, "[\"x\"]", "\"x\"", 0},
    {"2/[\"x\"]", SIO_EVENT, "/[\"x\"]", -1, "", "", 0},
    {"2 [ \"a\" , 1 ] ", SIO_EVENT, "/", -1, " [ \"a\" , 1 ] ", "\"a\"", 0},
    {"29007199254740991[\"a\"]", SIO_EVENT, "/", SIO_MAX_ACK_ID, "[\"a\"]", "\"a\"", 0},
};

static void every_good_packet_is_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct sio_packet p = decoded(good[i].text);

        assert_int_equal(p.type, good[i].type);
        assert_true(str_eq(p.nsp, str_from(good[i].nsp)));
        assert_true(p.id == good[i].id);
        assert_true(str_eq(p.payload, str_from(good[i].payload)));
        assert_true(str_eq(p.event, str_from(good[i].event)));
        assert_int_equal(p.n_attachments, good[i].n_attachments);
        assert_null(p.attachments);
    }
}

/* Whatever a cut leaves, nothing is read behind it. */
static void every_cut_of_a_packet_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        for (size_t len = 0; len <= strlen(good[i].text); len++) {
            struct sio_packet p;

            decode((struct str){good[i].text, len}, &p);
        }
    }
}

/* socket-io 14, 18, 19 */
static void every_broken_packet_is_refused(void **state)
{
    static const struct {
        const char *text;
        int want;
    } cases[] = {
        {"", SAILS_EPROTO},
        {"abc", SAILS_EPROTO},
        {"7", SAILS_EPROTO},
        {"9[\"x\"]", SAILS_EPROTO},
        {" 2[\"x\"]", SAILS_EPROTO},
        {"2{}", SAILS_EJSON},
        {"2[]", SAILS_EJSON},
        {"2[null]", SAILS_EJSON},
        {"2[true]", SAILS_EJSON},
        {"2[[1]]", SAILS_EJSON},
        {"2[{}]", SAILS_EJSON},
        {"2\"s\"", SAILS_EJSON},
        {"2[\"a\"", SAILS_EJSON},
        {"2[\"a\"]x", SAILS_EJSON},
        {"2[\"a\",]", SAILS_EJSON},
        {"2 ", SAILS_EJSON},
        {"2[\"connect\"]", SAILS_EPROTO},
        {"2[\"connect_error\"]", SAILS_EPROTO},
        {"2[\"disconnect\"]", SAILS_EPROTO},
        {"2[\"disconnecting\"]", SAILS_EPROTO},
        {"2[\"newListener\"]", SAILS_EPROTO},
        {"2[\"removeListener\"]", SAILS_EPROTO},
        {"2[\"\\u0063\\u006f\\u006e\\u006e\\u0065\\u0063\\u0074\"]", SAILS_EPROTO},
        {"51-[\"connect\"]", SAILS_EPROTO},
        {"2[\"a\\u0000b\"]", SAILS_EJSON}, /* no name has a NUL: c_text.h */
        {"51-[\"\\u0000\"]", SAILS_EJSON},
        {"51-[\"a\",{\"b\\u0000c\":1}]", SAILS_EJSON},
        {"2[\"a\",{\"b\\u0000c\":1},]", SAILS_EJSON},
        {"0{\"pid\\u0000\":\"x\"}", SAILS_EJSON},
        {"30[{\"a\\u0000\":1}]", SAILS_EJSON},
        {"2abc[\"a\"]", SAILS_EJSON},
        {"2-1[\"a\"]", SAILS_EJSON},
        {"21.5[\"a\"]", SAILS_EJSON},
        {"212abc", SAILS_EJSON},
        {"2 1[\"a\"]", SAILS_EJSON},
        {"29007199254740992[\"a\"]", SAILS_EPROTO},
        {"218446744073709551616[\"a\"]", SAILS_EPROTO},
        {"0[]", SAILS_EJSON},
        {"0\"x\"", SAILS_EJSON},
        {"0null", SAILS_EJSON},
        {"0{", SAILS_EJSON},
        {"0a", SAILS_EJSON},
        {"0/a,{}{}", SAILS_EJSON},
        {"30{}", SAILS_EJSON},
        {"30\"x\"", SAILS_EJSON},
        {"1{}", SAILS_EJSON},
        {"1[\"x\"]", SAILS_EJSON},
        {"1 ", SAILS_EJSON},
        {"41", 0}, /* an id without payload: well-formed, though it means nothing */
        {"4[]", SAILS_EJSON},
        {"4null", SAILS_EJSON},
        {"50-[\"a\"]", SAILS_EPROTO},
        {"5-[\"a\"]", SAILS_EPROTO},
        {"5[\"a\"]", SAILS_EPROTO},
        {"5", SAILS_EPROTO},
        {"51", SAILS_EPROTO},
        {"511-[\"a\"]", SAILS_EPROTO},
        {"5abc-[\"a\"]", SAILS_EPROTO},
        {"51e1-[\"a\"]", SAILS_EPROTO},
        {"5 1-[\"a\"]", SAILS_EPROTO},
        {"5\xef\xbb\xbf"
         "1-[\"a\"]",
         SAILS_EPROTO},
        {"599999999999999999999-[\"a\"]", SAILS_EPROTO},
        {"61-0{}", SAILS_EJSON},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sio_packet p;
        int rc = decode(str_from(cases[i].text), &p);

        if (rc != cases[i].want) {
            fail_msg("%s: %d", cases[i].text, rc);
        }
    }
}

/* An event can still be answered, but its arguments are nobody's. */
static void an_event_with_a_nul_in_a_name_is_marked(void **state)
{
    struct sio_packet p = decoded("27[\"a\",{\"b\\u0000c\":1}]");

    (void)state;
    assert_true(p.has_nul_name);
    assert_int_equal(p.id, 7);
    assert_null(sio_packet_args(&p, NULL));
    p = decoded("27[\"a\",{\"b\":\"\\u0000\"}]"); /* a value may have one */
    assert_false(p.has_nul_name);
}

/* socket-io 23a: arguments nested too deep would be a danger to whoever walks them. */
static void depth_is_limited(void **state)
{
    struct buf text = {0};
    struct sio_packet p;

    (void)state;
    buf_append_str(&text, STR("2[\"a\","));
    for (size_t i = 0; i < 600; i++) {
        buf_append_char(&text, '[');
    }
    for (size_t i = 0; i < 600; i++) {
        buf_append_char(&text, ']');
    }
    buf_append_char(&text, ']');
    assert_int_equal(decode(buf_str(&text), &p), SAILS_ETOOBIG);
    buf_deinit(&text);
}

static void encoded_head(struct buf *out, enum sio_packet_type type, size_t n, const char *nsp,
                         int64_t id)
{
    buf_clear(out);
    sio_packet_encode_head(out, type, n, str_from(nsp), id);
    buf_append_char(out, '\0');
}

/* socket-io 1, 12, 15 */
static void heads_are_written_by_the_grammar(void **state)
{
    struct buf out = {0};

    (void)state;
    encoded_head(&out, SIO_CONNECT, 0, "/", -1);
    assert_string_equal(out.ptr, "0");
    encoded_head(&out, SIO_DISCONNECT, 0, "/admin", -1);
    assert_string_equal(out.ptr, "1/admin,");
    encoded_head(&out, SIO_EVENT, 0, "/admin", 13);
    assert_string_equal(out.ptr, "2/admin,13");
    encoded_head(&out, SIO_ACK, 0, "/", 0);
    assert_string_equal(out.ptr, "30");
    encoded_head(&out, SIO_BINARY_EVENT, 2, "/admin", 7);
    assert_string_equal(out.ptr, "52-/admin,7");
    encoded_head(&out, SIO_BINARY_ACK, 1, "/", 15);
    assert_string_equal(out.ptr, "61-15");
    buf_deinit(&out);
}

static void an_event_has_a_name(void **state)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"2[\"a b\"]", "a b"},
        {"2[\"\\u00e9\\n\"]", "\xc3\xa9\n"},
        {"2[\"\"]", ""},
        {"2[42]", "42"},
    };
    struct sio_packet p = decoded("2");

    (void)state;
    assert_null(sio_packet_event_name(&p));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *name = NULL;

        p = decoded(cases[i].text);
        name = sio_packet_event_name(&p);
        assert_string_equal(name, cases[i].name);
        mem_free(name);
    }
}

static void assert_args(const struct sio_packet *p, const char *want)
{
    json_t *args = sio_packet_args(p, NULL);
    json_t *expected = json_loads(want, 0, NULL);

    assert_true(json_equal(args, expected));
    json_decref(args);
    json_decref(expected);
}

static void arguments_are_what_follows_the_name(void **state)
{
    struct sio_packet p = decoded("2[\"a\",1,{\"b\":[null]}]");

    (void)state;
    assert_args(&p, "[1,{\"b\":[null]}]");
    p = decoded("2[\"a\"]");
    assert_args(&p, "[]");
    p = decoded("2");
    assert_args(&p, "[]");
    p = decoded("30");
    assert_args(&p, "[]");
    p = decoded("30[\"x\",2]");
    assert_args(&p, "[\"x\",2]");
}

static void placeholders_become_attachments(void **state)
{
    static const uint8_t one[] = {1, 2, 3};
    json_t *attachments[] = {json_value_binary(one, 3), json_value_binary(NULL, 0)};
    struct sio_packet p = decoded("52-[\"a\",{\"_placeholder\":true,\"num\":1},"
                                  "{\"b\":[{\"num\":0.0,\"_placeholder\":true}]},"
                                  "{\"_placeholder\":false,\"num\":9},{\"_placeholder\":1}]");
    json_t *args = NULL;
    json_t *deep = NULL;

    (void)state;
    p.attachments = attachments;
    args = sio_packet_args(&p, NULL);
    assert_true(json_value_is_binary(json_array_get(args, 0)));
    assert_int_equal(json_value_bytes(json_array_get(args, 0)).len, 0);
    deep = json_array_get(json_object_get(json_array_get(args, 1), "b"), 0);
    assert_int_equal(json_value_bytes(deep).len, 3);
    assert_memory_equal(json_value_bytes(deep).ptr, one, 3);
    assert_true(json_is_object(json_array_get(args, 2)));
    assert_true(json_is_object(json_array_get(args, 3)));
    json_decref(args);
    json_decref(attachments[0]);
    json_decref(attachments[1]);
}

/* What a packet may become is bounded by what arrived, however often it names an attachment. */
static void placeholders_share_their_attachment(void **state)
{
    json_t *attachment = json_value_binary("0123456789", 10);
    struct buf text = {0};
    struct sio_packet p;
    json_t *args = NULL;

    (void)state;
    buf_append_str(&text, STR("51-[\"a\""));
    for (int i = 0; i < 100; i++) {
        buf_append_str(&text, STR(",{\"_placeholder\":true,\"num\":0}"));
    }
    buf_append_char(&text, ']');
    assert_int_equal(sio_packet_decode(buf_str(&text), &limits, &p), 0);
    p.attachments = &attachment;
    args = sio_packet_args(&p, NULL);
    assert_int_equal(json_array_size(args), 100);
    for (size_t i = 0; i < 100; i++) {
        assert_ptr_equal(json_array_get(args, i), attachment);
    }
    json_decref(args);
    json_decref(attachment);
    buf_deinit(&text);
}

/* socket-io 14 */
static void a_placeholder_with_a_bad_number_is_an_error(void **state)
{
    static const char *const nums[] = {"\"num\":1",    "\"num\":-1", "\"num\":0.5", "\"num\":\"0\"",
                                       "\"num\":null", "\"x\":0",    "\"num\":1e30"};
    json_t *attachment = json_value_binary("x", 1);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(nums); i++) {
        struct buf text = {0};
        struct sio_packet p;
        int err = 0;

        buf_printf(&text, "51-[\"a\",[{\"_placeholder\":true,%s}]]", nums[i]);
        assert_int_equal(sio_packet_decode(buf_str(&text), &limits, &p), 0);
        p.attachments = &attachment;
        assert_null(sio_packet_args(&p, &err));
        assert_int_equal(err, SAILS_EPROTO);
        buf_deinit(&text);
    }
    json_decref(attachment);
}

static void arguments_survive_no_failed_allocation(void **state)
{
    json_t *attachment = json_value_binary("x", 1);
    struct sio_packet p =
        decoded("51-[\"a\",{\"b\":{\"_placeholder\":true,\"num\":0}},[1,\"\\n\",{\"c\":2.5}]]");
    json_t *args = NULL;

    (void)state;
    p.attachments = &attachment;
    json_set_alloc_funcs(mem_alloc, mem_free);
    for (long n = 0; args == NULL; n++) {
        int err = 0;

        mem_fail_after(n);
        args = sio_packet_args(&p, &err);
        assert_true(args != NULL || err == SAILS_ENOMEM);
    }
    mem_fail_after(-1);
    json_decref(args);
    json_decref(attachment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_packet_is_taken_apart),
        cmocka_unit_test(every_cut_of_a_packet_is_safe),
        cmocka_unit_test(every_broken_packet_is_refused),
        cmocka_unit_test(an_event_with_a_nul_in_a_name_is_marked),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(heads_are_written_by_the_grammar),
        cmocka_unit_test(an_event_has_a_name),
        cmocka_unit_test(arguments_are_what_follows_the_name),
        cmocka_unit_test(placeholders_become_attachments),
        cmocka_unit_test(placeholders_share_their_attachment),
        cmocka_unit_test(a_placeholder_with_a_bad_number_is_an_error),
        cmocka_unit_test(arguments_survive_no_failed_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
