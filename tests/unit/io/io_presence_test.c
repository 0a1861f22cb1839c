#include "support/pair.h"

#include <sails/presence.h>

/*
 * Who is where, over two nodes in a simulated world.
 */

struct heard {
    struct told told;
    json_t *who;
    size_t n_sockets;
};

static void hear(int status, json_t *who, size_t n_sockets, void *ctx)
{
    struct heard *heard = ctx;

    json_decref(heard->who);
    heard->who = json_deep_copy(who);
    heard->n_sockets = n_sockets;
    tell(status, &heard->told);
}

/* What a client says is its data, and puts it into the room "lobby". */
static void on_be(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    must(sails_io_socket_set_data(socket,
                                  json_incref(json_array_get(sails_io_event_args(event), 0))) == 0);
    must(sails_io_socket_join(socket, "lobby") == 0);
    must(sails_io_event_ack(event, NULL) == 0);
}

struct house {
    struct fleet fleet;
    struct ws_client clients[5];
    struct heard heard;
};

/* Two of the first node, three of the second, which has workers. */
static struct house *house_open(void)
{
    static const char *const says[] = {"{\"name\":\"ann\"}", "{\"name\":7}", "{\"name\":\"ann\"}",
                                       "{\"name\":null}", "\"bob\""};
    struct house *house = mem_calloc(1, sizeof(*house));

    assert_non_null(house);
    fleet_init(&house->fleet, 1);
    for (int i = 0; i < 2; i++) {
        struct fleet_node *node = fleet_add(&house->fleet, i == 0 ? 1 : 3);

        assert_int_equal(sails_io_on(node->root, "be", on_be, NULL), 0);
    }
    fleet_lift(&house->fleet);
    told_init(&house->heard.told);
    for (size_t i = 0; i < 5; i++) {
        char text[64];

        ws_client_expect_in(&house->clients[i], house->fleet.nodes[i < 2 ? 0 : 1].port, 5);
        (void)snprintf(text, sizeof(text), "420[\"be\",%s]", says[i]);
        ws_client_expect_answer(&house->clients[i], text, "430[]");
    }
    return house;
}

static void house_end(struct house *house)
{
    for (size_t i = 0; i < 5; i++) {
        ws_client_close(&house->clients[i]);
    }
    json_decref(house->heard.who);
    fleet_end(&house->fleet);
    mem_free(house);
}

static void expect_presence(struct house *house, size_t node, const struct sails_io_target *target,
                            const char *member, int status, const char *who, size_t n_sockets)
{
    char *text = NULL;

    assert_int_equal(
        sails_io_fetch_presence(house->fleet.nodes[node].root, target, member, hear, &house->heard),
        0);
    sim_world_advance(&house->fleet.world, 6000); /* requestsTimeout */
    assert_int_equal(told_status(&house->heard.told), status);
    text = json_dumps(house->heard.who, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, who);
    assert_int_equal(house->heard.n_sockets, n_sockets);
    mem_free(text);
}

static void people_of_all_nodes_are_counted_by_their_names(void **state)
{
    struct house *house = house_open();
    const struct sails_io_target here = {.to = SAILS_ROOMS("lobby"), .flags = SAILS_IO_LOCAL};

    (void)state;
    for (size_t node = 0; node < 2; node++) {
        expect_presence(house, node, SAILS_TO("lobby"), "name", 0, "{\"7\":1,\"ann\":2}", 5);
        expect_presence(house, node, NULL, NULL, 0, "{\"bob\":1}", 5);
        expect_presence(house, node, SAILS_TO("nowhere"), "name", 0, "{}", 0);
    }
    expect_presence(house, 0, &here, "name", 0, "{\"7\":1,\"ann\":1}", 2);
    house_end(house);
}

/* It is counted as a node until Redis has noticed, and says nothing. */
static void nobody_of_a_node_that_has_died_is_named(void **state)
{
    struct house *house = house_open();

    (void)state;
    sim_broker_cut(&house->fleet.broker, 1, true);
    house->fleet.broker.n_strangers = 1;
    expect_presence(house, 0, SAILS_TO("lobby"), "name", SAILS_ETIMEOUT, "{\"7\":1,\"ann\":1}", 2);
    house->fleet.broker.n_strangers = 0;
    expect_presence(house, 0, SAILS_TO("lobby"), "name", 0, "{\"7\":1,\"ann\":1}", 2);
    sim_broker_cut(&house->fleet.broker, 1, false);
    fleet_settle(&house->fleet);
    expect_presence(house, 0, SAILS_TO("lobby"), "name", 0, "{\"7\":1,\"ann\":2}", 5);
    house_end(house);
}

static void what_cannot_be_asked_is_refused(void **state)
{
    struct house *house = house_open();
    sails_io_namespace *root = house->fleet.nodes[0].root;

    (void)state;
    assert_int_equal(sails_io_fetch_presence(NULL, NULL, NULL, hear, &house->heard), SAILS_EINVAL);
    assert_int_equal(sails_io_fetch_presence(root, NULL, NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_io_fetch_presence(root, SAILS_TO(""), "name", hear, &house->heard),
                     SAILS_EINVAL);
    mem_fail_after(0);
    assert_int_equal(sails_io_fetch_presence(root, NULL, "name", hear, &house->heard),
                     SAILS_ENOMEM);
    mem_fail_after(-1);
    house_end(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_of_all_nodes_are_counted_by_their_names),
        cmocka_unit_test(nobody_of_a_node_that_has_died_is_named),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
