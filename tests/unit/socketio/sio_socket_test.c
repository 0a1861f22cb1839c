#include "socketio/sio.h"
#include "unit/socketio/sio_fixture.h"

/* socket-io 1, 20 */
static void a_client_leaves_only_the_namespace_it_names(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    say(link, "40/a,");
    hear(&f, link);
    take_log(&f);
    say(link, "41");
    assert_string_equal(hear(&f, link), ""); /* no reply */
    assert_string_equal(take_log(&f),
                        "leaving:client namespace disconnect gone:client namespace disconnect");
    say(link, "42/a,[\"still here\"]");
    assert_string_equal(take_log(&f), "event:[\"still here\"]");
    say(link, "41/a,");
    take_log(&f);
    say(link, "40"); /* the session has stayed open, though it was the last */
    assert_string_equal(hear(&f, link), "40{\"sid\":\"ID\"}");
    fixture_deinit(&f);
}

/* socket-io 1, 23 */
static void the_server_can_end_one_namespace(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    say(link, "40/admin,");
    hear(&f, link);
    take_log(&f);
    sio_socket_disconnect(f.sockets[1], false);
    assert_string_equal(take_log(&f),
                        "leaving:server namespace disconnect gone:server namespace disconnect");
    assert_string_equal(hear(&f, link), "41/admin,");
    /* Section 16: an event in flight for it closes the whole connection. */
    say(link, "42/admin,[\"x\"]");
    assert_string_equal(hear(&f, link), "close");
    fixture_deinit(&f);
}

/* socket-io 21 */
static void the_server_can_end_all_of_them(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    say(link, "40/admin,");
    f.rule = DECIDE_LATER;
    say(link, "40/a,");
    hear(&f, link);
    take_log(&f);
    sio_socket_disconnect(f.sockets[1], true);
    say(link, "42[\"too late\"]");
    assert_string_equal(hear(&f, link), "41 41/admin, close");
    assert_string_equal(take_log(&f),
                        "leaving:server namespace disconnect gone:server namespace disconnect "
                        "leaving:server namespace disconnect gone:server namespace disconnect "
                        "gone:server namespace disconnect");
    fixture_deinit(&f);
}

static void one_that_is_connecting_can_only_be_closed(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    f.rule = DECIDE_LATER;
    link = open_v5(&f);
    say(link, "40");
    sio_socket_disconnect(f.sockets[0], false);
    assert_string_equal(hear(&f, link), "");
    sio_socket_disconnect(f.sockets[0], true);
    assert_string_equal(hear(&f, link), "close");
    assert_string_equal(take_log(&f), "gone:server namespace disconnect");
    fixture_deinit(&f);
}

static void note_room(struct str room, void *ctx)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*s", STR_FMT(room));
    note(ctx, "in:", room.len == ID_LEN ? "ID" : text);
}

static void list_rooms(struct fixture *f, struct sio_socket *socket)
{
    sio_socket_each_room(socket, note_room, f);
    assert_true(sio_socket_is_in(socket, STR("kitchen")));
    sio_socket_disconnect(socket, true); /* it goes already */
}

/* socket-io 24 */
static void rooms_are_still_there_while_it_is_disconnecting(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    f.on_leaving = list_rooms;
    link = join_v5(&f);
    sio_socket_join(f.sockets[0], STR("kitchen"));
    sio_socket_join(f.sockets[0], STR("hall"));
    say(link, "41");
    assert_string_equal(take_log(&f),
                        "leaving:client namespace disconnect in:ID in:kitchen in:hall "
                        "gone:client namespace disconnect");
    assert_int_equal(sio_namespace_count(f.nsps[0]), 0);
    fixture_deinit(&f);
}

static void rooms_can_be_joined_and_left(void **state)
{
    struct fixture f;
    struct sio_socket *ann = NULL;
    struct str id;

    (void)state;
    fixture_init(&f);
    f.options.max_rooms = 2;
    fixture_start(&f);
    join_v5(&f);
    ann = f.sockets[0];
    id = str_from(sio_socket_id(ann));
    assert_true(sio_socket_is_in(ann, id));
    assert_int_equal(sio_socket_join(ann, STR("kitchen")), 0);
    assert_int_equal(sio_socket_join(ann, STR("kitchen")), 0);
    assert_int_equal(sio_socket_join(ann, STR("hall")), 0);
    assert_int_equal(sio_socket_join(ann, STR("attic")), SAILS_ETOOBIG);
    assert_int_equal(sio_socket_join(ann, STR("hall")), 0);
    assert_int_equal(sio_socket_join(ann, id), 0); /* does not count */
    sio_socket_leave(ann, STR("kitchen"));
    sio_socket_leave(ann, STR("no such room"));
    assert_false(sio_socket_is_in(ann, STR("kitchen")));
    assert_true(sio_socket_is_in(ann, STR("hall")));
    sio_socket_leave_all(ann);
    assert_false(sio_socket_is_in(ann, STR("hall")));
    assert_true(sio_socket_is_in(ann, id));
    sio_socket_leave(ann, id);
    assert_false(sio_socket_is_in(ann, id));
    sio_socket_each_room(ann, note_room, &f);
    assert_string_equal(take_log(&f), "");
    assert_int_equal(sio_socket_join(ann, id), 0);
    assert_true(sio_socket_is_in(ann, id));
    fixture_deinit(&f);
}

/* socket-io 27: on WebSocket while the queue is not flushed. */
static void a_volatile_message_is_dropped_where_it_would_wait(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    assert_int_equal(emit(f.sockets[0], "one", true), 0);
    assert_string_equal(hear(&f, link), "42[\"one\"]");
    link->blocked = true;
    assert_int_equal(emit(f.sockets[0], "two", false), 0);
    assert_int_equal(emit(f.sockets[0], "three", true), 0);
    sim_unblock(link);
    assert_string_equal(hear(&f, link), "42[\"two\"]");
    assert_int_equal(emit(f.sockets[0], "four", true), 0);
    assert_string_equal(hear(&f, link), "42[\"four\"]");
    fixture_deinit(&f);
}

/* socket-io 27: on polling without a pending GET. */
static void a_volatile_message_needs_a_pending_poll(void **state)
{
    struct fixture f;
    struct sim_link *pending = NULL;
    char query[80];

    (void)state;
    fixture_begin(&f);
    open_polling(&f, 4, query);
    post(&f, query, "40");
    poll(&f, query);
    emit(f.sockets[0], "one", true);
    pending = http_send(&f, "GET", query, "", NULL);
    assert_string_equal(body_of(&f, pending), "");
    emit(f.sockets[0], "two", true);
    assert_string_equal(body_of(&f, pending), "42[\"two\"]");
    fixture_deinit(&f);
}

/* socket-io 13, 23a: nobody makes the server keep what he does not read. */
static void a_client_that_does_not_read_is_disconnected(void **state)
{
    struct fixture f;
    struct sim_link *link = NULL;
    int rc = 0;

    (void)state;
    fixture_begin(&f);
    link = join_v5(&f);
    f.sim.max_queue = 4096;
    link->blocked = true;
    for (int i = 0; i < 1000 && rc == 0; i++) {
        rc = emit(f.sockets[0], "flood", false);
    }
    assert_int_equal(rc, SAILS_ESLOW);
    sim_run(&f.sim);
    sim_run(&f.sim);
    assert_string_equal(take_log(&f), "leaving:transport error gone:transport error");
    fixture_deinit(&f);
}

static void nothing_is_sent_to_one_that_has_gone(void **state)
{
    struct fixture f;
    struct sio_socket *socket = NULL;

    (void)state;
    fixture_begin(&f);
    join_v5(&f);
    socket = f.sockets[0];
    sio_socket_disconnect(socket, false);
    /* Still in memory, until the next turn. */
    assert_false(sio_socket_is_connected(socket));
    assert_int_equal(emit(socket, "late", false), SAILS_ECLOSED);
    assert_int_equal(sio_socket_expect_ack(socket, 1, 0, NULL, NULL), SAILS_ECLOSED);
    assert_int_equal(sio_socket_accept(socket, NULL, NULL), SAILS_ECLOSED);
    sio_socket_refuse(socket, NULL, NULL);
    sio_socket_leave_all(socket);
    sio_socket_leave(socket, STR("x"));
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_leaves_only_the_namespace_it_names),
        cmocka_unit_test(the_server_can_end_one_namespace),
        cmocka_unit_test(the_server_can_end_all_of_them),
        cmocka_unit_test(one_that_is_connecting_can_only_be_closed),
        cmocka_unit_test(rooms_are_still_there_while_it_is_disconnecting),
        cmocka_unit_test(rooms_can_be_joined_and_left),
        cmocka_unit_test(a_volatile_message_is_dropped_where_it_would_wait),
        cmocka_unit_test(a_volatile_message_needs_a_pending_poll),
        cmocka_unit_test(a_client_that_does_not_read_is_disconnected),
        cmocka_unit_test(nothing_is_sent_to_one_that_has_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
