#include "base/mem.h"
#include "cluster/operation.h"
#include "io/recovery_shared.h"
#include "support/cmocka.h"

#include <sails/err.h>
#include <sails/io.h>
#include <time.h>

/* A log with a clock that the test moves. */
struct fixture {
    uint64_t now_ms;
    struct machine machine;
    struct recovery_options options;
    struct recovery_log log;
    struct sio_message *message; /* of who does not care which */
    const struct sio_message *missed[8];
    size_t n_missed;
    size_t n_wanted; /* of the missed ones; 0: all */
    void (*meanwhile)(struct fixture *f);
};

enum {
    KEEP_MS = 1000,
    NOTICE_MS = 500
};

static uint64_t unix_ms(void *ctx)
{
    return ((struct fixture *)ctx)->now_ms;
}

static void fill(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 7, len);
}

static struct sio_message *make_message(void)
{
    struct sio_message_options options = {0};
    struct sio_message *message = NULL;

    assert_int_equal(sio_message_create(STR("/"), "e", NULL, NULL, -1, &options, &message), 0);
    return message;
}

static void begin(struct fixture *f)
{
    *f = (struct fixture){
        .now_ms = UINT64_C(1767268800000),
        .machine = {.unix_ms = unix_ms, .random = fill, .ctx = f},
        .options = {.keep_ms = KEEP_MS, .notice_ms = NOTICE_MS, .max_bytes = 100 * 1000 * 1000},
        .message = make_message(),
    };
    recovery_init(&f->log, &f->machine, &f->options);
}

static void end(struct fixture *f)
{
    recovery_deinit(&f->log);
    sio_message_release(f->message);
}

/* Keeps an event and gives its offset. */
static void keep_for(struct fixture *f, struct sio_message *message,
                     const struct operation_spec *whom, char offset[RECOVERY_OFFSET_SIZE])
{
    struct operation op;

    assert_int_equal(operation_init(&op, whom), 0);
    recovery_begin(&f->log, offset);
    assert_int_equal(recovery_keep(&f->log, offset, message, &op.target, op.to_nobody), 0);
    recovery_end(&f->log);
    operation_deinit(&op);
}

static void keep(struct fixture *f, char offset[RECOVERY_OFFSET_SIZE])
{
    keep_for(f, f->message, &(struct operation_spec){.to = NULL}, offset);
}

static void keep_some(struct fixture *f, int n)
{
    char offset[RECOVERY_OFFSET_SIZE];

    for (int i = 0; i < n; i++) {
        keep(f, offset);
    }
}

/* A socket leaves, to which `mark` was sent last, when all up to `seen` had been sent. */
static void leave_as(struct fixture *f, const char *pid, uint64_t mark, uint64_t seen)
{
    struct recovery_leaver leaver = {
        .sid = "SID",
        .pid = pid,
        .rooms = json_pack("[s, s]", "SID", "kitchen"),
        .data = json_string("mine"),
        .trail = {.mark = mark},
        .seen = seen,
    };

    assert_int_equal(recovery_store(&f->log, &leaver), 0);
    json_decref(leaver.rooms);
    json_decref(leaver.data);
}

static void leave(struct fixture *f, uint64_t mark, uint64_t seen)
{
    leave_as(f, "PID", mark, seen);
}

static bool note(struct sio_message *message, void *ctx)
{
    struct fixture *f = ctx;

    assert_true(f->n_missed < 8);
    f->missed[f->n_missed++] = message;
    if (f->meanwhile != NULL) {
        f->meanwhile(f);
    }
    return f->n_missed != f->n_wanted;
}

/* How many events PID has missed behind an offset; -1: that is not known. */
static int come_back(struct fixture *f, const char *offset)
{
    struct recovery_return returning;

    f->n_missed = 0;
    if (!recovery_take(&f->log, STR("PID"), str_from(offset), &returning)) {
        return -1;
    }
    assert_int_equal(recovery_replay(&f->log, &returning, note, f), 0);
    assert_string_equal(returning.session->sid, "SID");
    assert_string_equal(json_string_value(returning.session->data), "mine");
    recovery_return_deinit(&returning);
    return (int)f->n_missed;
}

/* socket-io 31 */
static void what_a_session_missed_is_what_was_for_it(void **state)
{
    const struct operation_spec targets[] = {
        {.to = NULL},
        {.to = (const char *const[]){"hall", NULL}},
        {.to = (const char *const[]){"hall", "kitchen", NULL}},
        {.except = (const char *const[]){"attic", "kitchen", NULL}},
        {.except_id = "SID"},
        {.to = (const char *const[]){"SID", NULL}, .except_id = "other"},
        {.to = (const char *const[]){NULL}}, /* nobody */
        {.to = (const char *const[]){"kitchen ", "kitche", NULL}},
    };
    struct fixture f;
    struct sio_message *m[8];
    char seen[RECOVERY_OFFSET_SIZE], offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep(&f, seen);
    leave(&f, 1, 1);
    for (size_t i = 0; i < 8; i++) {
        m[i] = make_message();
        keep_for(&f, m[i], &targets[i], offset);
        assert_true(m[i]->mark == i + 2);
    }
    assert_int_equal(come_back(&f, seen), 3);
    assert_ptr_equal(f.missed[0], m[0]);
    assert_ptr_equal(f.missed[1], m[2]);
    assert_ptr_equal(f.missed[2], m[5]);

    /* Taken up once: a second client cannot have the same session. */
    assert_int_equal(come_back(&f, seen), -1);
    for (size_t i = 0; i < 8; i++) {
        sio_message_release(m[i]);
    }
    end(&f);
}

static void what_is_not_known_recovers_nothing(void **state)
{
    static const char *const offsets[] = {"",
                                          ".",
                                          "x",
                                          ".1",
                                          "1",
                                          "Q83jS_L",
                                          "Q83jS_L.2",
                                          "Q83jS_L.9",
                                          ".0",
                                          "a.1!",
                                          "a.zzzzzzzzzzzzzzzz"};
    struct fixture f;
    struct recovery_return returning;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep_some(&f, 3);
    keep(&f, offset);
    leave(&f, 4, 4);
    assert_false(recovery_take(&f.log, STR("other"), str_from(offset), &returning));
    assert_false(recovery_take(&f.log, STR("PID\0x"), str_from(offset), &returning));
    assert_false(recovery_take(&f.log, STR(""), STR(""), &returning));
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        assert_int_equal(come_back(&f, offsets[i]), -1);
    }
    assert_int_equal(come_back(&f, offset), 0); /* still there */
    end(&f);
}

/* What is behind the last event that arrived was on its way when the connection broke. */
static void events_that_were_sent_and_did_not_arrive_are_missed(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep(&f, offset);
    keep_some(&f, 2);
    leave(&f, 3, 3);
    keep_some(&f, 1);
    assert_int_equal(come_back(&f, offset), 3);

    /* Not seen: sent by another worker, and not yet by the one that has the socket. */
    keep(&f, offset);
    keep_some(&f, 2);
    leave(&f, 5, 6);
    assert_int_equal(come_back(&f, offset), 1);
    end(&f);
}

/* What a client is entitled to is decided by when it left. */
static void who_has_long_received_nothing_is_recovered_if_it_left_just_now(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];
    const struct operation_spec hall = {.to = (const char *const[]){"hall", NULL}};

    (void)state;
    begin(&f);
    keep(&f, offset);
    f.now_ms += 100 * KEEP_MS;
    for (int i = 0; i < 3; i++) {
        char other[RECOVERY_OFFSET_SIZE];

        keep_for(&f, f.message, &hall, other); /* its own event has expired meanwhile */
    }
    leave(&f, 1, 4);
    f.now_ms += KEEP_MS / 2;
    keep_some(&f, 1);
    assert_int_equal(come_back(&f, offset), 1);

    /* But not where it has missed something that is not kept any more. */
    leave(&f, 6, 6);
    assert_int_equal(come_back(&f, offset), -1);

    /* And not when it left too long ago. */
    keep(&f, offset);
    leave(&f, 6, 6);
    f.now_ms += KEEP_MS;
    assert_int_equal(come_back(&f, offset), -1);
    end(&f);
}

/* The same where an event was sent to it, and lost, before it was noticed that it had gone. */
static void who_has_long_received_nothing_gets_what_was_lost(void **state)
{
    struct fixture f;
    struct recovery_trail trail = {0};
    struct recovery_leaver leaver = {.sid = "SID", .pid = "PID", .rooms = json_pack("[s]", "SID")};
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    leaver.data = json_string("mine");
    keep_some(&f, 2);
    recovery_trail_note(&trail, 2, 1000, NOTICE_MS);
    keep(&f, offset);
    recovery_trail_note(&trail, 3, 1000 + NOTICE_MS - 1, NOTICE_MS);
    assert_true(trail.base == 0);
    f.now_ms += 100 * KEEP_MS;
    keep_some(&f, 2);
    recovery_trail_note(&trail, 4, 1000 + 100 * KEEP_MS, NOTICE_MS);
    recovery_trail_note(&trail, 5, 1000 + 100 * KEEP_MS, NOTICE_MS);
    assert_true(trail.mark == 5 && trail.base == 3 && trail.next == 4);
    f.now_ms += NOTICE_MS - 1;
    leaver.trail = trail;
    leaver.seen = 5;
    assert_int_equal(recovery_store(&f.log, &leaver), 0);
    f.now_ms += KEEP_MS - 1;
    keep_some(&f, 1);
    assert_int_equal(come_back(&f, offset), 3);
    json_decref(leaver.rooms);
    json_decref(leaver.data);
    end(&f);
}

/* A lost connection is noticed after a while; what was sent until then is still owed. */
static void events_are_kept_as_long_as_somebody_may_miss_them(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep(&f, offset);
    keep_some(&f, 1); /* on its way when the connection breaks */
    f.now_ms += NOTICE_MS - 1;
    leave(&f, 2, 2);
    f.now_ms += KEEP_MS - 1;
    keep_some(&f, 1);
    assert_int_equal(come_back(&f, offset), 2);
    f.now_ms += KEEP_MS + NOTICE_MS;
    keep_some(&f, 1);
    assert_int_equal(f.log.n_packets, 1);
    end(&f);
}

/* A worker's own event is sent before one that another worker has kept earlier and mailed. */
static void events_that_were_overtaken_are_missed(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep_some(&f, 4);
    keep(&f, offset);
    leave(&f, 4, 5); /* 5 was sent, then 4, which did not arrive */
    assert_int_equal(come_back(&f, offset), 2);
    end(&f);
}

static void what_could_not_be_sent_is_not_kept(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE], again[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    for (int i = 0; i < 2; i++) {
        recovery_begin(&f.log, offset);
        assert_int_equal(
            recovery_keep(&f.log, offset, f.message, &(struct sio_target){.n_rooms = 0}, false), 0);
        recovery_unkeep(&f.log);
        recovery_end(&f.log);
        assert_true(f.log.last_seq == (uint64_t)i && f.log.n_packets == (size_t)i);
        keep(&f, again);
        assert_string_equal(again, offset);
    }
    leave(&f, 2, 2);
    keep_some(&f, 1);
    assert_int_equal(come_back(&f, offset), 1);
    end(&f);
}

static void offsets_never_repeat_and_grow(void **state)
{
    struct fixture f;
    char before[RECOVERY_OFFSET_SIZE] = "";
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    for (int i = 0; i < 200; i++) {
        f.now_ms += (uint64_t)i % 3;
        keep(&f, offset);
        assert_string_not_equal(offset, before);
        assert_memory_equal(offset, "Pjc", 1);
        memcpy(before, offset, sizeof(before));
    }
    f.now_ms -= 5000; /* a clock may be set back */
    keep(&f, offset);
    assert_memory_equal(offset, before, 7);
    assert_string_not_equal(offset, before);
    end(&f);
}

static void what_is_over_the_bounds_is_dropped(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    f.options.max_bytes = 100 * 1000;
    keep(&f, offset);
    leave(&f, 1, 1);
    keep_some(&f, 2000);
    assert_true(f.log.n_bytes < 101 * 1000);
    assert_true(f.log.n_packets > 100 && f.log.n_packets < 1000);
    assert_int_equal(come_back(&f, offset), -1); /* some that it missed have gone */
    for (int i = 0; i < RECOVERY_SESSIONS_MAX + 100; i++) {
        char pid[ID_LEN + 1];

        snprintf(pid, sizeof(pid), "%d", i);
        leave_as(&f, pid, 1, f.log.last_seq);
    }
    assert_true(f.log.by_pid.count <= RECOVERY_SESSIONS_MAX + 1);
    end(&f);
}

/* ---- nobody waits ---- */

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cost_of_guesses(struct fixture *f)
{
    struct recovery_return returning;
    double before = cpu_s();

    for (int i = 0; i < 20000; i++) {
        assert_false(recovery_take(&f->log, STR("AAAAAAAAAAAAAAAAAAAA"), STR("zz"), &returning));
        assert_false(recovery_take(&f->log, STR("PID"), STR("Q83jS_L.zz"), &returning));
    }
    return cpu_s() - before;
}

/* 420 KB of these delayed another client's ack by 14.5 s. */
static void guesses_cost_the_same_however_much_is_kept(void **state)
{
    struct fixture f;
    double few = 0;
    double many = 0;

    (void)state;
    begin(&f);
    keep_some(&f, 10);
    leave(&f, 1, 10);
    few = cost_of_guesses(&f);
    for (int i = 0; i < 1000; i++) {
        char pid[ID_LEN + 1];

        snprintf(pid, sizeof(pid), "%d", i);
        leave_as(&f, pid, 1, 10);
    }
    keep_some(&f, 100000);
    many = cost_of_guesses(&f);
    assert_int_equal(f.log.n_packets, 100010);
    if (many > 5 * few + 0.05) {
        fail_msg("%.3f s with few, %.3f s with many", few, many);
    }
    end(&f);
}

/* Another thread's emit, and the end of all that is being read: neither waits for the reader. */
static void emit_much_later(struct fixture *f)
{
    f->now_ms += 10 * KEEP_MS;
    f->meanwhile = NULL;
    keep_some(f, 64);
}

static void a_reader_holds_no_lock_and_keeps_what_it_reads(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep(&f, offset);
    leave(&f, 1, 1);
    keep_some(&f, 5);
    f.meanwhile = emit_much_later;
    assert_int_equal(come_back(&f, offset), 5); /* and not what was sent meanwhile */
    assert_int_equal(f.log.n_packets, 64);
    end(&f);
}

/* A client that does not take what it missed ends the walk. */
static void a_reader_may_stop(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    keep(&f, offset);
    leave(&f, 1, 1);
    keep_some(&f, 100);
    f.n_wanted = 3;
    assert_int_equal(come_back(&f, offset), 3);
    end(&f);
}

static void every_failing_allocation_keeps_nothing(void **state)
{
    const struct operation_spec whom = {
        .to = SAILS_ROOMS("a", "b"), .except = SAILS_ROOMS("c"), .except_id = "id"};
    struct operation op;
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];
    int rc = SAILS_ENOMEM;

    (void)state;
    begin(&f);
    assert_int_equal(operation_init(&op, &whom), 0);
    for (long n = 0; rc != 0; n++) {
        recovery_begin(&f.log, offset);
        mem_fail_after(n);
        rc = recovery_keep(&f.log, offset, f.message, &op.target, false);
        mem_fail_after(-1);
        recovery_end(&f.log);
        assert_true(rc == 0 || (rc == SAILS_ENOMEM && f.log.first == NULL && f.log.last_seq == 0));
    }
    keep_some(&f, 1);
    leave(&f, 1, 1);
    {
        struct recovery_return returning;

        assert_true(recovery_take(&f.log, STR("PID"), str_from(offset), &returning));
        mem_fail_after(0);
        assert_int_equal(recovery_replay(&f.log, &returning, note, &f), SAILS_ENOMEM);
        assert_int_equal(f.n_missed, 0);
        recovery_return_deinit(&returning);
    }
    end(&f);
}

/* ---- of all nodes ---- */

static void keep_at(struct fixture *f, const char *offset)
{
    recovery_begin_at(&f->log, offset);
    assert_int_equal(
        recovery_keep(&f->log, offset, f->message, &(struct sio_target){.n_rooms = 0}, false), 0);
    recovery_end(&f->log);
}

/* How many events were missed behind an offset; -1: that is not known. */
static int come_from_elsewhere(struct fixture *f, const char *offset)
{
    json_t *session =
        json_pack("{s:s, s:s, s:[s], s:{}}", "sid", "SID", "pid", "PID", "rooms", "SID", "data");
    struct recovery_return returning;
    bool is_known =
        recovery_take_shared(&f->log, session, STR("PID"), str_from(offset), &returning);

    json_decref(session);
    f->n_missed = 0;
    if (!is_known) {
        return -1;
    }
    assert_int_equal(recovery_replay(&f->log, &returning, note, f), 0);
    assert_string_equal(returning.session->sid, "SID");
    recovery_return_deinit(&returning);
    return (int)f->n_missed;
}

/* redis-cluster 27 */
static void an_offset_of_the_stream_is_found_on_any_node(void **state)
{
    static const char *const ids[] = {"1-0", "1-1", "1-10", "2-0", "10-0"};
    struct fixture f;

    (void)state;
    begin(&f);
    f.options.is_shared = true;
    for (size_t i = 0; i < 5; i++) {
        keep_at(&f, ids[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(come_from_elsewhere(&f, ids[i]), 4 - (int)i);
    }
    f.now_ms += UINT64_C(1000) * KEEP_MS; /* as long as the stream keeps them */
    assert_int_equal(come_from_elsewhere(&f, "1-10"), 2);
    assert_int_equal(come_from_elsewhere(&f, "1-2"), -1);
    assert_int_equal(come_from_elsewhere(&f, "11-0"), -1);
    assert_int_equal(come_from_elsewhere(&f, "0-0"), -1);
    assert_int_equal(come_from_elsewhere(&f, "x"), -1);
    assert_int_equal(come_from_elsewhere(&f, ""), -1);
    keep_at(&f, "3-0"); /* the stream was lost, and has begun anew */
    assert_int_equal(come_from_elsewhere(&f, "10-0"), -1);
    assert_int_equal(come_from_elsewhere(&f, "3-0"), 0);
    end(&f);
}

/* No node can take back what is in the stream: a client from before it must not come back as if it had heard all. */
static void an_event_that_could_not_be_kept_makes_all_begin_anew(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.options.is_shared = true;
    keep_at(&f, "1-0");
    keep_at(&f, "2-0");
    recovery_begin_at(&f.log, "3-0");
    recovery_forget(&f.log);
    recovery_end(&f.log);
    keep_at(&f, "4-0");
    assert_int_equal(come_from_elsewhere(&f, "2-0"), -1);
    assert_int_equal(come_from_elsewhere(&f, "3-0"), -1);
    keep_at(&f, "5-0");
    assert_int_equal(come_from_elsewhere(&f, "4-0"), 1);
    end(&f);
}

static void as_many_are_kept_as_in_the_stream(void **state)
{
    struct fixture f;
    char offset[RECOVERY_OFFSET_SIZE];

    (void)state;
    begin(&f);
    f.options.is_shared = true;
    for (int i = 1; i <= RECOVERY_SHARED_MAX + 100; i++) {
        (void)snprintf(offset, sizeof(offset), "%d-0", i);
        keep_at(&f, offset);
    }
    assert_in_range(f.log.n_packets, RECOVERY_SHARED_MAX, RECOVERY_SHARED_MAX + 1);
    assert_int_equal(come_from_elsewhere(&f, "50-0"), -1);
    end(&f);
}

static void places_in_a_stream_have_an_order(void **state)
{
    (void)state;
    assert_true(recovery_shared_is_before(STR("1-9"), STR("1-10")));
    assert_true(recovery_shared_is_before(STR("9-9"), STR("10-0")));
    assert_true(
        recovery_shared_is_before(STR("1-1"), STR("18446744073709551615-18446744073709551615")));
    assert_false(recovery_shared_is_before(STR("1-1"), STR("1-1")));
    assert_false(recovery_shared_is_before(STR("2-0"), STR("1-1")));
    assert_false(recovery_shared_is_before(STR("1"), STR("2-0")));
    assert_false(recovery_shared_is_before(STR("1-0"), STR("2")));
    assert_false(recovery_shared_is_before(STR("1-0"), STR("2-")));
    assert_false(recovery_shared_is_before(STR("1-0"), STR("18446744073709551616-0")));
}

static void what_is_no_session_is_refused(void **state)
{
    static const char *const texts[] = {
        "null",
        "[]",
        "{}",
        "{\"sid\":1,\"pid\":\"P\",\"rooms\":[]}",
        "{\"sid\":\"\",\"pid\":\"P\",\"rooms\":[]}",
        "{\"sid\":\"123456789012345678901\",\"pid\":\"P\",\"rooms\":[]}",
        "{\"sid\":\"S\\u0000\",\"pid\":\"P\",\"rooms\":[]}",
        "{\"sid\":\"S\",\"pid\":\"Q\",\"rooms\":[]}",
        "{\"sid\":\"S\",\"pid\":\"P\"}",
        "{\"sid\":\"S\",\"pid\":\"P\",\"rooms\":{}}",
        "{\"sid\":\"S\",\"pid\":\"P\",\"rooms\":[1]}",
        "{\"sid\":\"S\",\"pid\":\"P\",\"rooms\":[\"\"]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *session = json_loads(texts[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

        assert_null(recovery_shared_read(session, STR("P")));
        json_decref(session);
    }
    assert_null(recovery_shared_read(NULL, STR("P")));
}

/* As @socket.io/redis-streams-adapter keeps it (redis-cluster 27). */
static void a_session_is_told_as_nodes_understand_it(void **state)
{
    struct recovery_leaver leaver = {.sid = "S", .pid = "P", .rooms = json_pack("[s,s]", "S", "r")};
    json_t *session = recovery_describe(&leaver);
    char *text = json_dumps(session, JSON_COMPACT);
    struct recovery_session *read = recovery_shared_read(session, STR("P"));

    (void)state;
    assert_string_equal(text, "{\"sid\":\"S\",\"pid\":\"P\",\"rooms\":[\"S\",\"r\"],\"data\":{}}");
    assert_non_null(read);
    assert_string_equal(read->pid, "P");
    mem_fail_after(0);
    assert_null(recovery_shared_read(session, STR("P")));
    mem_fail_after(-1);
    recovery_shared_free(read);
    mem_free(text);
    json_decref(session);
    json_decref(leaver.rooms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_session_missed_is_what_was_for_it),
        cmocka_unit_test(what_is_not_known_recovers_nothing),
        cmocka_unit_test(events_that_were_sent_and_did_not_arrive_are_missed),
        cmocka_unit_test(who_has_long_received_nothing_is_recovered_if_it_left_just_now),
        cmocka_unit_test(who_has_long_received_nothing_gets_what_was_lost),
        cmocka_unit_test(events_are_kept_as_long_as_somebody_may_miss_them),
        cmocka_unit_test(events_that_were_overtaken_are_missed),
        cmocka_unit_test(what_could_not_be_sent_is_not_kept),
        cmocka_unit_test(offsets_never_repeat_and_grow),
        cmocka_unit_test(what_is_over_the_bounds_is_dropped),
        cmocka_unit_test(guesses_cost_the_same_however_much_is_kept),
        cmocka_unit_test(a_reader_holds_no_lock_and_keeps_what_it_reads),
        cmocka_unit_test(a_reader_may_stop),
        cmocka_unit_test(an_offset_of_the_stream_is_found_on_any_node),
        cmocka_unit_test(an_event_that_could_not_be_kept_makes_all_begin_anew),
        cmocka_unit_test(as_many_are_kept_as_in_the_stream),
        cmocka_unit_test(places_in_a_stream_have_an_order),
        cmocka_unit_test(what_is_no_session_is_refused),
        cmocka_unit_test(a_session_is_told_as_nodes_understand_it),
        cmocka_unit_test(every_failing_allocation_keeps_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
