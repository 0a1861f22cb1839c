#include "nodes/nodes_format.h"

#include "support/pair.h"

/*
 * Sharded pub/sub in a simulated world: what is listened to, and that it says the same.
 */

#define MAIN "socket.io#/#"

struct trio {
    struct fleet fleet;
    struct ws_client clients[3]; /* of node 0, and two of node 1, on different workers */
    struct told done;
};

static struct trio *trio_open(const char *mode)
{
    struct trio *trio = mem_alloc(sizeof(*trio));

    assert_non_null(trio);
    fleet_init(&trio->fleet, 1);
    for (int i = 0; i < 2; i++) {
        struct fleet_node *node = fleet_add(&trio->fleet, i == 0 ? 1 : 2);

        assert_int_equal(sails_app_set(node->app, "sockets.adapterOptions.sharded", json_true()),
                         0);
        assert_int_equal(
            sails_app_set(node->app, "sockets.adapterOptions.subscriptionMode", json_string(mode)),
            0);
    }
    fleet_lift(&trio->fleet);
    told_init(&trio->done);
    for (size_t i = 0; i < 3; i++) {
        ws_client_expect_in(&trio->clients[i], trio->fleet.nodes[i == 0 ? 0 : 1].port, 5);
    }
    return trio;
}

static void trio_end(struct trio *trio)
{
    for (size_t i = 0; i < 3; i++) {
        ws_client_close(&trio->clients[i]);
    }
    fleet_end(&trio->fleet);
    mem_free(trio);
}

static void join(struct trio *trio, size_t client, const char *room)
{
    sails_app *app = trio->fleet.nodes[client == 0 ? 0 : 1].app;

    assert_int_equal(sails_sockets_join(app, trio->clients[client].id, room, tell, &trio->done), 0);
    assert_int_equal(told_status(&trio->done), 0);
    fleet_settle(&trio->fleet);
}

static void leave(struct trio *trio, size_t client, const char *room)
{
    sails_app *app = trio->fleet.nodes[client == 0 ? 0 : 1].app;

    assert_int_equal(sails_sockets_leave(app, trio->clients[client].id, room, tell, &trio->done),
                     0);
    assert_int_equal(told_status(&trio->done), 0);
    fleet_settle(&trio->fleet);
}

static size_t listeners(const struct trio *trio, const char *channel)
{
    return sim_broker_count_shard(&trio->fleet.broker, channel);
}

/* redis-cluster 24 */
static void a_room_is_listened_to_while_a_node_has_members(void **state)
{
    struct trio *trio = trio_open("dynamic");

    (void)state;
    assert_int_equal(listeners(trio, MAIN), 2);
    assert_int_equal(listeners(trio, MAIN "r#"), 0);
    join(trio, 1, "r");
    assert_int_equal(listeners(trio, MAIN "r#"), 1);
    join(trio, 2, "r");
    assert_int_equal(listeners(trio, MAIN "r#"), 1);
    join(trio, 0, "r");
    assert_int_equal(listeners(trio, MAIN "r#"), 2);
    leave(trio, 1, "r");
    assert_int_equal(listeners(trio, MAIN "r#"), 2);
    ws_client_close(&trio->clients[2]);
    fleet_settle(&trio->fleet);
    assert_int_equal(listeners(trio, MAIN "r#"), 1);
    /* A name of 20 letters is a socket's own room to this format. */
    join(trio, 0, "abcdefghijklmnopqrst");
    assert_int_equal(listeners(trio, MAIN "abcdefghijklmnopqrst#"), 0);
    sim_broker_set_gone(&trio->fleet.broker, true);
    fleet_settle(&trio->fleet);
    join(trio, 0, "s");
    sim_broker_set_gone(&trio->fleet.broker, false);
    fleet_settle(&trio->fleet);
    assert_int_equal(listeners(trio, MAIN "s#"), 1);
    assert_int_equal(listeners(trio, MAIN "r#"), 1);
    trio_end(trio);
}

static void emit(struct trio *trio, const char *const *rooms, const char *event)
{
    assert_int_equal(sails_io_emit(trio->fleet.nodes[0].root,
                                   &(struct sails_io_target){.to = rooms}, event, NULL),
                     0);
    fleet_settle(&trio->fleet);
}

/* redis-cluster 24, and: a broadcast to a room costs a node without members nothing */
static void a_broadcast_reaches_members_and_wakes_nobody_else(void **state)
{
    static const char *const modes[] = {"static", "dynamic"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct trio *trio = trio_open(modes[i]);
        uint64_t before = 0;

        join(trio, 1, "r");
        join(trio, 0, "s");
        emit(trio, SAILS_ROOMS("r"), "one");
        ws_client_expect(&trio->clients[1], "42[\"one\"]");
        emit(trio, NULL, "all");
        for (size_t at = 0; at < 3; at++) {
            ws_client_expect(&trio->clients[at], "42[\"all\"]");
            live_expect_nothing(&trio->clients[at]);
        }
        emit(trio, SAILS_ROOMS("r", trio->clients[2].id), "two");
        ws_client_expect(&trio->clients[1], "42[\"two\"]");
        ws_client_expect(&trio->clients[2], "42[\"two\"]");
        before = fleet_state(&trio->fleet.nodes[1]).received;
        emit(trio, SAILS_ROOMS("s"), "here");
        assert_int_equal(fleet_state(&trio->fleet.nodes[1]).received - before, i == 0 ? 1 : 0);
        trio_end(trio);
    }
}

/* redis-cluster 24: own messages and those of other namespaces; 9: what is none */
static void what_is_not_for_us_is_ignored_and_what_is_broken_refused(void **state)
{
    static const char *const ignored[] = {
        "{\"type\":3,\"data\":{\"packet\":{\"type\":2,\"data\":[\"x\"]},\"opts\":{}},\"uid\":\"a\","
        "\"nsp\":\"/other\"}",
        "{\"type\":2,\"uid\":\"a\",\"nsp\":\"/\"}",
    };
    static const char *const refused[] = {
        "null",
        "{\"type\":3,\"data\":{},\"uid\":\"a\",\"nsp\":\"/\"}",
        "{\"type\":4,\"data\":{\"rooms\":[\"x\"]},\"uid\":\"a\",\"nsp\":\"/\"}",
        "{\"type\":99,\"uid\":\"a\",\"nsp\":\"/\"}",
        "\xc0",
    };
    struct trio *trio = trio_open("dynamic");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++) {
        sim_broker_publish_shard(&trio->fleet.broker, MAIN, ignored[i], strlen(ignored[i]));
    }
    fleet_settle(&trio->fleet);
    assert_int_equal(fleet_state(&trio->fleet.nodes[0]).refused, 0);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        sim_broker_publish_shard(&trio->fleet.broker, MAIN, refused[i], strlen(refused[i]));
        fleet_settle(&trio->fleet);
        assert_int_equal(fleet_state(&trio->fleet.nodes[0]).refused, i + 1);
    }
    for (size_t i = 0; i < 3; i++) {
        live_expect_nothing(&trio->clients[i]);
    }
    trio_end(trio);
}

/* A member joins and hears what is sent to the room right behind it, in every storm: one sender, one order. */
static void what_follows_a_join_reaches_the_new_member(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct pair *pair = pair_open();
        sails_app *app = pair->fleet.nodes[0].app;

        pair->fleet.world.weather.is_stormy = true;
        pair->fleet.broker.max_delay_ms = 30;
        chance_init(&pair->fleet.world.chance, seed);
        assert_int_equal(
            sails_sockets_add_room_members_to_rooms(app, "r", SAILS_ROOMS("new"), NULL, NULL), 0);
        assert_int_equal(
            sails_sockets_broadcast(app, SAILS_ROOMS("new"), "hi", json_integer(1), NULL), 0);
        assert_int_equal(sails_sockets_leave_all(app, "new", NULL, NULL), 0);
        assert_int_equal(
            sails_sockets_broadcast(app, SAILS_ROOMS("new"), "hi", json_integer(2), NULL), 0);
        fleet_settle(&pair->fleet);
        ws_client_expect(&pair->clients[1], "42[\"hi\",1]");
        live_expect_nothing(&pair->clients[1]);
        pair_end(pair);
    }
}

/* redis-cluster 26: a stream is read on from where a node was, so that it misses nothing and hears nothing twice */
static void what_a_node_misses_in_a_stream_it_reads_later(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct fleet *fleet = mem_alloc(sizeof(*fleet));
        struct ws_client client;
        enum {
            N = 100
        };

        assert_non_null(fleet);
        fleet_init(fleet, seed);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(sails_app_set(fleet_add(fleet, i + 1)->app, "sockets.adapter",
                                           json_string("@socket.io/redis-streams-adapter")),
                             0);
        }
        fleet_lift(fleet);
        ws_client_expect_in(&client, fleet->nodes[1].port, 5);
        fleet->world.weather.is_stormy = true;
        fleet->broker.max_delay_ms = 20;
        for (int i = 0; i < N; i++) {
            assert_int_equal(sails_io_emit(fleet->nodes[0].root, NULL, "e", json_integer(i)), 0);
            sim_world_advance(&fleet->world, chance_below(&fleet->world.chance, 10));
            if (chance_below(&fleet->world.chance, 10) == 0) {
                sim_broker_cut(&fleet->broker, 1, chance_below(&fleet->world.chance, 2) == 0);
            }
        }
        sim_broker_cut(&fleet->broker, 1, false);
        fleet_settle(fleet);
        for (int i = 0; i < N; i++) {
            char want[32];

            (void)snprintf(want, sizeof(want), "42[\"e\",%d]", i);
            ws_client_expect(&client, want);
        }
        live_expect_nothing(&client);
        ws_client_close(&client);
        fleet_end(fleet);
        mem_free(fleet);
    }
}

/* redis-cluster 11, 26: what nobody says is passed over, and what comes behind it is heard */
static void an_entry_that_is_broken_stops_nobody(void **state)
{
    static const char broken[] = "a\0/\0004\0{\"rooms\":[\"x\"]}"; /* and the NUL of C behind it */
    static const char good[] = "a\0/\0003\0{\"packet\":{\"type\":2,\"data\":[\"hi\"]},\"opts\":{}}";
    static const char elsewhere[] =
        "a\0/other\0003\0{\"packet\":{\"type\":2,\"data\":[\"hi\"]},\"opts\":{}}";
    struct fleet *fleet = mem_alloc(sizeof(*fleet));
    struct ws_client client;

    (void)state;
    assert_non_null(fleet);
    fleet_init(fleet, 1);
    assert_int_equal(sails_app_set(fleet_add(fleet, 1)->app, "sockets.adapter",
                                   json_string("@socket.io/redis-streams-adapter")),
                     0);
    fleet_lift(fleet);
    ws_client_expect_in(&client, fleet->nodes[0].port, 5);
    sim_broker_append(&fleet->broker, broken, sizeof(broken));
    sim_broker_append(&fleet->broker, elsewhere, sizeof(elsewhere));
    sim_broker_append(&fleet->broker, good, sizeof(good));
    fleet_settle(fleet);
    ws_client_expect(&client, "42[\"hi\"]");
    assert_int_equal(fleet_state(&fleet->nodes[0]).refused, 1);
    ws_client_close(&client);
    fleet_end(fleet);
    mem_free(fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_room_is_listened_to_while_a_node_has_members),
        cmocka_unit_test(a_broadcast_reaches_members_and_wakes_nobody_else),
        cmocka_unit_test(what_is_not_for_us_is_ignored_and_what_is_broken_refused),
        cmocka_unit_test(what_follows_a_join_reaches_the_new_member),
        cmocka_unit_test(what_a_node_misses_in_a_stream_it_reads_later),
        cmocka_unit_test(an_entry_that_is_broken_stops_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
