#include "unit/io/stage.h"

/*
 * Events and acks, seen from the listeners of a socket.
 */

/* ---- listeners ---- */

static void on_echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    must(sails_io_socket_emit(socket, "echo-back", json_incref(sails_io_event_args(event)), 0) ==
         0);
}

static void note_event(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    note(ctx, "on", sails_io_event_name(event));
}

static void note_again(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    note(ctx, "again", sails_io_event_name(event));
}

static void note_any(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    note(ctx, "any", sails_io_event_name(event));
}

static bool filter_secrets(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    note(ctx, "filter", sails_io_event_name(event));
    if (strcmp(sails_io_event_name(event), "secret") != 0) {
        return true;
    }
    sails_io_event_ack(event, json_string("no"));
    return false;
}

/* socket-io 1, 12, 35 */
static void arguments_go_there_and_back_unchanged(void **state)
{
    static const uint8_t bytes[] = {0, 1, 254, 255};
    static const char *const same[] = {
        "\"a\",1,{\"b\":[true,null,-1.5]}",
        "\"\\u001f\\\"\",\"\xc3\xa9\xe2\x80\xa8\"",
        "[],{}",
        "9007199254740991,1e+21",
    };

    (void)state;
    for (unsigned protocol = 4; protocol <= 5; protocol++) {
        struct stage stage;
        struct ws_client client;
        char sent[256], want[256];

        stage_init(&stage, 1);
        assert_int_equal(sails_io_on(stage.live.root, "echo", on_echo, &stage), 0);
        live_lift(&stage.live);
        ws_client_expect_in(&client, stage.live.port, protocol);
        for (size_t i = 0; i < ARRAY_LEN(same); i++) {
            snprintf(sent, sizeof(sent), "42[\"echo\",%s]", same[i]);
            snprintf(want, sizeof(want), "42[\"echo-back\",%s]", same[i]);
            ws_client_expect_answer(&client, sent, want);
        }
        ws_client_expect_answer(&client, "42[\"echo\"]", "42[\"echo-back\"]");
        assert_true(
            ws_client_send(&client, "451-[\"echo\",{\"x\":{\"_placeholder\":true,\"num\":0}}]"));
        assert_true(ws_client_send_binary(&client, bytes, sizeof(bytes)));
        ws_client_expect(&client, "451-[\"echo-back\",{\"x\":{\"_placeholder\":true,\"num\":0}}]");
        ws_client_expect_binary(&client, bytes, sizeof(bytes));
        ws_client_close(&client);
        stage_end(&stage);
    }
}

static void filters_then_any_then_by_name_hear_an_event(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on(stage.live.root, "x", note_event, &stage), 0);
    assert_int_equal(sails_io_on(stage.live.root, "", note_event, &stage), 0);
    assert_int_equal(sails_io_on(stage.live.root, "1", note_event, &stage), 0);
    assert_int_equal(sails_io_on(stage.live.root, "x", note_again, &stage), 0);
    assert_int_equal(sails_io_on(stage.live.root, "secret", note_event, &stage), 0);
    assert_int_equal(sails_io_on_any(stage.live.root, note_any, &stage), 0);
    assert_int_equal(sails_io_use_event(stage.live.root, filter_secrets, &stage), 0);
    live_lift(&stage.live);
    ws_client_expect_in(&client, stage.live.port, 5);
    assert_true(ws_client_send(&client, "42[\"x\",1]"));
    assert_true(ws_client_send(&client, "42[\"\\u0078\"]"));
    live_expect_nothing(&client);
    expect_notes(&stage, "filter x;any x;on x;again x;filter x;any x;on x;again x;"
                         "filter sync;any sync;");
    assert_true(ws_client_send(&client, "42[\"\"]"));
    assert_true(ws_client_send(&client, "42[1,\"a\"]"));
    assert_true(ws_client_send(&client, "42")); /* without a name: nobody is told */
    live_expect_nothing(&client);
    expect_notes(&stage, "filter ;any ;on ;filter 1;any 1;on 1;filter sync;any sync;");
    ws_client_expect_answer(&client, "427[\"secret\"]", "437[\"no\"]");
    expect_notes(&stage, "filter secret;");
    ws_client_close(&client);
    stage_end(&stage);
}

/* socket-io 19 */
static void reserved_names_are_refused_both_ways(void **state)
{
    static const char *const reserved[] = {"connect",       "connect_error", "disconnect",
                                           "disconnecting", "newListener",   "removeListener"};
    struct stage stage;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on(stage.live.root, "error", note_event, &stage), 0);
    assert_int_equal(sails_io_on(stage.live.root, "connection", note_event, &stage), 0);
    live_log_expect(&stage.live.log, "sails_io_on_connection()");
    live_lift(&stage.live);
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        struct ws_client client;
        char sent[64];

        assert_int_equal(sails_io_on(stage.live.root, reserved[i], note_event, &stage),
                         SAILS_ERESERVED);
        assert_int_equal(sails_io_emit(stage.live.root, NULL, reserved[i], json_object()),
                         SAILS_ERESERVED);
        live_log_expect(&stage.live.log, "was not sent: Socket.IO has that name for itself");
        ws_client_expect_in(&client, stage.live.port, 5);
        snprintf(sent, sizeof(sent), "42[\"%s\"]", reserved[i]);
        assert_true(ws_client_send(&client, sent));
        ws_client_expect_close(&client);
        ws_client_close(&client);
    }
    stage_end(&stage);
}

/* socket-io 40 */
static void more_binary_values_than_clients_take_are_refused(void **state)
{
    struct stage stage;
    struct ws_client client;
    json_t *args = json_array();

    (void)state;
    stage_init(&stage, 1);
    live_lift(&stage.live);
    ws_client_expect_in(&client, stage.live.port, 5);
    for (int i = 0; i < 10; i++) {
        json_array_append_new(args, sails_binary("x", 1));
    }
    assert_int_equal(sails_io_emit(stage.live.root, NULL, "ten", json_incref(args)), 0);
    json_array_append_new(args, sails_binary("x", 1));
    assert_int_equal(sails_io_emit(stage.live.root, NULL, "eleven", args), SAILS_ETOOBIG);
    ws_client_expect_start(&client, "4510-[\"ten\",{\"_placeholder\":true,\"num\":0},");
    for (int i = 0; i < 10; i++) {
        ws_client_expect_binary(&client, "x", 1);
    }
    live_expect_nothing(&client);
    ws_client_close(&client);
    stage_end(&stage);
}

/* ---- acks to the client ---- */

static void on_ask(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    bool is_asked = sails_io_event_wants_ack(event);
    int rc = sails_io_event_ack(event, json_incref(sails_io_event_arg(event, 0)));

    (void)socket;
    must(rc == (is_asked ? 0 : SAILS_ESTATE));
    must(!sails_io_event_wants_ack(event));
    must(sails_io_event_ack(event, json_string("again")) == SAILS_ESTATE);
    must(sails_io_event_take_ack(event) == NULL);
    must(sails_io_event_arg(event, 100) == NULL);
    note(ctx, "on", is_asked ? "asked" : "told");
}

/* socket-io 15 */
static void an_ack_is_sent_once_and_only_if_wanted(void **state)
{
    static const char *const cases[][2] = {
        {"420[\"ask\",[]]", "430[]"},
        {"421[\"ask\",[1,\"two\"]]", "431[1,\"two\"]"},
        {"422[\"ask\",{\"a\":1}]", "432[{\"a\":1}]"},
        {"423[\"ask\",null]", "433[null]"},
        {"424[\"ask\"]", "434[]"},
        {"42007[\"ask\",5]", "437[5]"},
    };
    struct stage stage;
    struct ws_client client;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on(stage.live.root, "ask", on_ask, &stage), 0);
    live_lift(&stage.live);
    ws_client_expect_in(&client, stage.live.port, 5);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ws_client_expect_answer(&client, cases[i][0], cases[i][1]);
        live_expect_nothing(&client);
        expect_notes(&stage, "on asked;");
    }
    assert_true(ws_client_send(&client, "42[\"ask\",1]"));
    live_expect_nothing(&client);
    expect_notes(&stage, "on told;");
    ws_client_close(&client);
    stage_end(&stage);
}

static void on_hold(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct stage *stage = ctx;

    (void)socket;
    stage->held = sails_io_event_take_ack(event);
    must(stage->held != NULL);
    must(sails_io_event_take_ack(event) == NULL);
    must(sails_io_event_ack(event, json_null()) == SAILS_ESTATE);
    tell(0, &stage->told);
}

static void on_release(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct stage *stage = ctx;

    (void)socket;
    (void)event;
    must(sails_io_ack_send(stage->held, json_string("from a worker")) == 0);
}

static void an_ack_may_be_sent_later_from_any_thread(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 4; workers += 3) {
        struct stage stage;
        struct ws_client client, other;

        stage_init(&stage, workers);
        assert_int_equal(sails_io_on(stage.live.root, "hold", on_hold, &stage), 0);
        assert_int_equal(sails_io_on(stage.live.root, "release", on_release, &stage), 0);
        live_lift(&stage.live);
        ws_client_expect_in(&client, stage.live.port, 5);
        ws_client_expect_in(&other, stage.live.port, 5);

        assert_true(ws_client_send(&client, "421[\"hold\"]"));
        told_wait(&stage.told);
        assert_int_equal(sails_io_ack_send(stage.held, json_string("from elsewhere")), 0);
        ws_client_expect(&client, "431[\"from elsewhere\"]");

        assert_true(ws_client_send(&client, "422[\"hold\"]"));
        told_wait(&stage.told);
        assert_true(ws_client_send(&other, "42[\"release\"]"));
        ws_client_expect(&client, "432[\"from a worker\"]");

        assert_true(ws_client_send(&client, "423[\"hold\"]"));
        told_wait(&stage.told);
        sails_io_ack_drop(stage.held);
        live_expect_nothing(&client);

        /* The socket leaves; its connection stays, and joins again: it is answered (socket-io 8). */
        assert_true(ws_client_send(&client, "424[\"hold\"]"));
        told_wait(&stage.told);
        assert_true(ws_client_send(&client, "41"));
        assert_true(ws_client_join(&client, "/", ""));
        assert_int_equal(sails_io_ack_send(stage.held, json_string("as it was asked")), 0);
        ws_client_expect(&client, "434[\"as it was asked\"]");

        /* The connection is gone. */
        assert_true(ws_client_send(&client, "425[\"hold\"]"));
        told_wait(&stage.told);
        ws_client_close(&client);
        assert_int_equal(sails_io_ack_send(stage.held, json_array()), 0);
        live_settle(&stage.live);

        /* The app is gone. */
        assert_true(ws_client_send(&other, "426[\"hold\"]"));
        told_wait(&stage.told);
        assert_int_equal(sails_app_lower(stage.live.app), 0);
        assert_int_equal(sails_io_ack_send(stage.held, json_array()), 0);
        ws_client_close(&other);
        stage_end(&stage);
    }
    assert_int_equal(sails_io_ack_send(NULL, json_object()), SAILS_EINVAL);
    sails_io_ack_drop(NULL);
}

/* ---- acks from the client ---- */

static void note_answer(sails_io_socket *socket, int status, json_t *args, void *ctx)
{
    struct stage *stage = ctx;
    char *text = args != NULL ? json_dumps(args, JSON_COMPACT) : NULL;

    must((status == 0) == (args != NULL));
    note(stage, sails_err_name(status), text != NULL ? text : "");
    if (status != SAILS_ECLOSED) {
        must(sails_io_socket_is_connected(socket));
    }
    mem_free(text);
    tell(status, &stage->told);
}

/* "question" with [timeout]: asks the client. */
static void on_question(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_int_t timeout_ms = json_integer_value(sails_io_event_arg(event, 0));

    must(sails_io_socket_emit_with_ack(socket, "q", json_integer(1), (uint64_t)timeout_ms,
                                       note_answer, ctx) == 0);
    must(sails_io_socket_emit_with_ack(socket, NULL, json_object(), 1, note_answer, ctx) ==
         SAILS_EINVAL);
    must(sails_io_socket_emit_with_ack(socket, "q", json_object(), 1, NULL, ctx) == SAILS_EINVAL);
    must(sails_io_socket_emit_with_ack(socket, "connect", json_object(), 1, note_answer, ctx) ==
         SAILS_ERESERVED);
}

/* socket-io 16, 17, 34 */
static void the_answer_of_a_client_is_told_once(void **state)
{
    struct stage stage;
    struct ws_client ann, bob;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on(stage.live.root, "question", on_question, &stage), 0);
    live_lift(&stage.live);
    ws_client_expect_in(&ann, stage.live.port, 5);
    ws_client_expect_in(&bob, stage.live.port, 4);

    ws_client_expect_answer(&ann, "42[\"question\",0]", "420[\"q\",1]");
    assert_true(ws_client_send(&ann, "430[\"yes\",2]"));
    told_wait(&stage.told);
    expect_notes(&stage, "OK [\"yes\",2];");
    /* A second answer, one to nobody's question, and one without an id are ignored. */
    assert_true(ws_client_send(&ann, "430[\"again\"]"));
    assert_true(ws_client_send(&ann, "43999[]"));
    assert_true(ws_client_send(&ann, "43[1]"));
    live_expect_nothing(&ann);
    expect_notes(&stage, "");
    stage_end(&stage);
    ws_client_close(&ann);
    ws_client_close(&bob);
}

static void the_answer_may_be_late_or_never_come(void **state)
{
    struct stage stage;
    struct ws_client ann, bob;
    char id[8] = "";

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on(stage.live.root, "question", on_question, &stage), 0);
    live_lift(&stage.live);
    ws_client_expect_in(&ann, stage.live.port, 5);
    ws_client_expect_in(&bob, stage.live.port, 4);

    assert_true(ws_client_send(&ann, "42[\"question\",20]"));
    ws_client_expect_start(&ann, "42");
    snprintf(id, sizeof(id), "%.*s", (int)strcspn(ann.frame.ptr + 2, "["), ann.frame.ptr + 2);
    assert_int_equal(told_status(&stage.told), SAILS_ETIMEOUT);
    assert_string_equal(sails_strerror(SAILS_ETIMEOUT), "operation has timed out");
    expect_notes(&stage, "SAILS_ETIMEOUT ;");
    {
        char late[32];

        snprintf(late, sizeof(late), "43%s[\"late\"]", id);
        assert_true(ws_client_send(&ann, late));
    }
    live_expect_nothing(&ann);
    expect_notes(&stage, "");

    assert_true(ws_client_send(&bob, "42[\"question\",0]"));
    ws_client_expect_start(&bob, "42");
    ws_client_close(&bob);
    assert_int_equal(told_status(&stage.told), SAILS_ECLOSED);
    ws_client_close(&ann);
    stage_end(&stage);
}

/* ---- NULL ---- */

static void everything_survives_null(void **state)
{
    (void)state;
    assert_null(sails_io_event_name(NULL));
    assert_null(sails_io_event_args(NULL));
    assert_null(sails_io_event_arg(NULL, 0));
    assert_false(sails_io_event_wants_ack(NULL));
    assert_int_equal(sails_io_event_ack(NULL, json_object()), SAILS_EINVAL);
    assert_null(sails_io_event_take_ack(NULL));
    assert_null(sails_io_socket_id(NULL));
    assert_null(sails_io_socket_namespace(NULL));
    assert_false(sails_io_socket_is_connected(NULL));
    assert_false(sails_io_socket_is_recovered(NULL));
    assert_null(sails_io_socket_transport(NULL));
    assert_null(sails_io_socket_engine_id(NULL));
    assert_null(sails_io_socket_auth(NULL));
    assert_null(sails_io_socket_header(NULL, "x"));
    assert_null(sails_io_socket_handshake(NULL));
    assert_int_equal(sails_io_socket_set_data(NULL, json_object()), SAILS_EINVAL);
    assert_null(sails_io_socket_data(NULL));
    assert_int_equal(sails_io_socket_join(NULL, "x"), SAILS_EINVAL);
    assert_int_equal(sails_io_socket_leave(NULL, "x"), SAILS_EINVAL);
    assert_false(sails_io_socket_is_in(NULL, "x"));
    assert_null(sails_io_socket_rooms(NULL));
    assert_int_equal(sails_io_socket_emit(NULL, "x", json_object(), 0), SAILS_EINVAL);
    assert_int_equal(sails_io_socket_emit_with_ack(NULL, "x", json_object(), 0, note_answer, NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_io_socket_broadcast(NULL, NULL, "x", json_object()), SAILS_EINVAL);
    sails_io_socket_disconnect(NULL, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_go_there_and_back_unchanged),
        cmocka_unit_test(filters_then_any_then_by_name_hear_an_event),
        cmocka_unit_test(reserved_names_are_refused_both_ways),
        cmocka_unit_test(more_binary_values_than_clients_take_are_refused),
        cmocka_unit_test(an_ack_is_sent_once_and_only_if_wanted),
        cmocka_unit_test(an_ack_may_be_sent_later_from_any_thread),
        cmocka_unit_test(the_answer_of_a_client_is_told_once),
        cmocka_unit_test(the_answer_may_be_late_or_never_come),
        cmocka_unit_test(everything_survives_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
