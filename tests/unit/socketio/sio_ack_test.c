#include "socketio/sio.h"
#include "unit/socketio/sio_fixture.h"

/* Notes "<status>" or the answer's payload. */
static void on_ack(struct sio_socket *socket, int status, const struct sio_packet *answer,
                   void *ctx)
{
    struct fixture *f = ctx;
    char text[64];

    assert_ptr_equal(sio_socket_user(socket), f);
    if (status < 0) {
        note(f, "ack:", sails_strerror(status));
        return;
    }
    snprintf(text, sizeof(text), "%lld%.*s", (long long)answer->id, STR_FMT(answer->payload));
    note(f, "ack:", text);
}

static int ask(struct fixture *f, struct sio_socket *socket, uint64_t timeout_ms)
{
    struct sio_namespace *nsp = sio_socket_namespace(socket);
    uint64_t id = sio_namespace_take_ack_id(nsp);
    struct sio_message *message = NULL;
    char name[16];
    int rc = 0;

    snprintf(name, sizeof(name), "%.*s", STR_FMT(sio_namespace_name(nsp)));
    message = make_message(name, "q", NULL, (int64_t)id);
    rc = sio_socket_expect_ack(socket, id, timeout_ms, on_ack, f);
    sio_socket_send(socket, message, false);
    sio_message_release(message);
    return rc;
}

/* socket-io 15, 16, 34 */
static void an_answer_comes_once(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    ask(&f, f.sockets[0], 0);
    ask(&f, f.sockets[0], 1000);
    assert_string_equal(hear(&f, link), "420[\"q\"] 421[\"q\"]");
    say(link, "431[\"one\",2]");
    say(link, "431[\"again\"]");
    say(link, "4399[]");
    say(link, "43[\"no id\"]");
    say(link, "430"); /* no payload: no arguments */
    assert_string_equal(take_log(&f), "ack:1[\"one\",2] ack:0");
    sim_advance(&f.sim, 5000);
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

/* socket-io 34: one counter for each namespace, shared by its sockets. */
static void ids_count_up_within_a_namespace(void **state)
{
    struct fixture f;
    struct sim_link *ann = NULL;
    struct sim_link *bob = NULL;

    (void)state;
    fixture_begin(&f);
    ann = join_v5(&f);
    bob = join_v5(&f);
    say(ann, "40/a,");
    hear(&f, ann);
    ask(&f, f.sockets[0], 0);
    ask(&f, f.sockets[1], 0);
    ask(&f, f.sockets[2], 0);
    assert_string_equal(hear(&f, ann), "420[\"q\"] 42/a,0[\"q\"]");
    assert_string_equal(hear(&f, bob), "421[\"q\"]");
    take_log(&f);
    say(bob, "430[]"); /* that was ann's question */
    say(ann, "43/a,0[\"x\"]");
    assert_string_equal(take_log(&f), "ack:0[\"x\"]");
    fixture_deinit(&f);
}

static void binary_answers_come_with_their_attachments(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    ask(&f, f.sockets[0], 0);
    say(link, "461-0[{\"_placeholder\":true,\"num\":0}]");
    assert_string_equal(take_log(&f), "");
    say_binary(link, "x");
    assert_string_equal(take_log(&f), "ack:0[{\"_placeholder\":true,\"num\":0}]");
    fixture_deinit(&f);
}

/* socket-io 17 */
static void a_late_answer_is_forgotten(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    ask(&f, f.sockets[0], 1000);
    sim_advance(&f.sim, 999);
    assert_string_equal(take_log(&f), "");
    sim_advance(&f.sim, 1 + 1000 / 8);
    assert_string_equal(take_log(&f), "ack:operation has timed out");
    say(link, "430[]");
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

/* Lengths are rounded, but never down, and by an eighth at most. */
static void time_limits_are_kept(void **state)
{
    static const uint64_t lengths[] = {1,   7,   8,   15,  16,   17,    100,
                                       127, 128, 129, 999, 5000, 12345, UINT64_C(600000)};
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.engine_options.ping_interval_ms = 100000000;
    fixture_start(&f);
    join_v5(&f);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        assert_int_equal(ask(&f, f.sockets[0], lengths[i]), 0);
        sim_advance(&f.sim, lengths[i] - 1);
        assert_string_equal(take_log(&f), "");
        sim_advance(&f.sim, 1 + lengths[i] / 8);
        assert_string_equal(take_log(&f), "ack:operation has timed out");
    }
    assert_int_equal(ask(&f, f.sockets[0], UINT64_MAX), 0);
    fixture_deinit(&f);
}

static void who_waits_hears_of_the_end(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    ask(&f, f.sockets[0], 0);
    ask(&f, f.sockets[0], 1000);
    say(link, "41");
    assert_string_equal(take_log(&f), "leaving:client namespace disconnect "
                                      "ack:the connection is closed ack:the connection is closed "
                                      "gone:client namespace disconnect");
    sim_advance(&f.sim, 5000);
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

static void a_forgotten_ack_is_not_called(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    sio_socket_forget_ack(f.sockets[0], 0);
    ask(&f, f.sockets[0], 10);
    sio_socket_forget_ack(f.sockets[0], 0);
    sio_socket_forget_ack(f.sockets[0], 0);
    say(link, "430[]");
    sim_advance(&f.sim, 100);
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

static void only_so_many_answers_are_waited_for(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_init(&f);
    f.options.max_acks = 2;
    fixture_start(&f);
    link = join_v5(&f);
    assert_int_equal(ask(&f, f.sockets[0], 0), 0);
    assert_int_equal(ask(&f, f.sockets[0], 0), 0);
    assert_int_equal(ask(&f, f.sockets[0], 0), SAILS_ETOOBIG);
    say(link, "430[]");
    assert_int_equal(ask(&f, f.sockets[0], 0), 0);
    fixture_deinit(&f);
}

/* socket-io 28: this floor's part of it: one id, each client answers for itself. */
static void sockets_can_wait_for_the_same_id(void **state)
{
    struct fixture f;
    struct sim_link *ann = NULL;
    struct sim_link *bob = NULL;
    struct sio_message *message = NULL;
    const struct sio_target all = {0};

    (void)state;
    fixture_begin(&f);
    ann = join_v5(&f);
    bob = join_v4(&f);
    message = make_message("/", "q", NULL, (int64_t)sio_namespace_take_ack_id(f.nsps[0]));
    sio_socket_expect_ack(f.sockets[0], 0, 100, on_ack, &f);
    sio_socket_expect_ack(f.sockets[1], 0, 100, on_ack, &f);
    assert_int_equal(sio_namespace_broadcast(f.nsps[0], &all, message, false), 2);
    sio_message_release(message);
    say(ann, "430[1]");
    say(ann, "430[2]");
    assert_string_equal(take_log(&f), "ack:0[1]");
    sim_advance(&f.sim, 200);
    assert_string_equal(take_log(&f), "ack:operation has timed out");
    say(bob, "430[3]");
    assert_string_equal(take_log(&f), "");
    fixture_deinit(&f);
}

static void expect_again(struct sio_socket *socket, int status, const struct sio_packet *answer,
                         void *ctx)
{
    struct fixture *f = ctx;

    (void)answer;
    note(f, "again:", sails_err_name(status));
    if (status == 0) {
        sio_socket_disconnect(socket, true);
    }
    assert_int_equal(sio_socket_expect_ack(socket, 9, 0, expect_again, f), SAILS_ECLOSED);
}

static void a_callback_may_end_its_socket(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    sio_socket_expect_ack(f.sockets[0], 1, 0, expect_again, &f);
    sio_socket_expect_ack(f.sockets[0], 2, 0, expect_again, &f);
    say(link, "431[]");
    assert_string_equal(hear(&f, link), "41 close");
    assert_string_equal(take_log(&f), "again:OK leaving:server namespace disconnect "
                                      "again:SAILS_ECLOSED gone:server namespace disconnect");
    fixture_deinit(&f);
}

static void a_failed_allocation_leaves_nothing_behind(void **state)
{
    struct fixture f;
    int rc = SAILS_ENOMEM;

    (void)state;
    fixture_begin(&f);
    join_v5(&f);
    for (long n = 0; rc == SAILS_ENOMEM; n++) {
        mem_fail_after(n);
        rc = sio_socket_expect_ack(f.sockets[0], 5, 77, on_ack, &f);
        mem_fail_after(-1);
    }
    assert_int_equal(rc, 0);
    sim_advance(&f.sim, 100);
    assert_string_equal(take_log(&f), "ack:operation has timed out");
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_once),
        cmocka_unit_test(ids_count_up_within_a_namespace),
        cmocka_unit_test(binary_answers_come_with_their_attachments),
        cmocka_unit_test(a_late_answer_is_forgotten),
        cmocka_unit_test(time_limits_are_kept),
        cmocka_unit_test(who_waits_hears_of_the_end),
        cmocka_unit_test(a_forgotten_ack_is_not_called),
        cmocka_unit_test(only_so_many_answers_are_waited_for),
        cmocka_unit_test(sockets_can_wait_for_the_same_id),
        cmocka_unit_test(a_callback_may_end_its_socket),
        cmocka_unit_test(a_failed_allocation_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
