#include "load/frame.h"

#include "support/cmocka.h"

#include <string.h>

/* RFC 6455 section 5.7: an unmasked "Hello". */
static void a_frame_is_taken_once_it_is_whole(void **state)
{
    char data[] = {(char)0x81, 0x05, 'H', 'e', 'l', 'l', 'o', 'x'};
    struct frame frame = {0};

    (void)state;
    for (size_t len = 0; len < 7; len++) {
        assert_int_equal(frame_take(data, len, &frame), 0);
    }
    assert_int_equal(frame_take(data, sizeof(data), &frame), 1);
    assert_true(frame.is_last);
    assert_int_equal(frame.opcode, FRAME_TEXT);
    assert_int_equal(frame.used, 7);
    assert_memory_equal(frame.payload, "Hello", frame.len);
}

static void what_a_server_must_not_send_is_refused(void **state)
{
    char masked[] = {(char)0x81, (char)0x80, 0, 0, 0, 0};
    char compressed[] = {(char)0xc1, 0x00};
    struct frame frame;

    (void)state;
    assert_int_equal(frame_take(masked, sizeof(masked), &frame), -1);
    assert_int_equal(frame_take(compressed, sizeof(compressed), &frame), -1);
}

/* The head of what a client writes, but for the mask, is what a server would write. */
static void lengths_of_each_form_come_back(void **state)
{
    static const size_t lens[] = {0, 1, 125, 126, 127, 65535, 65536, 200000};

    (void)state;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct pile payload = {0}, out = {0};
        struct frame frame = {0};
        size_t head = lens[i] < 126 ? 2 : lens[i] < 65536 ? 4 : 10;

        memset(pile_reserve(&payload, lens[i] + 1), 'p', lens[i]);
        frame_append(&out, FRAME_TEXT, payload.data, lens[i]);
        assert_int_equal(out.len, head + 4 + lens[i]);
        assert_int_equal(out.data[1] & 0x80, 0x80);
        assert_memory_equal(out.data + head, "\0\0\0\0", 4);
        out.data[1] &= 0x7f;
        memmove(out.data + head, out.data + head + 4, lens[i]);
        out.len -= 4;
        assert_int_equal(frame_take(out.data, out.len, &frame), 1);
        assert_int_equal(frame.len, lens[i]);
        assert_memory_equal(frame.payload, payload.data, lens[i]);
        assert_int_equal(frame.used, out.len);
        pile_free(&payload);
        pile_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_taken_once_it_is_whole),
        cmocka_unit_test(what_a_server_must_not_send_is_refused),
        cmocka_unit_test(lengths_of_each_form_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
