#include "unit/io/stage.h"

/*
 * Changes of rooms, and namespaces that are made while the app runs: who hears of what, and that whoever hears
 * may change what he hears of.
 */

static const char *word_of(enum sails_io_room_change change)
{
    static const char *const words[] = {"create", "join", "leave", "delete"};

    return words[change];
}

static void note_change(sails_io_namespace *nsp, enum sails_io_room_change change, const char *room,
                        sails_io_socket *socket, void *ctx)
{
    bool is_of_one = change == SAILS_IO_ROOM_JOINED || change == SAILS_IO_ROOM_LEFT;

    must(nsp != NULL && (socket != NULL) == is_of_one);
    note(ctx, word_of(change), strlen(room) == 20 ? "own" : room);
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_integer(sails_io_socket_join(
                                  socket, json_string_value(sails_io_event_arg(event, 0)))));
}

static void on_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, json_integer(sails_io_socket_leave(
                                  socket, json_string_value(sails_io_event_arg(event, 0)))));
}

static void note_gone(sails_io_socket *socket, const char *reason, void *ctx)
{
    struct stage *stage = ctx;

    (void)socket;
    note(stage, "gone", reason);
    tell(0, &stage->told);
}

static void begin(struct stage *stage, sails_io_room_cb on_room)
{
    stage_init(stage, 1);
    assert_int_equal(sails_io_on_room_change(stage->live.root, on_room, stage), 0);
    assert_int_equal(sails_io_on(stage->live.root, "join", on_join, NULL), 0);
    assert_int_equal(sails_io_on(stage->live.root, "leave", on_leave, NULL), 0);
    assert_int_equal(sails_io_on_disconnect(stage->live.root, note_gone, stage), 0);
    live_lift(&stage->live);
}

static void changes_are_told_in_order(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    begin(&stage, note_change);
    ws_client_expect_in(&client, stage.live.port, 5);
    expect_notes(&stage, "create own;join own;");
    ws_client_expect_answer(&client, "420[\"join\",\"a\"]", "430[0]");
    ws_client_expect_answer(&client, "421[\"join\",\"b\"]", "431[0]");
    ws_client_expect_answer(&client, "422[\"join\",\"a\"]", "432[0]");
    expect_notes(&stage, "create a;join a;create b;join b;");
    ws_client_expect_answer(&client, "423[\"leave\",\"a\"]", "433[0]");
    ws_client_expect_answer(&client, "424[\"leave\",\"a\"]", "434[0]");
    expect_notes(&stage, "leave a;delete a;");
    ws_client_close(&client);
    told_wait(&stage.told);
    expect_notes(&stage, "leave b;delete b;leave own;delete own;gone transport close;");
    stage_end(&stage);
}

/* Joins a second room for each, leaves it again, and ends with the third. */
static void meddle(sails_io_namespace *nsp, enum sails_io_room_change change, const char *room,
                   sails_io_socket *socket, void *ctx)
{
    note_change(nsp, change, room, socket, ctx);
    if (change == SAILS_IO_ROOM_JOINED && strcmp(room, "a") == 0) {
        must(sails_io_socket_join(socket, "b") == 0);
    } else if (change == SAILS_IO_ROOM_JOINED && strcmp(room, "b") == 0) {
        must(sails_io_socket_leave(socket, "a") == 0);
    } else if (change == SAILS_IO_ROOM_LEFT && strcmp(room, "a") == 0) {
        sails_io_socket_disconnect(socket, false);
    } else if (change == SAILS_IO_ROOM_LEFT && strcmp(room, "b") == 0) {
        must(sails_io_socket_join(socket, "c") == SAILS_ECLOSED);
        must(sails_io_socket_leave(socket, "b") == 0);
    }
}

static void who_hears_may_change_rooms(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    begin(&stage, meddle);
    ws_client_expect_in(&client, stage.live.port, 5);
    expect_notes(&stage, "create own;join own;");
    assert_true(ws_client_send(&client, "42[\"join\",\"a\"]"));
    told_wait(&stage.told);
    ws_client_expect(&client, "41");
    expect_notes(&stage, "create a;join a;create b;join b;leave a;leave b;delete b;leave own;"
                         "delete own;gone server namespace disconnect;delete a;");
    ws_client_close(&client);
    stage_end(&stage);
}

static void end_at_once(sails_io_namespace *nsp, enum sails_io_room_change change, const char *room,
                        sails_io_socket *socket, void *ctx)
{
    (void)nsp;
    (void)room;
    (void)ctx;
    if (change == SAILS_IO_ROOM_JOINED) {
        sails_io_socket_disconnect(socket, false);
    }
}

static void note_transport(sails_io_namespace *nsp, enum sails_io_room_change change,
                           const char *room, sails_io_socket *socket, void *ctx)
{
    note_change(nsp, change, room, socket, ctx);
    if (change == SAILS_IO_ROOM_JOINED) {
        note(ctx, "over", sails_io_socket_transport(socket));
    }
}

static void note_come(sails_io_socket *socket, void *ctx)
{
    note(ctx, "in", sails_io_socket_transport(socket));
}

static void who_is_ended_by_one_that_hears_is_told_to_nobody_else(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on_room_change(stage.live.root, end_at_once, NULL), 0);
    assert_int_equal(sails_io_on_room_change(stage.live.root, note_transport, &stage), 0);
    assert_int_equal(sails_io_on_connection(stage.live.root, note_come, &stage), 0);
    assert_int_equal(sails_io_on_disconnect(stage.live.root, note_gone, &stage), 0);
    live_lift(&stage.live);
    assert_true(ws_client_open(&client, stage.live.port, 5, "", ""));
    assert_true(ws_client_send(&client, "40"));
    told_wait(&stage.told);
    live_settle(&stage.live);
    expect_notes(&stage, "create own;leave own;delete own;gone server namespace disconnect;");
    ws_client_close(&client);
    stage_end(&stage);
}

static void end_when_left(sails_io_namespace *nsp, enum sails_io_room_change change,
                          const char *room, sails_io_socket *socket, void *ctx)
{
    (void)nsp;
    (void)ctx;
    if (change == SAILS_IO_ROOM_LEFT && strcmp(room, "a") == 0) {
        sails_io_socket_disconnect(socket, false);
    }
}

/* Nothing is known of a connection that is not there any more. */
static void note_nothing(sails_io_namespace *nsp, enum sails_io_room_change change,
                         const char *room, sails_io_socket *socket, void *ctx)
{
    (void)nsp;
    if (change != SAILS_IO_ROOM_LEFT || strcmp(room, "a") != 0) {
        return;
    }
    must(!sails_io_socket_is_connected(socket) && !sails_io_socket_is_writable(socket));
    must(sails_io_socket_engine_id(socket) == NULL);
    must(sails_io_socket_transport(socket) == NULL && sails_io_socket_handshake(socket) == NULL);
    must(sails_io_socket_address(socket) == NULL && sails_io_socket_query(socket, "EIO") == NULL);
    must(sails_io_socket_header(socket, "host") == NULL);
    must(sails_io_socket_emit(socket, "x", NULL, 0) == SAILS_ECLOSED);
    note(ctx, "after", room);
}

static void who_hears_of_a_socket_that_was_ended_may_ask_it_anything(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    stage_init(&stage, 1);
    assert_int_equal(sails_io_on_room_change(stage.live.root, end_when_left, &stage), 0);
    assert_int_equal(sails_io_on_room_change(stage.live.root, note_nothing, &stage), 0);
    assert_int_equal(sails_io_on(stage.live.root, "join", on_join, NULL), 0);
    assert_int_equal(sails_io_on(stage.live.root, "leave", on_leave, NULL), 0);
    assert_int_equal(sails_io_on_disconnect(stage.live.root, note_gone, &stage), 0);
    live_lift(&stage.live);
    ws_client_expect_in(&client, stage.live.port, 5);
    ws_client_expect_answer(&client, "420[\"join\",\"a\"]", "430[0]");
    assert_true(ws_client_send(&client, "42[\"leave\",\"a\"]"));
    told_wait(&stage.told);
    ws_client_expect(&client, "41");
    expect_notes(&stage, "gone server namespace disconnect;after a;");
    ws_client_close(&client);
    stage_end(&stage);
}

static void what_leaves_all_is_told_of_each(void **state)
{
    struct stage stage;
    struct ws_client client;

    (void)state;
    begin(&stage, note_change);
    ws_client_expect_in(&client, stage.live.port, 5);
    ws_client_expect_answer(&client, "420[\"join\",\"a\"]", "430[0]");
    ws_client_expect_answer(&client, "421[\"join\",\"b\"]", "431[0]");
    stage.notes[0] = '\0';
    assert_int_equal(sails_sockets_leave_all(stage.live.app, "a", tell, &stage.told), 0);
    assert_int_equal(told_status(&stage.told), 0);
    live_settle(&stage.live);
    assert_non_null(strstr(stage.notes, "leave a;delete a;"));
    ws_client_close(&client);
    told_wait(&stage.told);
    stage_end(&stage);
}

/* ---- mistakes ---- */

static void define_nothing(sails_io_namespace *nsp, void *ctx)
{
    (void)ctx;
    must(strcmp(sails_io_namespace_name(nsp), "/new") == 0);
}

static void mistakes_are_refused(void **state)
{
    struct stage stage;
    sails_io *io = NULL;

    (void)state;
    stage_init(&stage, 1);
    io = stage.live.io;
    assert_int_equal(sails_io_on_room_change(NULL, note_change, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_upgrade(NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_drain(NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_add_namespace(NULL, "new", define_nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_count_traffic(NULL, NULL, NULL), SAILS_EINVAL);
    assert_false(sails_io_socket_is_writable(NULL));
    assert_int_equal(sails_io_socket_disconnect_details(NULL).err, 0);
    assert_int_equal(sails_io_add_namespace(io, "new", define_nothing, NULL), 0);
    live_lift(&stage.live);
    assert_int_equal(sails_io_add_namespace(io, NULL, define_nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_add_namespace(io, "", define_nothing, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_add_namespace(io, "new", NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_on_room_change(stage.live.root, note_change, NULL), SAILS_ESTATE);
    assert_int_equal(sails_io_add_namespace(io, "/new", define_nothing, NULL), SAILS_EEXIST);
    stage_end(&stage);
}

static void long_names_are_refused(void **state)
{
    struct stage stage;
    char name[SAILS_NAMESPACE_NAME_MAX + 2];

    (void)state;
    stage_init(&stage, 1);
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(sails_io_add_namespace(stage.live.io, name, define_nothing, NULL),
                     SAILS_ETOOBIG);
    stage_end(&stage);
}

static void without_memory_no_namespace_is_made(void **state)
{
    struct stage stage;
    int rc = SAILS_ENOMEM;

    (void)state;
    stage_init(&stage, 2);
    live_lift(&stage.live);
    for (int i = 0; rc == SAILS_ENOMEM; i++) {
        mem_fail_after(i);
        rc = sails_io_add_namespace(stage.live.io, "new", define_nothing, NULL);
        mem_fail_after(-1);
        assert_true((sails_io_of(stage.live.io, "/new") != NULL) == (rc == 0));
    }
    assert_int_equal(rc, 0);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_told_in_order),
        cmocka_unit_test(who_hears_may_change_rooms),
        cmocka_unit_test(who_is_ended_by_one_that_hears_is_told_to_nobody_else),
        cmocka_unit_test(who_hears_of_a_socket_that_was_ended_may_ask_it_anything),
        cmocka_unit_test(what_leaves_all_is_told_of_each),
        cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(long_names_are_refused),
        cmocka_unit_test(without_memory_no_namespace_is_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
