#include "nodes/nodes_admin.h"

#include "support/pair.h"

/*
 * The admin bus of Sails (sails-sockets 8.3): whole rooms on every node, and signals of applications.
 */

#define BUS "socket.io#sails#"

static void expect_members(struct pair *pair, const char *room, unsigned who)
{
    char want[128];

    fleet_settle(&pair->fleet);
    (void)snprintf(want, sizeof(want), "42[\"in\",\"%s\"]", room);
    assert_int_equal(sails_sockets_broadcast(pair->fleet.nodes[0].app, SAILS_ROOMS(room), "in",
                                             json_string(room), NULL),
                     0);
    fleet_settle(&pair->fleet);
    for (size_t i = 0; i < 2; i++) {
        if ((who & 1u << i) != 0) {
            ws_client_expect(&pair->clients[i], want);
        }
        live_expect_nothing(&pair->clients[i]);
    }
}

static void operations_on_rooms_reach_members_on_every_node(void **state)
{
    struct pair *pair = pair_open();
    sails_app *app = pair->fleet.nodes[0].app;

    (void)state;
    assert_int_equal(
        sails_sockets_add_room_members_to_rooms(app, "r", SAILS_ROOMS("s", "t"), NULL, NULL), 0);
    expect_members(pair, "t", 2);
    assert_int_equal(
        sails_sockets_remove_room_members_from_rooms(app, "s", SAILS_ROOMS("t"), tell, &pair->done),
        0);
    assert_int_equal(told_status(&pair->done), 0);
    expect_members(pair, "t", 0);
    expect_members(pair, "s", 2);
    assert_int_equal(sails_sockets_leave_all(app, "r", NULL, NULL), 0);
    expect_members(pair, "s", 0);
    expect_members(pair, "r", 0);
    pair_end(pair);
}

/* 8.4: an id that this node does not know may be another node's, and is no error */
static void a_socket_of_another_node_joins_by_its_id(void **state)
{
    struct pair *pair = pair_open();
    sails_app *app = pair->fleet.nodes[0].app;

    (void)state;
    assert_int_equal(sails_sockets_join(app, pair->clients[1].id, "far", tell, &pair->done), 0);
    assert_int_equal(told_status(&pair->done), 0);
    expect_members(pair, "far", 2);
    assert_int_equal(sails_sockets_leave(app, pair->clients[1].id, "far", tell, &pair->done), 0);
    assert_int_equal(told_status(&pair->done), 0);
    expect_members(pair, "far", 0);
    assert_int_equal(sails_sockets_join(app, pair->clients[0].id, "near", tell, &pair->done), 0);
    assert_int_equal(told_status(&pair->done), 0);
    expect_members(pair, "near", 1);
    pair_end(pair);
}

static void what_is_said_is_what_sails_says(void **state)
{
    struct pair *pair = pair_open();
    sails_app *app = pair->fleet.nodes[0].app;
    struct tapped tapped = {{0}};
    char want[256];
    char uid[7] = "";

    (void)state;
    pair->fleet.broker.tap = tap;
    pair->fleet.broker.tap_ctx = &tapped;
    assert_int_equal(sails_sockets_join(app, pair->clients[1].id, "chat", NULL, NULL), 0);
    fleet_settle(&pair->fleet);
    memcpy(uid, tapped.text.ptr + strlen(BUS " {\"uid\":\""), 6);
    (void)snprintf(want, sizeof(want),
                   BUS " {\"uid\":\"%s\",\"event\":\"join\",\"payload\":{\"sourceRoom\":\"%s\","
                       "\"destRooms\":[\"chat\"]}}\n",
                   uid, pair->clients[1].id);
    expect_tapped(pair, &tapped, want);
    assert_int_equal(sails_sockets_leave_all(app, "r", NULL, NULL), 0);
    (void)snprintf(
        want, sizeof(want),
        BUS " {\"uid\":\"%s\",\"event\":\"leaveAll\",\"payload\":{\"sourceRoom\":\"r\"}}\n", uid);
    expect_tapped(pair, &tapped, want);
    /* A socket that is here concerns nobody else. */
    assert_int_equal(sails_sockets_join(app, pair->clients[0].id, "chat", NULL, NULL), 0);
    expect_tapped(pair, &tapped, "");
    buf_deinit(&tapped.text);
    pair_end(pair);
}

static void what_sails_says_is_done(void **state)
{
    struct pair *pair = pair_open();

    (void)state;
    say(pair, BUS,
        "{\"uid\":\"x\",\"event\":\"join\",\"payload\":{\"sourceRoom\":\"r\",\"destRooms\":[\"s\"]}}");
    expect_members(pair, "s", 2);
    say(pair, BUS,
        "{\"event\":\"leave\",\"payload\":{\"sourceRoom\":\"r\",\"destRooms\":\"s\"},\"uid\":1}");
    expect_members(pair, "s", 0);
    say(pair, BUS, "{\"uid\":\"x\",\"event\":\"leaveAll\",\"payload\":{\"sourceRoom\":\"r\"}}");
    expect_members(pair, "r", 0);
    assert_int_equal(fleet_state(&pair->fleet.nodes[1]).refused, 0);
    pair_end(pair);
}

/* 8.3 */
static void what_nobody_says_is_refused(void **state)
{
    static const char *const broken[] = {
        "",
        "null",
        "[]",
        "{\"uid\":",
        "{\"event\":\"join\",\"payload\":{\"sourceRoom\":\"r\"}}",
        "{\"event\":\"join\",\"payload\":{\"destRooms\":[\"s\"]}}",
        "{\"event\":\"join\",\"payload\":{\"sourceRoom\":\"r\",\"destRooms\":[{}]}}",
        "{\"event\":\"leave\",\"payload\":7}",
    };
    struct pair *pair = pair_open();

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        say(pair, BUS, broken[i]);
        assert_int_equal(fleet_state(&pair->fleet.nodes[1]).refused, i + 1);
    }
    say(pair, BUS, "{\"event\":\"join\",\"payload\":null}");
    say(pair, BUS, "{\"event\":\"mine\",\"payload\":true}");
    assert_int_equal(fleet_state(&pair->fleet.nodes[1]).refused, ARRAY_LEN(broken));
    expect_members(pair, "r", 2);
    pair_end(pair);
}

static void note_message(sails_app *app, json_t *message, void *ctx)
{
    json_t *expected = json_pack("[i]", 1);

    (void)app;
    must(strcmp(json_string_value(json_object_get(message, "event")), "mine") == 0);
    must(json_equal(json_object_get(message, "payload"), expected));
    json_decref(expected);
    tell(0, ctx);
}

static void programs_tell_each_other_what_they_like(void **state)
{
    struct fleet *fleet = mem_alloc(sizeof(*fleet));
    struct told told[2];

    (void)state;
    assert_non_null(fleet);
    fleet_init(fleet, 1);
    for (size_t i = 0; i < 2; i++) {
        told_init(&told[i]);
        fleet_add(fleet, 2);
        assert_int_equal(sails_app_on_admin_message(fleet->nodes[i].app, note_message, &told[i]),
                         0);
    }
    assert_int_equal(
        sails_app_broadcast_admin_message(fleet->nodes[0].app, "mine", json_pack("[i]", 1)),
        SAILS_ESTATE);
    fleet_lift(fleet);
    assert_int_equal(
        sails_app_broadcast_admin_message(fleet->nodes[0].app, "mine", json_pack("[i]", 1)), 0);
    fleet_settle(fleet);
    assert_int_equal(atomic_load(&told[0].count), 0);
    assert_int_equal(atomic_load(&told[1].count), 1);
    assert_int_equal(
        sails_app_blast_admin_message(fleet->nodes[0].app, "mine", json_pack("[i]", 1)), 0);
    fleet_settle(fleet);
    assert_int_equal(atomic_load(&told[0].count), 1);
    assert_int_equal(atomic_load(&told[1].count), 2);
    assert_int_equal(sails_app_blast_admin_message(fleet->nodes[0].app, NULL, json_true()),
                     SAILS_EINVAL);
    fleet_end(fleet);
    mem_free(fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_on_rooms_reach_members_on_every_node),
        cmocka_unit_test(a_socket_of_another_node_joins_by_its_id),
        cmocka_unit_test(what_is_said_is_what_sails_says),
        cmocka_unit_test(what_sails_says_is_done),
        cmocka_unit_test(what_nobody_says_is_refused),
        cmocka_unit_test(programs_tell_each_other_what_they_like),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
