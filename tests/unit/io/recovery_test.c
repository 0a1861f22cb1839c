#include "io/recovery.h"

#include "base/mem.h"
#include "support/cmocka.h"

#include <sails/err.h>

/* A clock that stands still. */
static uint64_t noon(void *ctx)
{
    (void)ctx;
    return UINT64_C(1767268800000);
}

static const struct machine machine = {.unix_ms = noon};

struct missed {
    const struct sio_message *messages[8];
    size_t n;
};

static void note(struct sio_message *message, void *ctx)
{
    struct missed *missed = ctx;

    missed->messages[missed->n++] = message;
}

static struct sio_message *make_message(void)
{
    struct sio_message_options options = {0};
    struct sio_message *message = NULL;

    assert_int_equal(sio_message_create(STR("/"), "e", NULL, NULL, -1, &options, &message), 0);
    return message;
}

/* Keeps an event for some rooms (NULL: all) and gives its offset. */
static void keep(struct recovery_log *log, struct sio_message *message, const char *const *to,
                 const char *const *except, const char *except_id,
                 char offset[RECOVERY_OFFSET_SIZE])
{
    recovery_begin(log, 100000, offset);
    assert_int_equal(recovery_keep(log, offset, message, to, except, except_id), 0);
    recovery_end(log);
}

static void store(struct recovery_log *log)
{
    json_t *rooms = json_pack("[s, s]", "SID", "kitchen");
    json_t *data = json_string("mine");

    assert_int_equal(recovery_store(log, "SID", "PID", rooms, data, 100000), 0);
    json_decref(rooms);
    json_decref(data);
}

/* socket-io 31 */
static void what_a_session_missed_is_what_was_for_it(void **state)
{
    struct recovery_log log;
    struct sio_message *m[6];
    struct missed missed = {0};
    struct recovery_session *session = NULL;
    char offset[RECOVERY_OFFSET_SIZE], seen[RECOVERY_OFFSET_SIZE];

    (void)state;
    recovery_init(&log, &machine);
    for (size_t i = 0; i < 6; i++) {
        m[i] = make_message();
    }
    keep(&log, m[0], NULL, NULL, NULL, seen);
    store(&log);
    keep(&log, m[1], NULL, NULL, NULL, offset);
    keep(&log, m[2], (const char *const[]){"hall", NULL}, NULL, NULL, offset);
    keep(&log, m[3], (const char *const[]){"hall", "kitchen", NULL}, NULL, NULL, offset);
    keep(&log, m[4], NULL, (const char *const[]){"kitchen", NULL}, NULL, offset);
    keep(&log, m[5], NULL, NULL, "SID", offset);

    session = recovery_take(&log, "PID", seen, note, &missed);
    assert_non_null(session);
    assert_string_equal(session->sid, "SID");
    assert_string_equal(json_string_value(session->data), "mine");
    assert_int_equal(json_array_size(session->rooms), 2);
    assert_int_equal(missed.n, 2);
    assert_ptr_equal(missed.messages[0], m[1]);
    assert_ptr_equal(missed.messages[1], m[3]);
    recovery_session_free(session);

    /* Taken up once: a second client cannot have the same session. */
    assert_null(recovery_take(&log, "PID", seen, note, &missed));
    for (size_t i = 0; i < 6; i++) {
        sio_message_release(m[i]);
    }
    recovery_deinit(&log);
}

static void an_unknown_session_or_offset_recovers_nothing(void **state)
{
    struct recovery_log log;
    struct sio_message *message = make_message();
    struct missed missed = {0};
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    recovery_init(&log, &machine);
    keep(&log, message, NULL, NULL, NULL, offset);
    store(&log);
    assert_null(recovery_take(&log, "other", offset, note, &missed));
    assert_null(recovery_take(&log, "PID", "unknown", note, &missed));
    assert_int_equal(missed.n, 0);
    sio_message_release(message);
    recovery_deinit(&log);
}

static void offsets_never_repeat(void **state)
{
    struct recovery_log log;
    char before[RECOVERY_OFFSET_SIZE] = "";

    (void)state;
    recovery_init(&log, &machine);
    for (int i = 0; i < 200; i++) {
        char offset[RECOVERY_OFFSET_SIZE];

        recovery_begin(&log, 1, offset);
        recovery_end(&log);
        assert_string_not_equal(offset, before);
        memcpy(before, offset, sizeof(before));
    }
    recovery_deinit(&log);
}

static void what_has_expired_is_dropped(void **state)
{
    struct recovery_log log;
    struct sio_message *message = make_message();
    struct missed missed = {0};
    char offset[RECOVERY_OFFSET_SIZE];
    json_t *rooms = json_array();

    (void)state;
    recovery_init(&log, &machine);
    recovery_begin(&log, 0, offset);
    assert_int_equal(recovery_keep(&log, offset, message, NULL, NULL, NULL), 0);
    recovery_end(&log);
    assert_int_equal(recovery_store(&log, "SID", "PID", rooms, NULL, 0), 0);
    assert_null(recovery_take(&log, "PID", offset, note, &missed));
    assert_true(list_is_empty(&log.sessions));
    assert_true(list_is_empty(&log.packets));
    json_decref(rooms);
    sio_message_release(message);
    recovery_deinit(&log);
}

static void every_failing_allocation_keeps_nothing(void **state)
{
    struct recovery_log log;
    struct sio_message *message = make_message();
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    recovery_init(&log, &machine);
    for (long n = 0;; n++) {
        int rc = 0;

        recovery_begin(&log, 1000, offset);
        mem_fail_after(n);
        rc = recovery_keep(&log, offset, message, (const char *const[]){"a", "b", NULL},
                           (const char *const[]){"c", NULL}, "id");
        mem_fail_after(-1);
        recovery_end(&log);
        if (rc == 0) {
            break;
        }
        assert_int_equal(rc, SAILS_ENOMEM);
        assert_true(list_is_empty(&log.packets));
    }
    sio_message_release(message);
    recovery_deinit(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_session_missed_is_what_was_for_it),
        cmocka_unit_test(an_unknown_session_or_offset_recovers_nothing),
        cmocka_unit_test(offsets_never_repeat),
        cmocka_unit_test(what_has_expired_is_dropped),
        cmocka_unit_test(every_failing_allocation_keeps_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
