#include "engineio/eio_message.h"

#include "base/mem.h"
#include "support/cmocka.h"

static const uint8_t data[] = {'h', 'i'};

static struct eio_message *create(bool is_binary, bool for_v3)
{
    return eio_message_create(is_binary, (struct bytes){data, sizeof(data)}, true, for_v3);
}

static void assert_payload(const struct ws_message *m, bool is_binary, const char *want, size_t len)
{
    struct bytes payload = ws_message_payload(m);

    assert_int_equal(m->is_binary, is_binary);
    assert_int_equal(payload.len, len);
    assert_memory_equal(payload.ptr, want, len);
}

static void text_is_one_frame_for_both_revisions(void **state)
{
    struct eio_message *m = create(false, true);

    (void)state;
    assert_ptr_equal(m->v3, &m->v4);
    assert_payload(&m->v4, false, "4hi", 3);
    assert_int_equal(eio_message_data(m).len, 2);
    assert_memory_equal(eio_message_data(m).ptr, "hi", 2);
    eio_message_release(eio_message_retain(m));
    eio_message_release(m);
    eio_message_release(NULL);
}

/* engine-io 14 */
static void binary_has_a_type_byte_for_revision_3_only(void **state)
{
    struct eio_message *m = create(true, true);

    (void)state;
    assert_payload(&m->v4, true, "hi", 2);
    assert_payload(m->v3, true, "\4hi", 3);
    assert_memory_equal(eio_message_data(m).ptr, "hi", 2);
    eio_message_release(m);

    m = create(true, false);
    assert_null(m->v3);
    eio_message_release(m);
}

static void without_memory_there_is_none(void **state)
{
    struct eio_message *m = NULL;

    (void)state;
    for (long n = 0; m == NULL; n++) {
        mem_fail_after(n);
        m = create(true, true);
        assert_int_equal(mem_has_failed() != 0, m == NULL);
    }
    mem_fail_after(-1);
    eio_message_release(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_one_frame_for_both_revisions),
        cmocka_unit_test(binary_has_a_type_byte_for_revision_3_only),
        cmocka_unit_test(without_memory_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
