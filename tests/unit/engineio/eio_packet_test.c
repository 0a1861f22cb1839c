#include "engineio/eio_packet.h"

#include "support/cmocka.h"

#include <sails/err.h>

static void assert_bytes(struct bytes have, const char *want, size_t len)
{
    assert_int_equal(have.len, len);
    if (len > 0) {
        assert_memory_equal(have.ptr, want, len);
    }
}

/* engine-io 13, 14 */
static void text_packets_decode_as_the_tables_say(void **state)
{
    static const struct {
        unsigned revision;
        const char *text;
        int rc;
        enum eio_packet_type type;
        bool is_binary;
        const char *data;
    } cases[] = {
        {4, "4hello", 0, EIO_MESSAGE, false, "hello"},
        {4, "4", 0, EIO_MESSAGE, false, ""},
        {4, "0", 0, EIO_OPEN, false, ""},
        {4, "2probe", 0, EIO_PING, false, "probe"},
        {4, "6", 0, EIO_NOOP, false, ""},
        {4, "bAQIDBA==", 0, EIO_MESSAGE, true, "\1\2\3\4"},
        {4, "bAQIDBA", 0, EIO_MESSAGE, true, "\1\2\3\4"},
        {4, "bAQ ID\nBA", 0, EIO_MESSAGE, true, "\1\2\3\4"},
        {4, "b-_-_", 0, EIO_MESSAGE, true, "\xfb\xff\xbf"},
        {4, "b", 0, EIO_MESSAGE, true, ""},
        {4, "7", SAILS_EPROTO, EIO_OPEN, false, ""},
        {4, "x", SAILS_EPROTO, EIO_OPEN, false, ""},
        {4, "", SAILS_EPROTO, EIO_OPEN, false, ""},
        {3, "4hello", 0, EIO_MESSAGE, false, "hello"},
        {3, "b4AQIDBA==", 0, EIO_MESSAGE, true, "\1\2\3\4"},
        {3, "b", SAILS_EPROTO, EIO_OPEN, false, ""},
        {3, "b9AQ==", SAILS_EPROTO, EIO_OPEN, false, ""},
        {3, "9", SAILS_EPROTO, EIO_OPEN, false, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf scratch = {0};
        struct eio_packet packet = {0};
        int rc =
            eio_packet_decode_text(cases[i].revision, str_from(cases[i].text), &scratch, &packet);

        if (rc != cases[i].rc) {
            fail_msg("%s: %d", cases[i].text, rc);
        }
        if (rc == 0) {
            assert_int_equal(packet.type, cases[i].type);
            assert_int_equal(packet.is_binary, cases[i].is_binary);
            assert_bytes(packet.data, cases[i].data, strlen(cases[i].data));
        }
        buf_deinit(&scratch);
    }
}

/* engine-io 14 */
static void binary_frames_have_a_type_byte_in_revision_3_only(void **state)
{
    static const uint8_t frame[] = {4, 1, 2};
    struct eio_packet packet = {0};

    (void)state;
    assert_true(eio_packet_decode_binary(4, (struct bytes){frame, 3}, &packet));
    assert_int_equal(packet.type, EIO_MESSAGE);
    assert_bytes(packet.data, "\4\1\2", 3);
    assert_true(eio_packet_decode_binary(4, (struct bytes){NULL, 0}, &packet));
    assert_int_equal(packet.data.len, 0);

    assert_true(eio_packet_decode_binary(3, (struct bytes){frame, 3}, &packet));
    assert_int_equal(packet.type, EIO_MESSAGE);
    assert_true(packet.is_binary);
    assert_bytes(packet.data, "\1\2", 2);
    assert_false(eio_packet_decode_binary(3, (struct bytes){NULL, 0}, &packet));
    assert_false(eio_packet_decode_binary(3, (struct bytes){(const uint8_t *)"4", 1}, &packet));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_packets_decode_as_the_tables_say),
        cmocka_unit_test(binary_frames_have_a_type_byte_in_revision_3_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
