#include "nodes/nodes_request.h"

#include "support/pair.h"

/*
 * What a node asks the others: who answers, who does not, and who says anything.
 */

struct asking {
    struct told told;
    json_t *list;
};

static void on_list(int status, json_t *list, void *ctx)
{
    struct asking *asking = ctx;

    json_decref(asking->list);
    asking->list = json_copy(list);
    tell(status, &asking->told);
}

static void asking_init(struct asking *asking)
{
    told_init(&asking->told);
    asking->list = NULL;
}

static void asking_end(struct asking *asking)
{
    json_decref(asking->list);
}

static int fetch(struct pair *pair, size_t from, unsigned flags, struct asking *asking)
{
    struct sails_io_target target = {.flags = flags};

    return sails_io_fetch_sockets(pair->fleet.nodes[from].root, &target, on_list, asking);
}

/* redis-cluster 18 */
static void sockets_are_fetched_from_all_nodes_in_every_storm(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct pair *pair = pair_open();
        struct asking asking;

        asking_init(&asking);
        pair->fleet.world.weather.is_stormy = true;
        pair->fleet.broker.max_delay_ms = 30;
        chance_init(&pair->fleet.world.chance, seed);
        for (size_t from = 0; from < 2; from++) {
            assert_int_equal(fetch(pair, from, 0, &asking), 0);
            assert_int_equal(told_status(&asking.told), 0);
            assert_int_equal(json_array_size(asking.list), 2);
            assert_int_equal(fetch(pair, from, SAILS_IO_LOCAL, &asking), 0);
            assert_int_equal(told_status(&asking.told), 0);
            assert_int_equal(json_array_size(asking.list), 1);
            assert_int_equal(sails_io_all_rooms(pair->fleet.nodes[from].root, 0, on_list, &asking),
                             0);
            assert_int_equal(told_status(&asking.told), 0);
            assert_int_equal(json_array_size(asking.list), 3);
        }
        asking_end(&asking);
        pair_end(pair);
    }
}

/* redis-cluster 18 */
static void who_does_not_answer_is_waited_for_no_longer_than_that(void **state)
{
    struct pair *pair = pair_open();
    struct asking asking;
    uint64_t began_ms = 0;

    (void)state;
    asking_init(&asking);
    pair->fleet.broker.n_strangers = 1;
    began_ms = pair->fleet.world.now_ms;
    assert_int_equal(fetch(pair, 0, 0, &asking), 0);
    assert_int_equal(told_status(&asking.told), SAILS_ETIMEOUT);
    assert_int_equal(json_array_size(asking.list), 2); /* what there was */
    assert_in_range(pair->fleet.world.now_ms - began_ms, 5000, 5000 + 5000 / 8);
    assert_int_equal(
        sails_io_server_side_emit_with_ack(pair->fleet.nodes[0].root, "x", NULL, on_list, &asking),
        0);
    assert_int_equal(told_status(&asking.told), SAILS_ETIMEOUT);
    assert_int_equal(json_array_size(asking.list), 0);
    asking_end(&asking);
    pair_end(pair);
}

/* Nobody is asked, and nothing waits. */
static void a_node_without_others_answers_for_itself(void **state)
{
    struct pair *pair = pair_open();
    struct asking asking;

    (void)state;
    asking_init(&asking);
    sim_broker_set_gone(&pair->fleet.broker, true);
    fleet_settle(&pair->fleet);
    assert_int_equal(fetch(pair, 0, 0, &asking), 0);
    assert_int_equal(told_status(&asking.told), 0);
    assert_int_equal(json_array_size(asking.list), 1);
    assert_int_equal(
        sails_io_server_side_emit_with_ack(pair->fleet.nodes[0].root, "x", NULL, on_list, &asking),
        0);
    assert_int_equal(told_status(&asking.told), 0);
    assert_int_equal(json_array_size(asking.list), 0);
    assert_int_equal(sails_io_server_side_emit(pair->fleet.nodes[0].root, "x", NULL), 0);
    fleet_settle(&pair->fleet);
    assert_int_equal(fleet_state(&pair->fleet.nodes[0]).not_sent, 3);
    asking_end(&asking);
    pair_end(pair);
}

/* Redis goes while they are on their way: who asked is told at once. */
static void questions_end_when_redis_goes_or_the_app_is_lowered(void **state)
{
    struct pair *pair = pair_open();
    struct asking asking;
    uint64_t began_ms = 0;

    (void)state;
    asking_init(&asking);
    pair->fleet.broker.n_strangers = 1;
    assert_int_equal(fetch(pair, 0, 0, &asking), 0);
    sim_world_advance(&pair->fleet.world, 100);
    began_ms = pair->fleet.world.now_ms;
    sim_broker_set_gone(&pair->fleet.broker, true);
    assert_int_equal(told_status(&asking.told), SAILS_ETIMEOUT);
    assert_int_equal(pair->fleet.world.now_ms, began_ms);
    sim_broker_set_gone(&pair->fleet.broker, false);
    fleet_settle(&pair->fleet);

    assert_int_equal(fetch(pair, 1, 0, &asking), 0);
    sim_world_advance(&pair->fleet.world, 100);
    for (size_t i = 0; i < 2; i++) {
        ws_client_close(&pair->clients[i]);
    }
    assert_int_equal(sails_app_lower(pair->fleet.nodes[1].app), 0);
    assert_int_equal(told_status(&asking.told), SAILS_ECLOSED);
    asking_end(&asking);
    pair_end(pair);
}

/* ---- confirmed ---- */

struct confirming {
    struct told told;
    struct sails_io_confirmed nodes;
};

static void on_confirmed(int status, const struct sails_io_confirmed *nodes, void *ctx)
{
    struct confirming *confirming = ctx;

    confirming->nodes = *nodes;
    tell(status, &confirming->told);
}

static void expect_confirmed(struct confirming *confirming, int status, size_t n, size_t of)
{
    assert_int_equal(told_status(&confirming->told), status);
    assert_int_equal(confirming->nodes.n_confirmed, n);
    assert_int_equal(confirming->nodes.n_nodes, of);
}

static void a_change_is_confirmed_by_every_node_that_has_done_it(void **state)
{
    struct pair *pair = pair_open();
    sails_io_namespace *nsp = pair->fleet.nodes[0].root;
    struct confirming confirming;
    struct sails_io_target members = {.to = SAILS_ROOMS("r")};
    json_t *names = NULL;

    (void)state;
    told_init(&confirming.told);
    assert_int_equal(sails_io_sockets_join_confirmed(nsp, &members, SAILS_ROOMS("new"),
                                                     on_confirmed, &confirming),
                     0);
    expect_confirmed(&confirming, 0, 2, 2);
    /* So that what is sent now, by whichever node, reaches the new members. */
    assert_int_equal(sails_io_emit(pair->fleet.nodes[1].root,
                                   &(struct sails_io_target){.to = SAILS_ROOMS("new")}, "hi", NULL),
                     0);
    ws_client_expect(&pair->clients[1], "42[\"hi\"]");
    assert_int_equal(
        sails_io_sockets_leave_confirmed(nsp, NULL, SAILS_ROOMS("new"), on_confirmed, &confirming),
        0);
    expect_confirmed(&confirming, 0, 2, 2);
    names = json_pack("[s, s]", "r", "nobody");
    assert_int_equal(sails_io_sockets_join_confirmed(nsp, SAILS_TO_JSON(names), SAILS_ROOMS("json"),
                                                     on_confirmed, &confirming),
                     0);
    expect_confirmed(&confirming, 0, 2, 2);
    json_decref(names);
    assert_int_equal(sails_io_emit(pair->fleet.nodes[1].root, SAILS_TO("json"), "hi", NULL), 0);
    ws_client_expect(&pair->clients[1], "42[\"hi\"]");

    /* One that does not say so, as nodes in Node; and then nobody. */
    pair->fleet.broker.n_strangers = 1;
    assert_int_equal(
        sails_io_sockets_join_confirmed(nsp, NULL, SAILS_ROOMS("all"), on_confirmed, &confirming),
        0);
    expect_confirmed(&confirming, SAILS_ETIMEOUT, 2, 3);
    sim_broker_set_gone(&pair->fleet.broker, true);
    fleet_settle(&pair->fleet);
    assert_int_equal(
        sails_io_disconnect_sockets_confirmed(nsp, NULL, true, on_confirmed, &confirming), 0);
    expect_confirmed(&confirming, 0, 1, 1);
    assert_int_equal(sails_io_sockets_join_confirmed(nsp, NULL, SAILS_ROOMS("x"), NULL, NULL),
                     SAILS_EINVAL);
    assert_int_equal(sails_io_sockets_join_confirmed(nsp, NULL, NULL, on_confirmed, &confirming),
                     SAILS_EINVAL);
    pair_end(pair);
}

/* ---- acks ---- */

static int ask(struct pair *pair, size_t from, uint64_t timeout_ms, struct asking *asking)
{
    return sails_io_emit_with_ack(pair->fleet.nodes[from].root, NULL, "q", NULL, timeout_ms,
                                  on_list, asking);
}

static void clients_of_all_nodes_acknowledge(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct pair *pair = pair_open();
        struct asking asking;

        asking_init(&asking);
        pair->fleet.world.weather.is_stormy = true;
        pair->fleet.broker.max_delay_ms = 30;
        chance_init(&pair->fleet.world.chance, seed);
        assert_int_equal(ask(pair, 0, 5000, &asking), 0);
        ws_client_expect(&pair->clients[0], "420[\"q\"]");
        ws_client_expect(&pair->clients[1], "420[\"q\"]");
        for (size_t i = 0; i < 2; i++) {
            assert_true(ws_client_send(&pair->clients[i], "430[7]"));
        }
        assert_int_equal(told_status(&asking.told), 0);
        assert_int_equal(json_array_size(asking.list), 2);

        assert_int_equal(ask(pair, 0, 1000, &asking), 0);
        ws_client_expect(&pair->clients[0], "421[\"q\"]");
        ws_client_expect(&pair->clients[1], "421[\"q\"]");
        assert_true(ws_client_send(&pair->clients[1], "431[8]"));
        assert_int_equal(told_status(&asking.told), SAILS_ETIMEOUT);
        assert_int_equal(json_array_size(asking.list), 1);
        asking_end(&asking);
        pair_end(pair);
    }
}

/* ---- who says anything ---- */

static struct {
    char id[8];
} asked;

static void note_id(struct str channel, struct bytes payload, void *ctx)
{
    struct str text = bytes_str(payload);
    static const char before[] = "\"requestId\":\"";

    (void)ctx;
    if (str_starts_with(channel, STR("socket.io-request"))) {
        const char *at = memmem(text.ptr, text.len, before, sizeof(before) - 1);

        must(at != NULL);
        memcpy(asked.id, at + sizeof(before) - 1, 6);
    }
}

static void expect_refused(struct pair *pair, const char *format, int n)
{
    uint64_t before = fleet_state(&pair->fleet.nodes[0]).refused;
    char text[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(text, sizeof(text), format, asked.id);
#pragma GCC diagnostic pop
    sim_broker_publish(&pair->fleet.broker, "socket.io-response#/#", text, strlen(text));
    sim_world_advance(&pair->fleet.world, 10);
    assert_int_equal(fleet_state(&pair->fleet.nodes[0]).refused, before + (uint64_t)n);
}

static void answers_of_a_wrong_form_are_refused(void **state)
{
    struct pair *pair = pair_open();
    struct asking asking;

    (void)state;
    asking_init(&asking);
    pair->fleet.broker.tap = note_id;
    pair->fleet.broker.n_strangers = 2;
    assert_int_equal(fetch(pair, 0, 0, &asking), 0);
    sim_world_advance(&pair->fleet.world, 10);
    expect_refused(pair, "{\"requestId\":\"%s\",\"sockets\":[7]}", 1);
    expect_refused(pair, "{\"requestId\":\"%s\",\"sockets\":{}}", 1);
    expect_refused(pair, "{\"requestId\":\"%s\"}", 1);
    expect_refused(pair, "{\"type\":8,\"requestId\":\"%s\",\"clientCount\":5}", 1);
    expect_refused(pair, "{\"type\":9,\"requestId\":\"%s\"}", 1);
    expect_refused(pair, "{\"requestId\":\"nobody%s\"}", 0);
    expect_refused(pair, "{\"requestId\":\"%s\",\"sockets\":[{\"id\":\"x\"}]}", 0);
    expect_refused(pair, "{\"requestId\":\"%s\",\"sockets\":[]}", 0);
    assert_int_equal(told_status(&asking.told), 0);
    assert_int_equal(json_array_size(asking.list), 3);

    assert_int_equal(ask(pair, 0, 5000, &asking), 0);
    ws_client_expect(&pair->clients[0], "420[\"q\"]");
    ws_client_expect(&pair->clients[1], "420[\"q\"]");
    expect_refused(pair, "{\"type\":8,\"requestId\":\"%s\",\"clientCount\":-1}", 1);
    expect_refused(pair, "{\"type\":8,\"requestId\":\"%s\",\"clientCount\":9223372036854775807}",
                   1);
    expect_refused(pair, "{\"requestId\":\"%s\",\"sockets\":[]}", 1);
    expect_refused(pair, "{\"type\":8,\"requestId\":\"%s\",\"clientCount\":1000000000}", 0);
    assert_int_equal(told_status(&asking.told), SAILS_ETIMEOUT);
    assert_int_equal(json_array_size(asking.list), 0);
    asking_end(&asking);
    pair_end(pair);
}

/* Each allocation of the asking thread fails once: the question is asked, answered by this node alone with an
 * error, or refused; and nothing leaks. */
static void without_memory_who_asks_is_told(void **state)
{
    struct pair *pair = pair_open();
    struct asking asking;

    (void)state;
    asking_init(&asking);
    for (long n = 0, failed = 1; failed != 0; n++) {
        int rc = 0;

        mem_fail_after(n);
        rc = fetch(pair, 0, 0, &asking);
        failed = mem_has_failed();
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        if (rc == 0) {
            int status = told_status(&asking.told);

            assert_true(status == 0 || status == SAILS_ENOMEM);
        }
    }
    assert_int_equal(json_array_size(asking.list), 2);
    asking_end(&asking);
    pair_end(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_are_fetched_from_all_nodes_in_every_storm),
        cmocka_unit_test(who_does_not_answer_is_waited_for_no_longer_than_that),
        cmocka_unit_test(a_node_without_others_answers_for_itself),
        cmocka_unit_test(questions_end_when_redis_goes_or_the_app_is_lowered),
        cmocka_unit_test(a_change_is_confirmed_by_every_node_that_has_done_it),
        cmocka_unit_test(clients_of_all_nodes_acknowledge),
        cmocka_unit_test(answers_of_a_wrong_form_are_refused),
        cmocka_unit_test(without_memory_who_asks_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
