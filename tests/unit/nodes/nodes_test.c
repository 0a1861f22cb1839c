#include "nodes/nodes.h"

#include "support/pair.h"

#include <sails/sockets.h>

/*
 * Nodes of one cluster over a simulated Redis: what reaches whom, and what happens when it goes.
 */

static int emit(struct pair *pair, size_t from, const char *const *to, unsigned flags,
                const char *event)
{
    struct sails_io_target target = {.to = to, .flags = flags};

    return sails_io_emit(pair->fleet.nodes[from].root, &target, event, NULL);
}

/* Both, or those whose bit is set, have that event next, and nothing else. */
static void expect(struct pair *pair, unsigned who, const char *event)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "42[\"%s\"]", event);
    fleet_settle(&pair->fleet);
    for (size_t i = 0; i < 2; i++) {
        if ((who & 1u << i) != 0) {
            ws_client_expect(&pair->clients[i], text);
        }
        live_expect_nothing(&pair->clients[i]);
    }
}

/* redis-cluster 5, 6 */
static void what_one_node_sends_the_other_delivers_once(void **state)
{
    struct pair *pair = pair_open();

    (void)state;
    assert_int_equal(emit(pair, 0, NULL, 0, "all"), 0);
    expect(pair, 3, "all");
    assert_int_equal(emit(pair, 1, NULL, SAILS_IO_VOLATILE | SAILS_IO_NO_COMPRESS, "back"), 0);
    expect(pair, 3, "back");
    assert_int_equal(emit(pair, 0, SAILS_ROOMS("r"), 0, "one"), 0);
    expect(pair, 2, "one");
    assert_int_equal(emit(pair, 0, SAILS_ROOMS("r", pair->clients[0].id), 0, "both"), 0);
    expect(pair, 3, "both");
    assert_int_equal(
        sails_sockets_blast(pair->fleet.nodes[0].app, "omit", json_null(), pair->clients[0].id), 0);
    fleet_settle(&pair->fleet);
    ws_client_expect(&pair->clients[1], "42[\"omit\",null]");
    live_expect_nothing(&pair->clients[0]);
    assert_int_equal(fleet_state(&pair->fleet.nodes[0]).sent, 4);
    assert_int_equal(fleet_state(&pair->fleet.nodes[1]).received, 4);
    pair_end(pair);
}

static void say_after(void *ctx)
{
    assert_int_equal(emit(ctx, 0, NULL, 0, "after"), 0);
}

static void say_to_late(void *ctx)
{
    assert_int_equal(emit(ctx, 0, SAILS_ROOMS("late"), 0, "joined"), 0);
}

/* redis-cluster 16: how many clients are asked comes before the ack of any, whichever worker says it. */
static void what_another_thread_has_said_before_is_sent_before(void **state)
{
    struct pair *pair = pair_open();
    struct sim_pool *pool = container_of(pair->fleet.nodes[0].app->pool, struct sim_pool, pool);

    (void)state;
    assert_int_equal(emit(pair, 0, NULL, 0, "before"), 0); /* no worker's turn: it is mailed */
    sim_pool_call(pool, 0, say_after, pair);
    fleet_settle(&pair->fleet);
    ws_client_expect(&pair->clients[1], "42[\"before\"]");
    ws_client_expect(&pair->clients[1], "42[\"after\"]");
    assert_int_equal(
        sails_io_sockets_join(pair->fleet.nodes[0].root, NULL, SAILS_ROOMS("late"), NULL, NULL), 0);
    sim_pool_call(pool, 0, say_to_late, pair);
    fleet_settle(&pair->fleet);
    ws_client_expect(&pair->clients[1], "42[\"joined\"]");
    pair_end(pair);
}

static void what_is_local_stays_on_this_node(void **state)
{
    struct pair *pair = pair_open();

    (void)state;
    assert_int_equal(emit(pair, 1, NULL, SAILS_IO_LOCAL, "here"), 0);
    expect(pair, 2, "here");
    assert_int_equal(emit(pair, 0, SAILS_ROOMS("r"), SAILS_IO_LOCAL, "nobody"), 0);
    expect(pair, 0, "");
    assert_int_equal(fleet_state(&pair->fleet.nodes[0]).sent, 0);
    assert_int_equal(fleet_state(&pair->fleet.nodes[1]).sent, 0);
    pair_end(pair);
}

/* redis-cluster 22, 23 */
static void without_redis_a_node_serves_its_own_and_comes_back(void **state)
{
    struct pair *pair = pair_open();
    struct fleet_node *node = &pair->fleet.nodes[0];

    (void)state;
    assert_int_equal(node->n_up, 1);
    assert_int_equal(fleet_state(node).is_up, 1);
    sim_broker_set_gone(&pair->fleet.broker, true);
    fleet_settle(&pair->fleet);
    assert_int_equal(node->n_down, 1);
    assert_int_equal(fleet_state(node).is_up, 0);
    assert_int_equal(emit(pair, 0, NULL, 0, "alone"), 0);
    expect(pair, 1, "alone");
    assert_int_equal(fleet_state(node).not_sent, 1);

    sim_broker_set_gone(&pair->fleet.broker, false);
    fleet_settle(&pair->fleet);
    assert_int_equal(node->n_up, 2);
    assert_int_equal(fleet_state(node).is_up, 1);
    assert_int_equal(emit(pair, 0, NULL, 0, "again"), 0);
    expect(pair, 3, "again");
    assert_int_equal(node->n_down, 1);
    assert_true(
        live_log_has(&node->log, "1 messages were not said to other nodes: Redis was away"));
    pair_end(pair);
}

/* redis-cluster 9: counted, told of once a minute with its channel, and without effect */
static void what_is_no_message_is_counted_and_dropped(void **state)
{
    static const struct {
        const char *channel;
        const char *payload;
        size_t len;
    } cases[] = {
        {"socket.io#/#", "", 0},
        {"socket.io#/#", "\xc1", 1},
        {"socket.io#/#", "\xc0", 1},
        {"socket.io#/#", "\x93\xa1x\x80\x80", 5},
        {"socket.io#/#x", "\x93\xa1x\x80\x80", 5},
        /* an event's name with a NUL in it; one that is reserved */
        {"socket.io#/#",
         "\x93\xa1x\x82\xa4type\x02\xa4"
         "data\x91\xa3"
         "a\0b\x80",
         22},
        {"socket.io#/#",
         "\x93\xa1x\x82\xa4type\x02\xa4"
         "data\x91\xa7"
         "connect\x80",
         26},
        {"socket.io-request#/#", "{\"type\":99}", 11},
        {"socket.io-request#/#", "null", 4},
        {"socket.io-response#/#", "{", 1},
    };
    struct pair *pair = pair_open();
    struct fleet_node *node = &pair->fleet.nodes[0];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(sim_broker_publish(&pair->fleet.broker, cases[i].channel, cases[i].payload,
                                       cases[i].len) >= 2);
        fleet_settle(&pair->fleet);
        assert_int_equal(fleet_state(node).refused, i + 1);
    }
    assert_true(live_log_has(&node->log, "refused 1 messages of other nodes, the last one on "
                                         "channel socket.io#/#:"));
    assert_false(live_log_has(&node->log, "refused 9"));
    sim_world_advance(&pair->fleet.world, 60000);
    sim_broker_publish(&pair->fleet.broker, "socket.io-response#/#", "}", 1);
    fleet_settle(&pair->fleet);
    assert_true(live_log_has(&node->log, "refused 10 messages of other nodes, the last one on "
                                         "channel socket.io-response#/#:"));
    expect(pair, 0, "");
    pair_end(pair);
}

/* A message of the right form that is not ours to deliver is none that is refused. */
static void what_is_for_others_is_passed_over(void **state)
{
    struct pair *pair = pair_open();
    /* ["x", {type: 2, data: ["e"], nsp: "/#r"}, {}] on the channel of our room "r" */
    static const char other[] = "\x93\xa1x\x83\xa4type\x02\xa4"
                                "data\x91\xa1"
                                "e\xa3nsp\xa3/#r\x80";

    (void)state;
    sim_broker_publish(&pair->fleet.broker, "socket.io#/#r#", other, sizeof(other) - 1);
    expect(pair, 0, "");
    assert_int_equal(fleet_state(&pair->fleet.nodes[1]).refused, 0);
    assert_int_equal(fleet_state(&pair->fleet.nodes[1]).received, 0);
    pair_end(pair);
}

static bool is_any(const char *name, json_t *auth, void *ctx)
{
    (void)name;
    (void)auth;
    (void)ctx;
    return true;
}

/* redis-cluster 1, 10, 29, 30 */
static void a_namespace_is_listened_to_once_while_it_is_there(void **state)
{
    struct fleet *fleet = mem_alloc(sizeof(*fleet));
    struct ws_client client;

    (void)state;
    assert_non_null(fleet);
    fleet_init(fleet, 1);
    fleet_add(fleet, 3);
    assert_non_null(sails_io_of_matching(fleet->nodes[0].io, is_any, NULL));
    fleet_lift(fleet);
    assert_int_equal(sim_broker_count(&fleet->broker, "socket.io-request#/#"), 1);
    assert_int_equal(sim_broker_count(&fleet->broker, "socket.io-response#/#"), 1);
    assert_int_equal(sim_broker_count_pattern(&fleet->broker, "socket.io#/#*"), 1);

    assert_true(ws_client_open(&client, fleet->nodes[0].port, 5, "", ""));
    assert_true(ws_client_join(&client, "/glob*", ""));
    fleet_settle(fleet);
    assert_int_equal(sim_broker_count_pattern(&fleet->broker, "socket.io#/glob\\*#*"), 1);
    assert_int_equal(sim_broker_count(&fleet->broker, "socket.io-request#/glob*#"), 1);
    ws_client_close(&client);
    fleet_settle(fleet);
    assert_int_equal(sim_broker_count_pattern(&fleet->broker, "socket.io#/glob\\*#*"), 0);
    assert_int_equal(sim_broker_count(&fleet->broker, "socket.io-request#/glob*#"), 0);
    assert_int_equal(sim_broker_count(&fleet->broker, "socket.io-request#/#"), 1);
    fleet_end(fleet);
    mem_free(fleet);
}

/* redis-cluster 2 */
static void a_uid_is_six_letters_and_the_namespaces_own(void **state)
{
    struct nodes nodes = {.uid_key = {1, 2}};
    char a[NODES_UID_MAX + 1], b[NODES_UID_MAX + 1], again[NODES_UID_MAX + 1];

    (void)state;
    nodes_uid(&nodes, STR("/"), a);
    nodes_uid(&nodes, STR("/chat"), b);
    nodes_uid(&nodes, STR("/"), again);
    assert_int_equal(strlen(a), 6);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     6);
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
}

/* Each allocation of a call that others would hear fails once: it is done here, or it says so. */
static void without_memory_others_miss_it_and_it_is_counted(void **state)
{
    struct pair *pair = pair_open();
    uint64_t n_missed = 0;

    (void)state;
    for (long n = 0, failed = 1; failed != 0; n++) {
        int rc = 0;

        mem_fail_after(n);
        rc = emit(pair, 0, SAILS_ROOMS("r", "s"), 0, "e");
        failed = mem_has_failed();
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        n_missed += failed != 0 && rc == 0 ? 1 : 0;
    }
    fleet_settle(&pair->fleet);
    assert_true(n_missed > 0);
    assert_int_equal(fleet_state(&pair->fleet.nodes[0]).not_sent, n_missed);
    ws_client_expect(&pair->clients[1], "42[\"e\"]");
    live_expect_nothing(&pair->clients[1]);
    pair_end(pair);
}

/* Storms of delays, cuts and losses: nobody hears anything twice, or in another order than it was sent. */
static void in_a_storm_nothing_comes_twice_or_out_of_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct pair *pair = pair_open();
        struct fleet *fleet = &pair->fleet;
        int n_heard = 0;
        int last = -1;

        fleet->world.weather.is_stormy = true;
        fleet->broker.max_delay_ms = 20;
        chance_init(&fleet->world.chance, seed);
        for (int i = 0; i < 200; i++) {
            char event[16];

            (void)snprintf(event, sizeof(event), "e%d", i);
            assert_int_equal(emit(pair, 0, SAILS_ROOMS("r"), 0, event), 0);
            sim_world_advance(&fleet->world, chance_below(&fleet->world.chance, 10));
            if (chance_below(&fleet->world.chance, 20) == 0) {
                sim_broker_cut(&fleet->broker, 1, chance_below(&fleet->world.chance, 2) == 0);
            }
        }
        sim_broker_cut(&fleet->broker, 1, false);
        fleet_settle(fleet);
        assert_true(ws_client_send(&pair->clients[1], "420[\"sync\"]"));
        while (ws_client_next(&pair->clients[1], 1000) == WS_CLIENT_TEXT &&
               strncmp(pair->clients[1].frame.ptr, "42[\"e", 5) == 0) {
            int now = (int)strtol(pair->clients[1].frame.ptr + 5, NULL, 10);

            assert_true(now > last);
            last = now;
            n_heard++;
        }
        assert_string_equal(pair->clients[1].frame.ptr, "430[]");
        assert_true(n_heard > 20);
        pair_end(pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_node_sends_the_other_delivers_once),
        cmocka_unit_test(what_another_thread_has_said_before_is_sent_before),
        cmocka_unit_test(what_is_local_stays_on_this_node),
        cmocka_unit_test(without_redis_a_node_serves_its_own_and_comes_back),
        cmocka_unit_test(what_is_no_message_is_counted_and_dropped),
        cmocka_unit_test(what_is_for_others_is_passed_over),
        cmocka_unit_test(a_namespace_is_listened_to_once_while_it_is_there),
        cmocka_unit_test(a_uid_is_six_letters_and_the_namespaces_own),
        cmocka_unit_test(without_memory_others_miss_it_and_it_is_counted),
        cmocka_unit_test(in_a_storm_nothing_comes_twice_or_out_of_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
