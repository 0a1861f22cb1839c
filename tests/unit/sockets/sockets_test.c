#include "support/cmocka.h"
#include "support/http_client.h"
#include "support/live_world.h"

#include <sails/sockets.h>

static const char *id_of(const struct world *world, size_t i)
{
    return world->clients[i].id;
}

/* ---- broadcast ---- */

static void send_to_its_own_id(struct world *world)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(id_of(world, i)), "hi",
                                     json_integer((json_int_t)i), NULL) == 0);
    }
}

static void call_and_hear_own_ids(struct world *world)
{
    world_call(world, send_to_its_own_id);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        char want[32];

        snprintf(want, sizeof(want), "42[\"hi\",%zu]", i);
        ws_client_expect(&world->clients[i], want);
        live_expect_nothing(&world->clients[i]);
    }
}

/* sails-sockets 56 */
IN_EVERY_WAY(every_socket_gets_a_broadcast_to_its_own_id, call_and_hear_own_ids)

static void join_twice_and_broadcast(struct world *world)
{
    for (size_t i = 0; i < 6; i++) {
        must(sails_sockets_join(world->live.app, id_of(world, i % 3), "kitchen", NULL, NULL) == 0);
    }
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS("kitchen"), "said",
                                 json_pack("{s:s}", "text", "dinner"), NULL) == 0);
}

static void call_and_hear_once(struct world *world)
{
    world_call(world, join_twice_and_broadcast);
    world_expect(world, 0x07, "42[\"said\",{\"text\":\"dinner\"}]");
}

/* sails-sockets 57 */
IN_EVERY_WAY(joining_twice_is_joining_once, call_and_hear_once)

static void broadcast_without_a_name(struct world *world)
{
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(id_of(world, 0)), NULL,
                                 json_pack("[i, i]", 1, 2), NULL) == 0);
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(id_of(world, 0)), "", json_null(),
                                 NULL) == 0);
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(id_of(world, 0)), "hello",
                                 json_null(), NULL) == 0);
}

static void call_and_hear_default_names(struct world *world)
{
    world_call(world, broadcast_without_a_name);
    ws_client_expect(&world->clients[0], "42[\"message\",[1,2]]");
    ws_client_expect(&world->clients[0], "42[\"message\",null]");
    world_expect(world, 0x01, "42[\"hello\",null]");
}

/* sails-sockets 58 */
IN_EVERY_WAY(an_event_without_a_name_is_a_message_and_without_data_null,
             call_and_hear_default_names)

static void broadcast_to_nobody(struct world *world)
{
    const char *const *none = SAILS_ROOMS("");

    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS("no such room"), "x", json_null(),
                                 NULL) == 0);
    must(sails_sockets_broadcast(world->live.app, none + 1, "x", json_null(), NULL) == 0);
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(""), "x", json_null(), NULL) == 0);
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS("", ""), "x", json_null(), NULL) ==
         0);
    /* An id that is nobody's. */
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS("AAAAAAAAAAAAAAAAAAAA"), "x",
                                 json_null(), NULL) == 0);
}

static void call_and_hear_nothing(struct world *world)
{
    world_call(world, broadcast_to_nobody);
    world_expect(world, 0, "");
}

/* sails-sockets 59 */
IN_EVERY_WAY(no_rooms_unknown_rooms_and_empty_names_reach_nobody, call_and_hear_nothing)

static void broadcast_to_overlapping_rooms(struct world *world)
{
    must(sails_sockets_broadcast(world->live.app,
                                 SAILS_ROOMS("a", "b", "a", id_of(world, 1), id_of(world, 5)),
                                 "once", json_true(), NULL) == 0);
}

static void call_and_hear_overlapping_once(struct world *world)
{
    world_join(world, 0, 2, "a");
    world_join(world, 1, 3, "b");
    world_call(world, broadcast_to_overlapping_rooms);
    world_expect(world, 0x2f, "42[\"once\",true]");
}

/* sails-sockets 60 */
IN_EVERY_WAY(a_socket_in_several_of_the_rooms_gets_one_frame, call_and_hear_overlapping_once)

static void broadcast_with_omission(struct world *world)
{
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS("a"), "all but 1", json_null(),
                                 id_of(world, 1)) == 0);
    must(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(id_of(world, 1)), "nobody",
                                 json_null(), id_of(world, 1)) == 0);
}

static void blast_with_omission(struct world *world)
{
    must(sails_sockets_blast(world->live.app, NULL, json_string("all but 1"), id_of(world, 1)) ==
         0);
}

static void blast_to_all(struct world *world)
{
    must(sails_sockets_blast(world->live.app, "all", json_string("x"), NULL) == 0);
    must(sails_sockets_blast(world->live.app, "all", json_null(), "no such id") == 0);
}

static void call_and_omit(struct world *world)
{
    world_join(world, 0, 2, "a");
    world_call(world, broadcast_with_omission);
    world_expect(world, 0x05, "42[\"all but 1\",null]");
    world_call(world, blast_with_omission);
    world_expect(world, 0x3d, "42[\"message\",\"all but 1\"]");
    world_call(world, blast_to_all);
    for (size_t i = 0; i < N_CLIENTS; i++) {
        ws_client_expect(&world->clients[i], "42[\"all\",\"x\"]");
    }
    world_expect(world, 0x3f, "42[\"all\",null]");
}

/* sails-sockets 61 */
IN_EVERY_WAY(whoever_is_omitted_is_the_only_one_who_hears_nothing, call_and_omit)

static void call_and_omit_only_the_socket(struct world *world)
{
    /* sails-sockets D30: 0 is in a room named like 1; 1 has left its own. */
    world_join(world, 0, 0, id_of(world, 1));
    assert_int_equal(
        sails_sockets_leave(world->live.app, id_of(world, 1), id_of(world, 1), tell, &world->done),
        0);
    assert_int_equal(told_status(&world->done), 0);
    world_call(world, blast_with_omission);
    world_expect(world, 0x3d, "42[\"message\",\"all but 1\"]");
}

IN_EVERY_WAY(omitting_concerns_the_socket_and_not_a_room_of_its_name, call_and_omit_only_the_socket)

/* ---- join and leave ---- */

static void join_an_unknown_id(struct world *world)
{
    must(sails_sockets_join(world->live.app, "AAAAAAAAAAAAAAAAAAAA", "ghosts", on_done, world) ==
         0);
}

static void leave_an_unknown_id(struct world *world)
{
    must(sails_sockets_leave(world->live.app, "nobody", "ghosts", on_done, world) == 0);
}

static void call_for_unknown_ids(struct world *world)
{
    world_call(world, join_an_unknown_id);
    assert_int_equal(told_status(&world->done), SAILS_ENOENT);
    world_call(world, leave_an_unknown_id);
    assert_int_equal(told_status(&world->done), SAILS_ENOENT);
    world_expect_members(world, "ghosts", 0);
}

/* sails-sockets 63 */
IN_EVERY_WAY(an_unknown_id_is_told_and_makes_no_room, call_for_unknown_ids)

static void join_by_room(struct world *world)
{
    must(sails_sockets_join(world->live.app, "a", "b", on_done, world) == 0);
}

static void leave_by_room(struct world *world)
{
    must(sails_sockets_leave(world->live.app, "b", "a", on_done, world) == 0);
}

static void call_with_rooms_as_ids(struct world *world)
{
    world_join(world, 0, 3, "a");
    world_call(world, join_by_room);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "b", 0x0f);
    world_call(world, leave_by_room);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "a", 0);
    world_expect_members(world, "b", 0x0f);
}

/* sails-sockets 64 */
IN_EVERY_WAY(a_room_instead_of_an_id_stands_for_its_members, call_with_rooms_as_ids)

static void leave_what_it_is_not_in(struct world *world)
{
    must(sails_sockets_leave(world->live.app, id_of(world, 0), "never joined", on_done, world) ==
         0);
}

static void call_leave_without_being_in(struct world *world)
{
    world_call(world, leave_what_it_is_not_in);
    assert_int_equal(told_status(&world->done), 0);
}

IN_EVERY_WAY(leaving_a_room_that_one_is_not_in_is_no_error, call_leave_without_being_in)

static void leave_own_room(struct world *world)
{
    must(sails_sockets_leave(world->live.app, id_of(world, 4), id_of(world, 4), on_done, world) ==
         0);
}

/* By way of a room: the id's own room cannot be used to find it any more. */
static void join_own_room(struct world *world)
{
    must(sails_sockets_add_room_members_to_rooms(
             world->live.app, "way back", SAILS_ROOMS(id_of(world, 4)), on_done, world) == 0);
}

static void call_leave_own_room(struct world *world)
{
    world_join(world, 4, 4, "way back");
    world_call(world, leave_own_room);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, id_of(world, 4), 0);
    world_call(world, join_own_room);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, id_of(world, 4), 0x10);
}

/* sails-sockets 68 */
IN_EVERY_WAY(leaving_the_own_room_stops_direct_messages_until_it_is_joined_again,
             call_leave_own_room)

static void call_join_a_room_of_anothers_name(struct world *world)
{
    const char *room = id_of(world, 0);

    world_join(world, 1, 5, room);
    world_expect_members(world, room, 0x3f);
    ws_client_close(&world->clients[0]);
    /* Its name lives on as long as it has members, on whichever workers they are. */
    for (size_t i = 1; i < N_CLIENTS; i++) {
        char want[64];

        snprintf(want, sizeof(want), "42[\"still\",\"%zu\"]", i);
        assert_int_equal(sails_sockets_broadcast(world->live.app, SAILS_ROOMS(room), "still",
                                                 json_sprintf("%zu", i), NULL),
                         0);
    }
    live_settle(&world->live);
    for (size_t i = 1; i < N_CLIENTS; i++) {
        for (size_t n = 1; n < N_CLIENTS; n++) {
            char want[64];

            snprintf(want, sizeof(want), "42[\"still\",\"%zu\"]", n);
            ws_client_expect(&world->clients[i], want);
        }
        live_expect_nothing(&world->clients[i]);
    }
}

IN_EVERY_WAY(a_room_named_like_an_id_may_have_members_on_every_worker,
             call_join_a_room_of_anothers_name)

/* ---- the operations on rooms ---- */

static void add_to_rooms(struct world *world)
{
    must(sails_sockets_add_room_members_to_rooms(world->live.app, "a", SAILS_ROOMS("b", "c"),
                                                 on_done, world) == 0);
}

static void remove_from_rooms(struct world *world)
{
    must(sails_sockets_remove_room_members_from_rooms(world->live.app, "b", SAILS_ROOMS("b", "c"),
                                                      on_done, world) == 0);
}

static void operate_by_id(struct world *world)
{
    must(sails_sockets_add_room_members_to_rooms(world->live.app, id_of(world, 5), SAILS_ROOMS("d"),
                                                 on_done, world) == 0);
}

static void operate_on_nobody(struct world *world)
{
    must(sails_sockets_remove_room_members_from_rooms(world->live.app, "no such room",
                                                      SAILS_ROOMS("a"), on_done, world) == 0);
}

static void call_operations_on_rooms(struct world *world)
{
    world_join(world, 0, 2, "a");
    world_call(world, add_to_rooms);
    assert_int_equal(told_status(&world->done), 0);
    world_join(world, 3, 3, "a"); /* who comes later is not concerned */
    world_join(world, 4, 4, "c");
    world_expect_members(world, "b", 0x07);
    world_expect_members(world, "c", 0x17);
    world_call(world, remove_from_rooms);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "b", 0);
    world_expect_members(world, "c", 0x10);
    world_expect_members(world, "a", 0x0f);
    world_call(world, operate_by_id);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "d", 0x20);
    world_call(world, operate_on_nobody);
    assert_int_equal(told_status(&world->done), 0);
}

/* sails-sockets 65 */
IN_EVERY_WAY(members_of_a_room_join_and_leave_others_together, call_operations_on_rooms)

static void leave_all(struct world *world)
{
    must(sails_sockets_leave_all(world->live.app, "a", on_done, world) == 0);
}

static void leave_all_by_id(struct world *world)
{
    must(sails_sockets_leave_all(world->live.app, id_of(world, 5), on_done, world) == 0);
}

static void call_leave_all(struct world *world)
{
    world_join(world, 0, 3, "a");
    world_join(world, 2, 5, "b");
    world_call(world, leave_all);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "a", 0);
    world_expect_members(world, "b", 0x30);
    world_call(world, leave_all_by_id);
    assert_int_equal(told_status(&world->done), 0);
    world_expect_members(world, "b", 0x10);
    for (unsigned i = 0; i < N_CLIENTS; i++) {
        world_expect_members(world, id_of(world, i), 1u << i);
    }
}

/* sails-sockets 67 */
IN_EVERY_WAY(leave_all_leaves_only_the_own_rooms, call_leave_all)

static void call_after_disconnecting(struct world *world)
{
    world_join(world, 0, 1, "a");
    world_join(world, 0, 0, "alone");
    assert_true(ws_client_send(&world->clients[0], "41"));
    /* `41` has no reply: the next CONNECT of the same connection has, and comes after it. */
    assert_true(ws_client_join(&world->clients[0], "/", ""));
    world_expect_members(world, "a", 0x02);
    world_expect_members(world, "alone", 0);
}

/* sails-sockets 69 */
IN_EVERY_WAY(a_disconnected_socket_is_in_no_room, call_after_disconnecting)

/* ---- what is refused ---- */

/* sails-sockets 62, 66 */
static void what_is_missing_or_too_long_is_refused_and_nobody_is_told(void **state)
{
    struct live live;
    struct told told;
    char long_name[SAILS_ROOM_NAME_MAX + 2];

    (void)state;
    told_init(&told);
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    live_init(&live, 1);
    assert_int_equal(sails_sockets_join(live.app, "id", "room", tell, &told), SAILS_ESTATE);
    assert_int_equal(sails_sockets_blast(live.app, "x", json_null(), NULL), SAILS_ESTATE);
    assert_int_equal(sails_sockets_broadcast(live.app, SAILS_ROOMS("a"), "x", json_null(), NULL),
                     SAILS_ESTATE);
    live_lift(&live);

    assert_int_equal(sails_sockets_join(NULL, "id", "room", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_join(live.app, NULL, "room", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_join(live.app, "id", NULL, tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_join(live.app, "id", "", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_join(live.app, "", "room", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_join(live.app, "id", long_name, tell, &told), SAILS_ETOOBIG);
    assert_int_equal(sails_sockets_join(live.app, long_name, "room", tell, &told), SAILS_ETOOBIG);
    assert_int_equal(sails_sockets_leave(NULL, "id", "room", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_leave(live.app, NULL, "room", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_leave(live.app, "id", NULL, tell, &told), SAILS_EINVAL);

    assert_int_equal(sails_sockets_broadcast(NULL, SAILS_ROOMS("a"), "x", json_object(), NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_sockets_broadcast(live.app, NULL, "x", json_object(), NULL),
                     SAILS_EINVAL);
    assert_int_equal(
        sails_sockets_broadcast(live.app, SAILS_ROOMS(long_name), "x", json_object(), NULL),
        SAILS_ETOOBIG);
    assert_int_equal(sails_sockets_blast(NULL, "x", json_object(), NULL), SAILS_EINVAL);
    assert_int_equal(sails_sockets_blast(live.app, "x", NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_sockets_broadcast(live.app, SAILS_ROOMS("a"), "x",
                                             json_pack("{s:s}", "name", "caf\xe9"), NULL),
                     SAILS_EINVAL);
    assert_true(live_log_has(&live.log, "The event `x` was not sent: its data is NULL"));

    assert_int_equal(
        sails_sockets_add_room_members_to_rooms(NULL, "a", SAILS_ROOMS("b"), tell, &told),
        SAILS_EINVAL);
    assert_int_equal(
        sails_sockets_add_room_members_to_rooms(live.app, NULL, SAILS_ROOMS("b"), tell, &told),
        SAILS_EINVAL);
    assert_int_equal(sails_sockets_add_room_members_to_rooms(live.app, "a", NULL, tell, &told),
                     SAILS_EINVAL);
    assert_int_equal(
        sails_sockets_add_room_members_to_rooms(live.app, "a", SAILS_ROOMS("b", ""), tell, &told),
        SAILS_EINVAL);
    assert_int_equal(
        sails_sockets_remove_room_members_from_rooms(NULL, "a", SAILS_ROOMS("b"), tell, &told),
        SAILS_EINVAL);
    assert_int_equal(sails_sockets_remove_room_members_from_rooms(live.app, "a", NULL, tell, &told),
                     SAILS_EINVAL);
    assert_int_equal(sails_sockets_leave_all(NULL, "a", tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_leave_all(live.app, NULL, tell, &told), SAILS_EINVAL);
    assert_int_equal(sails_sockets_leave_all(live.app, "", tell, &told), SAILS_EINVAL);
    assert_null(sails_sockets_get_id(NULL));
    assert_null(sails_sockets_id(NULL));

    live_settle(&live);
    assert_int_equal(atomic_load(&told.count), 0);
    live_end(&live);
}

static void reserved_and_impossible_events_are_refused(void **state)
{
    static const char *const reserved[] = {"connect",       "connect_error", "disconnect",
                                           "disconnecting", "newListener",   "removeListener"};
    struct live live;
    json_t *many = json_array();

    (void)state;
    live_init(&live, 1);
    live_lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        assert_int_equal(sails_sockets_blast(live.app, reserved[i], json_null(), NULL),
                         SAILS_ERESERVED);
        assert_int_equal(
            sails_sockets_broadcast(live.app, SAILS_ROOMS("a"), reserved[i], json_null(), NULL),
            SAILS_ERESERVED);
    }
    assert_int_equal(sails_sockets_blast(live.app, "error", json_null(), NULL), 0);
    for (int i = 0; i < 11; i++) {
        json_array_append_new(many, sails_binary("x", 1));
    }
    assert_int_equal(sails_sockets_blast(live.app, "x", many, NULL), SAILS_ETOOBIG);
    live_end(&live);
}

/* ---- ids of requests ---- */

static void show_id(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);

    must(id == sails_sockets_id(req));
    /* sails-sockets 61: over HTTP the id is NULL, and omits nobody */
    must(sails_sockets_blast(sails_req_app(req), "asked", json_null(), id) == 0);
    sails_res_json(res, id != NULL ? json_pack("{s:s}", "id", id) : json_pack("{s:n}", "id"));
}

/* sails-sockets 70 */
static void a_socket_request_has_an_id_and_an_http_request_has_none(void **state)
{
    struct live live;
    struct ws_client asking, other;
    char want[256];

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "GET /id", show_id), 0);
    live_lift(&live);
    ws_client_expect_in(&asking, live.port, 5);
    ws_client_expect_in(&other, live.port, 4);

    assert_true(ws_client_send(&asking, "420[\"get\",{\"url\":\"/id\"}]"));
    snprintf(want, sizeof(want),
             "430[{\"body\":{\"id\":\"%s\"},\"headers\":{},\"statusCode\":200}]", asking.id);
    ws_client_expect(&asking, want);
    ws_client_expect(&other, "42[\"asked\",null]");

    http_client_expect(live.port, "GET", "/id", "", NULL, 200, "{\n  \"id\": null\n}");
    ws_client_expect(&asking, "42[\"asked\",null]");
    ws_client_expect(&other, "42[\"asked\",null]");
    ws_client_close(&asking);
    ws_client_close(&other);
    live_end(&live);
}

/* ---- the end ---- */

static void a_call_after_the_app_was_lowered_is_told_that_it_is_too_late(void **state)
{
    struct live live;
    struct told told;
    int rc = 0;

    (void)state;
    told_init(&told);
    live_init(&live, 4);
    live_lift(&live);
    assert_int_equal(sails_app_lower(live.app), 0);
    rc = sails_sockets_join(live.app, "id", "room", tell, &told);
    live_end(&live);
    if (rc == 0) { /* it was on its way, and is told at the end */
        assert_int_equal(told_status(&told), SAILS_ECLOSED);
    } else {
        assert_int_equal(rc, SAILS_ESTATE);
    }
}

/* ---- "a socket's id stands for that socket" ---- */

static void move_by_id(struct world *world)
{
    sails_app *app = world->live.app;
    const char *id = id_of(world, world->at_case);

    must(sails_sockets_join(app, id, "joined", NULL, NULL) == 0);
    must(sails_sockets_add_room_members_to_rooms(app, id, SAILS_ROOMS("added", "left"), NULL,
                                                 NULL) == 0);
    must(sails_sockets_leave(app, id, "left", NULL, NULL) == 0);
    must(sails_sockets_remove_room_members_from_rooms(app, id, SAILS_ROOMS("both"), NULL, NULL) ==
         0);
}

/* Whoever else is in a room that bears the name of the id of `p`, on whichever worker. */
static void an_id_is_that_socket(struct world *world)
{
    for (size_t p = 0; p < N_CLIENTS; p++) {
        unsigned all = (1u << N_CLIENTS) - 1;

        for (size_t q = 0; q < N_CLIENTS; q++) {
            if (q != p) {
                world_join(world, q, q, id_of(world, p));
            }
        }
        world_join(world, 0, N_CLIENTS - 1, "both");
        world->at_case = p;
        world_call(world, move_by_id);
        world_expect_members(world, "joined", 1u << p);
        world_expect_members(world, "added", 1u << p);
        world_expect_members(world, "left", 0);
        world_expect_members(world, "both", all & ~(1u << p));
        world_expect_members(world, id_of(world, p), all); /* a broadcast reaches both */
        for (size_t i = 0; i < N_CLIENTS; i++) {
            must(sails_sockets_leave_all(world->live.app, id_of(world, i), NULL, NULL) == 0);
        }
    }
}

IN_EVERY_WAY(an_id_stands_for_that_socket_whoever_is_in_a_room_of_that_name, an_id_is_that_socket)

/* ... and for the room, when that socket has gone. */
static void an_id_that_is_gone_is_a_room(struct world *world)
{
    const char *gone = id_of(world, 0);
    struct sails_io_target target = {.to = SAILS_ROOMS(gone)};

    assert_int_equal(
        sails_io_disconnect_sockets(world->live.root, &target, false, tell, &world->done), 0);
    assert_int_equal(told_status(&world->done), 0);
    ws_client_expect(&world->clients[0], "41");
    world_join(world, 1, 4, gone);
    assert_int_equal(sails_sockets_join(world->live.app, gone, "heirs", tell, &world->done), 0);
    assert_int_equal(told_status(&world->done), 0);
    assert_int_equal(
        sails_sockets_broadcast(world->live.app, SAILS_ROOMS("heirs"), "heard", json_null(), NULL),
        0);
    live_settle(&world->live);
    for (size_t i = 1; i < N_CLIENTS; i++) {
        if (i <= 4) {
            ws_client_expect(&world->clients[i], "42[\"heard\",null]");
        }
        live_expect_nothing(&world->clients[i]);
    }
}

IN_EVERY_WAY(an_id_of_a_socket_that_has_gone_is_a_room, an_id_that_is_gone_is_a_room)

/* ---- the socket of a request ---- */

static void move_in(sails_req *req, sails_res *res)
{
    sails_io_socket *socket = sails_req_socket(req);

    must((socket != NULL) == sails_req_is_socket(req));
    must(socket == NULL || strcmp(sails_io_socket_id(socket), sails_sockets_get_id(req)) == 0);
    must(socket == NULL || sails_io_socket_join(socket, "home") == 0);
    sails_res_json(res, json_boolean(socket != NULL));
}

static void throw_out(sails_req *req, sails_res *res)
{
    sails_io_socket_disconnect(sails_req_socket(req), false);
    must(sails_req_socket(req) == NULL);
    sails_res_ok(res, NULL);
}

static void *look_from_elsewhere(void *arg)
{
    sails_req *req = arg;

    must(sails_req_socket(req) == NULL);
    sails_res_ok(sails_req_res(req), NULL);
    return NULL;
}

static void go_elsewhere(sails_req *req, sails_res *res)
{
    (void)res;
    live_elsewhere(look_from_elsewhere, req);
}

/* Whoever else is in a room of the name of its id. */
static void a_request_knows_its_socket(void **state)
{
    struct live live;
    struct ws_client asking, bystander;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_route(live.app, "GET /in", move_in), 0);
    assert_int_equal(sails_app_route(live.app, "GET /out", throw_out), 0);
    assert_int_equal(sails_app_route(live.app, "GET /elsewhere", go_elsewhere), 0);
    live_lift(&live);
    assert_null(sails_req_socket(NULL));
    ws_client_expect_in(&asking, live.port, 5);
    ws_client_expect_in(&bystander, live.port, 5);
    assert_int_equal(sails_sockets_join(live.app, bystander.id, asking.id, NULL, NULL), 0);
    http_client_expect(live.port, "GET", "/in", "", NULL, 200, "false");
    ws_client_expect_answer(&asking, "420[\"get\",{\"url\":\"/in\"}]",
                            "430[{\"body\":true,\"headers\":{},\"statusCode\":200}]");
    ws_client_expect_answer(&asking, "421[\"get\",{\"url\":\"/elsewhere\"}]",
                            "431[{\"body\":\"OK\",\"headers\":{},\"statusCode\":200}]");
    assert_int_equal(
        sails_sockets_broadcast(live.app, SAILS_ROOMS("home"), "hi", json_null(), NULL), 0);
    ws_client_expect(&asking, "42[\"hi\",null]");
    ws_client_expect_answer(&asking, "422[\"get\",{\"url\":\"/out\"}]", "41");
    live_expect_nothing(&bystander);
    ws_client_close(&asking);
    ws_client_close(&bystander);
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_socket_gets_a_broadcast_to_its_own_id),
        cmocka_unit_test(joining_twice_is_joining_once),
        cmocka_unit_test(an_event_without_a_name_is_a_message_and_without_data_null),
        cmocka_unit_test(no_rooms_unknown_rooms_and_empty_names_reach_nobody),
        cmocka_unit_test(a_socket_in_several_of_the_rooms_gets_one_frame),
        cmocka_unit_test(whoever_is_omitted_is_the_only_one_who_hears_nothing),
        cmocka_unit_test(omitting_concerns_the_socket_and_not_a_room_of_its_name),
        cmocka_unit_test(an_unknown_id_is_told_and_makes_no_room),
        cmocka_unit_test(a_room_instead_of_an_id_stands_for_its_members),
        cmocka_unit_test(leaving_a_room_that_one_is_not_in_is_no_error),
        cmocka_unit_test(leaving_the_own_room_stops_direct_messages_until_it_is_joined_again),
        cmocka_unit_test(a_room_named_like_an_id_may_have_members_on_every_worker),
        cmocka_unit_test(members_of_a_room_join_and_leave_others_together),
        cmocka_unit_test(leave_all_leaves_only_the_own_rooms),
        cmocka_unit_test(a_disconnected_socket_is_in_no_room),
        cmocka_unit_test(what_is_missing_or_too_long_is_refused_and_nobody_is_told),
        cmocka_unit_test(reserved_and_impossible_events_are_refused),
        cmocka_unit_test(a_socket_request_has_an_id_and_an_http_request_has_none),
        cmocka_unit_test(a_request_knows_its_socket),
        cmocka_unit_test(a_call_after_the_app_was_lowered_is_told_that_it_is_too_late),
        cmocka_unit_test(an_id_stands_for_that_socket_whoever_is_in_a_room_of_that_name),
        cmocka_unit_test(an_id_of_a_socket_that_has_gone_is_a_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
