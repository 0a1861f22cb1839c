#include "unit/io/stage.h"

/*
 * The end of a socket: who hears of it, what it still is then, and which reason it has.
 */

static void never_answered(sails_io_socket *socket, int status, json_t *args, void *ctx)
{
    (void)socket;
    (void)status;
    (void)args;
    (void)ctx;
    must(false);
}

static void tell_disconnecting(sails_io_socket *socket, const char *reason, void *ctx)
{
    json_t *rooms = sails_io_socket_rooms(socket);

    note(ctx, "disconnecting", reason);
    must(json_array_size(rooms) == 2);
    must(sails_io_socket_is_in(socket, "kitchen"));
    must(sails_io_socket_is_in(socket, sails_io_socket_id(socket)));
    json_decref(rooms);
}

static void tell_disconnect(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct stage *stage = ctx;
    json_t *rooms = sails_io_socket_rooms(socket);

    note(stage, "disconnect", reason);
    must(json_array_size(rooms) == 0);
    must(!sails_io_socket_is_connected(socket));
    must(!sails_io_socket_is_in(socket, "kitchen"));
    must(sails_io_socket_join(socket, "kitchen") == SAILS_ECLOSED);
    must(sails_io_socket_emit(socket, "x", json_object(), 0) == SAILS_ECLOSED);
    must(sails_io_socket_emit_with_ack(socket, "x", json_object(), 1, never_answered, stage) ==
         SAILS_ECLOSED);
    sails_io_socket_disconnect(socket, false);
    json_decref(rooms);
    tell(0, &stage->told);
}

static void join_kitchen(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    must(sails_io_socket_join(socket, "kitchen") == 0);
}

static void on_go(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_disconnect(socket, json_is_true(sails_io_event_arg(event, 0)));
    must(!sails_io_socket_is_connected(socket));
    if (sails_io_event_wants_ack(event)) {
        must(sails_io_event_ack(event, json_string("still heard")) == 0);
    }
}

/* Takes the ack out, and answers when the socket has gone. */
static void on_go_owing(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct stage *stage = ctx;

    stage->held = sails_io_event_take_ack(event);
    sails_io_socket_disconnect(socket, false);
    must(!sails_io_socket_is_connected(socket));
}

static void on_answer_first(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    must(sails_io_event_ack(event, NULL) == 0);
    sails_io_socket_disconnect(socket, false);
    must(sails_io_event_ack(event, NULL) == SAILS_ESTATE);
}

static void note_after(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)event;
    note(ctx, "on", "after");
}

static void end_stage_init(struct stage *stage)
{
    stage_init(stage, 1);
    sails_io_on_connection(stage->live.root, join_kitchen, stage);
    sails_io_on_disconnecting(stage->live.root, tell_disconnecting, stage);
    sails_io_on_disconnect(stage->live.root, tell_disconnect, stage);
    sails_io_on(stage->live.root, "go", on_go, stage);
    sails_io_on(stage->live.root, "go", note_after, stage);
    sails_io_on(stage->live.root, "go owing", on_go_owing, stage);
    sails_io_on(stage->live.root, "answer first", on_answer_first, stage);
    sails_io_on(stage->live.root, "after", note_after, stage);
    sails_io_of(stage->live.io, "/other");
}

enum ending {
    SEND_TEXT,
    SEND_BYTES,
    HANG_UP,
    RESET,
    SILENCE,
    LOWER
};

static void end_by(struct stage *stage, struct ws_client *client, enum ending ending,
                   const char *what, size_t len)
{
    switch (ending) {
    case SEND_TEXT:
        assert_true(ws_client_send(client, what));
        break;
    case SEND_BYTES:
        assert_true(tcp_client_send(&client->tcp, what, len));
        ws_client_expect_close(client); /* the reason is told when the connection has ended, too */
        tcp_client_close(&client->tcp);
        break;
    case HANG_UP:
        tcp_client_close(&client->tcp);
        break;
    case RESET:
        tcp_client_abort(&client->tcp);
        break;
    case SILENCE:
        break;
    case LOWER:
        assert_int_equal(sails_app_lower(stage->live.app), 0);
        break;
    }
}

/* socket-io 23, 24 */
static void the_reason_tells_who_ended_it(void **state)
{
    static const struct {
        enum ending ending;
        const char *what;
        size_t len;
        const char *reason;
    } cases[] = {
        {SEND_TEXT, "41", 0, "client namespace disconnect"},
        {SEND_TEXT, "42[\"go\",false]", 0, "server namespace disconnect"},
        {SEND_TEXT, "42[\"go\",true]", 0, "server namespace disconnect"},
        {SEND_TEXT, "4abc", 0, "forced close"},
        {SEND_TEXT, "40", 0, "forced close"},
        {SEND_TEXT, "9", 0, "parse error"},
        {SEND_BYTES, "\x88\x80\x00\x00\x00\x00", 6, "transport close"},
        {SEND_BYTES, "\x81\x01x", 3, "transport error"}, /* not masked */
        {HANG_UP, NULL, 0, "transport close"},
        {RESET, NULL, 0, NULL}, /* close or error: it depends on what TCP says first */
        {SILENCE, NULL, 0, "ping timeout"},
        {LOWER, NULL, 0, "server shutting down"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct stage stage;
        struct ws_client client;
        char want[128];

        end_stage_init(&stage);
        if (cases[i].ending == SILENCE) {
            sails_app_set(stage.live.app, "sockets.pingInterval", json_integer(30));
            sails_app_set(stage.live.app, "sockets.pingTimeout", json_integer(30));
        }
        live_lift(&stage.live);
        ws_client_expect_in(&client, stage.live.port, 5);
        end_by(&stage, &client, cases[i].ending, cases[i].what, cases[i].len);
        told_wait(&stage.told);
        if (cases[i].reason != NULL) {
            snprintf(want, sizeof(want), "disconnecting %s;disconnect %s;", cases[i].reason,
                     cases[i].reason);
            expect_notes(&stage, want);
        }
        ws_client_close(&client);
        stage_end(&stage);
    }
}

/* socket-io 20, 21 */
static void the_server_leaves_one_namespace_or_closes_all(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    end_stage_init(&stage);
    live_lift(&stage.live);
    assert_true(ws_client_open(&client, stage.live.port, 5, "", ""));
    assert_true(ws_client_join(&client, "/other", ""));
    assert_true(ws_client_join(&client, "/", ""));
    ws_client_expect_answer(&client, "421[\"go\",false]", "41");
    ws_client_expect(&client, "431[\"still heard\"]");
    told_wait(&stage.told);
    expect_notes(&stage, "disconnecting server namespace disconnect;"
                         "disconnect server namespace disconnect;");
    assert_true(ws_client_join(&client, "/", ""));
    assert_true(ws_client_send(&client, "422[\"go\",true]"));
    /* In the order of joining, or not: both come, then the end. */
    ws_client_expect_start(&client, "41");
    ws_client_expect_start(&client, "41");
    ws_client_expect(&client, "432[\"still heard\"]");
    ws_client_expect_close(&client);
    ws_client_close(&client);
    stage_end(&stage);
}

/* socket-io 8: an answer goes to the connection, which stays open. */
static void an_answer_that_is_owed_comes_behind_the_disconnect(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    for (unsigned protocol = 4; protocol <= 5; protocol++) {
        end_stage_init(&stage);
        live_lift(&stage.live);
        ws_client_expect_in(&client, stage.live.port, protocol);
        ws_client_expect_answer(&client, "421[\"go owing\"]", "41");
        told_wait(&stage.told);
        assert_int_equal(sails_io_ack_send(stage.held, json_integer(1)), 0);
        ws_client_expect(&client, "431[1]");
        assert_true(ws_client_send(&client, "40/other,"));
        ws_client_expect_start(&client, "40/other,");

        ws_client_close(&client);
        ws_client_expect_in(&client, stage.live.port, protocol);
        ws_client_expect_answer(&client, "422[\"answer first\"]", "432[]");
        ws_client_expect(&client, "41");
        ws_client_close(&client);
        stage_end(&stage);
    }
}

/* The same where nobody is left to hear it. */
static void an_answer_to_who_has_gone_is_no_error(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    end_stage_init(&stage);
    live_lift(&stage.live);
    ws_client_expect_in(&client, stage.live.port, 5);
    ws_client_expect_answer(&client, "421[\"go owing\"]", "41");
    told_wait(&stage.told);
    ws_client_close(&client);
    assert_int_equal(sails_io_ack_send(stage.held, json_integer(1)), 0);
    live_settle(&stage.live);
    stage_end(&stage);
}

/* socket-io 38 */
static void events_behind_a_disconnect_are_not_delivered(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    end_stage_init(&stage);
    live_lift(&stage.live);
    ws_client_expect_in(&client, stage.live.port, 5);
    assert_true(ws_client_send(&client, "42[\"go\",false]"));
    assert_true(ws_client_send(&client, "42[\"after\"]"));
    ws_client_expect(&client, "41");
    ws_client_expect_close(&client); /* a packet for a namespace that it is not in (socket-io 16) */
    told_wait(&stage.told);
    expect_notes(&stage, "disconnecting server namespace disconnect;"
                         "disconnect server namespace disconnect;");
    ws_client_close(&client);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_tells_who_ended_it),
        cmocka_unit_test(the_server_leaves_one_namespace_or_closes_all),
        cmocka_unit_test(an_answer_that_is_owed_comes_behind_the_disconnect),
        cmocka_unit_test(an_answer_to_who_has_gone_is_no_error),
        cmocka_unit_test(events_behind_a_disconnect_are_not_delivered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
