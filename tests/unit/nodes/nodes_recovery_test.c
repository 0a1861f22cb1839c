#include "support/pair.h"

/*
 * Connection state recovery over a stream, in a simulated world (redis-cluster 27).
 */

struct nomad {
    struct fleet fleet;
    struct ws_client client;
    char pid[64];
    char offset[64];
};

static void keep(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    if (!sails_io_socket_is_recovered(socket)) {
        must(sails_io_socket_join(socket, "kitchen") == 0);
    }
}

/* Text behind `name` in the last frame, up to the next quotation mark. */
static void copy_from_frame(const struct ws_client *client, const char *name, char out[64])
{
    const char *found = strstr(client->frame.ptr, name);

    assert_non_null(found);
    found += strlen(name);
    (void)snprintf(out, 64, "%.*s", (int)strcspn(found, "\""), found);
}

/* Two nodes, the second with workers, and a client of the first that has heard one event. */
static struct nomad *nomad_open(uint64_t seed)
{
    struct nomad *nomad = mem_alloc(sizeof(*nomad));

    assert_non_null(nomad);
    fleet_init(&nomad->fleet, seed);
    for (int i = 0; i < 2; i++) {
        struct fleet_node *node = fleet_add(&nomad->fleet, i == 0 ? 1 : 3);

        assert_int_equal(sails_app_set(node->app, "sockets.adapter",
                                       json_string("@socket.io/redis-streams-adapter")),
                         0);
        assert_int_equal(sails_app_set(node->app, "sockets.connectionStateRecovery", json_true()),
                         0);
        assert_int_equal(sails_io_on_connection(node->root, keep, NULL), 0);
    }
    fleet_lift(&nomad->fleet);
    assert_true(ws_client_open(&nomad->client, nomad->fleet.nodes[0].port, 5, "", ""));
    assert_true(ws_client_join(&nomad->client, "/", ""));
    copy_from_frame(&nomad->client, "\"pid\":\"", nomad->pid);
    assert_int_equal(sails_io_emit(nomad->fleet.nodes[1].root, NULL, "seen", NULL), 0);
    fleet_settle(&nomad->fleet);
    ws_client_expect_start(&nomad->client, "42[\"seen\",\"");
    copy_from_frame(&nomad->client, "[\"seen\",\"", nomad->offset);
    return nomad;
}

static void nomad_end(struct nomad *nomad)
{
    ws_client_close(&nomad->client);
    fleet_end(&nomad->fleet);
    mem_free(nomad);
}

static void leave(struct nomad *nomad)
{
    ws_client_close(&nomad->client);
    fleet_settle(&nomad->fleet);
}

static void come_to(struct nomad *nomad, size_t node)
{
    char auth[256];

    assert_true(ws_client_open(&nomad->client, nomad->fleet.nodes[node].port, 5, "", ""));
    (void)snprintf(auth, sizeof(auth), "40{\"pid\":\"%s\",\"offset\":\"%s\"}", nomad->pid,
                   nomad->offset);
    assert_true(ws_client_send(&nomad->client, auth));
}

static void emit_to(struct nomad *nomad, size_t node, const char *room, int n)
{
    const struct sails_io_target target = {.to = SAILS_ROOMS(room)};

    assert_int_equal(sails_io_emit(nomad->fleet.nodes[node].root, room != NULL ? &target : NULL,
                                   "n", json_integer(n)),
                     0);
}

static void expect_n(struct nomad *nomad, int n)
{
    char want[32];

    (void)snprintf(want, sizeof(want), "42[\"n\",%d,\"", n);
    ws_client_expect_start(&nomad->client, want);
}

static void who_comes_back_to_another_node_gets_what_it_missed_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct nomad *nomad = nomad_open(seed);
        char id[128];

        (void)snprintf(id, sizeof(id), "%s", nomad->client.id);
        leave(nomad);
        nomad->fleet.world.weather.is_stormy = true;
        nomad->fleet.broker.max_delay_ms = 20;
        emit_to(nomad, 0, NULL, 1);
        emit_to(nomad, 0, "hall", -1);
        emit_to(nomad, 0, "kitchen", 2);
        sim_world_advance(&nomad->fleet.world, chance_below(&nomad->fleet.world.chance, 50));
        emit_to(nomad, 0, id, 3);
        come_to(nomad, 1);
        for (int n = 4; n < 14; n++) { /* while it comes: some are missed, the others come */
            sim_world_advance(&nomad->fleet.world, chance_below(&nomad->fleet.world.chance, 20));
            emit_to(nomad, 0, "kitchen", n);
        }
        fleet_settle(&nomad->fleet);
        for (int n = 1, is_in = 0; n < 14; n++) {
            char start[32];

            assert_int_equal(ws_client_next(&nomad->client, TCP_CLIENT_PATIENCE_MS),
                             WS_CLIENT_TEXT);
            if (strncmp(nomad->client.frame.ptr, "40{", 3) == 0) {
                char sid[64];

                copy_from_frame(&nomad->client, "\"sid\":\"", sid);
                assert_string_equal(sid, id);
                assert_false(is_in);
                is_in = 1;
                n--;
                continue;
            }
            (void)snprintf(start, sizeof(start), "42[\"n\",%d,\"", n);
            if (strncmp(nomad->client.frame.ptr, start, strlen(start)) != 0) {
                fail_msg("seed %d: %s instead of %s", (int)seed, nomad->client.frame.ptr, start);
            }
            copy_from_frame(&nomad->client, start, nomad->offset);
        }
        live_expect_nothing(&nomad->client);
        nomad_end(nomad);
    }
}

static void a_session_can_be_taken_up_once(void **state)
{
    struct nomad *nomad = nomad_open(1);
    struct ws_client first;
    char id[128];
    char key[96];

    (void)state;
    (void)snprintf(id, sizeof(id), "%s", nomad->client.id);
    (void)snprintf(key, sizeof(key), "sio:session:%s", nomad->pid);
    assert_null(sim_broker_kept(&nomad->fleet.broker, key));
    leave(nomad);
    assert_non_null(sim_broker_kept(&nomad->fleet.broker, key));
    come_to(nomad, 1);
    fleet_settle(&nomad->fleet);
    ws_client_expect_start(&nomad->client, "40{");
    assert_non_null(strstr(nomad->client.frame.ptr, id));
    assert_null(sim_broker_kept(&nomad->fleet.broker, key));
    first = nomad->client;
    come_to(nomad, 0);
    fleet_settle(&nomad->fleet);
    ws_client_expect_start(&nomad->client, "40{");
    assert_null(strstr(nomad->client.frame.ptr, id));
    ws_client_close(&first);
    nomad_end(nomad);
}

/* Who gives up while its session is looked for may come again. */
static void a_session_that_nobody_waits_for_is_kept_again(void **state)
{
    struct nomad *nomad = nomad_open(1);
    char key[96];

    (void)state;
    (void)snprintf(key, sizeof(key), "sio:session:%s", nomad->pid);
    leave(nomad);
    nomad->fleet.broker.max_delay_ms = 500;
    come_to(nomad, 1);
    while (sim_broker_kept(&nomad->fleet.broker, key) != NULL) {
        sim_world_advance(&nomad->fleet.world, 1);
    }
    leave(nomad);
    assert_non_null(sim_broker_kept(&nomad->fleet.broker, key));
    nomad_end(nomad);
}

static void without_redis_a_node_serves_its_own(void **state)
{
    struct nomad *nomad = nomad_open(1);

    (void)state;
    sim_broker_set_gone(&nomad->fleet.broker, true);
    fleet_settle(&nomad->fleet);
    assert_int_equal(sails_io_emit(nomad->fleet.nodes[0].root, NULL, "n", json_string("text")), 0);
    fleet_settle(&nomad->fleet);
    ws_client_expect(&nomad->client, "42[\"n\",\"text\",null]"); /* without a place */
    assert_int_equal(fleet_state(&nomad->fleet.nodes[0]).not_sent, 1);
    sim_broker_set_gone(&nomad->fleet.broker, false);
    fleet_settle(&nomad->fleet);
    emit_to(nomad, 0, NULL, 2);
    fleet_settle(&nomad->fleet);
    expect_n(nomad, 2);
    nomad_end(nomad);
}

/* Deeper than other nodes would read it. */
static void what_cannot_be_written_is_heard_on_its_own_node(void **state)
{
    struct nomad *nomad = nomad_open(1);
    json_t *deep = json_array();

    (void)state;
    for (int i = 0; i < 100; i++) {
        deep = json_pack("[o]", deep);
    }
    assert_int_equal(sails_io_emit(nomad->fleet.nodes[0].root, NULL, "deep", deep), 0);
    fleet_settle(&nomad->fleet);
    ws_client_expect_start(&nomad->client, "42[\"deep\",[[[");
    assert_int_equal(fleet_state(&nomad->fleet.nodes[0]).not_sent, 1);
    emit_to(nomad, 0, NULL, 2);
    fleet_settle(&nomad->fleet);
    expect_n(nomad, 2);
    nomad_end(nomad);
}

static void emit_second(void *ctx)
{
    emit_to(ctx, 0, NULL, 2);
}

/* redis-cluster 16 */
static void what_another_thread_has_said_before_is_heard_before(void **state)
{
    struct nomad *nomad = nomad_open(1);
    struct sim_pool *pool = container_of(nomad->fleet.nodes[0].app->pool, struct sim_pool, pool);

    (void)state;
    emit_to(nomad, 0, NULL, 1); /* no worker's turn: it is mailed */
    sim_pool_call(pool, 0, emit_second, nomad);
    fleet_settle(&nomad->fleet);
    expect_n(nomad, 1);
    expect_n(nomad, 2);
    nomad_end(nomad);
}

/* Nobody knows whether Redis has what it did not answer: it may come back, and is no news then. */
static void what_was_on_its_way_when_redis_went_is_heard_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct nomad *nomad = nomad_open(seed);
        bool was_told[100] = {false};
        enum {
            N = 40
        };

        nomad->fleet.broker.max_delay_ms = 30;
        for (int n = 0; n < N; n++) {
            emit_to(nomad, 0, NULL, n);
            sim_world_advance(&nomad->fleet.world, chance_below(&nomad->fleet.world.chance, 10));
            if (chance_below(&nomad->fleet.world.chance, 8) == 0) {
                sim_broker_cut(&nomad->fleet.broker, 0,
                               chance_below(&nomad->fleet.world.chance, 2) == 0);
            }
        }
        sim_broker_cut(&nomad->fleet.broker, 0, false);
        fleet_settle(&nomad->fleet);
        for (int i = 0; i < N; i++) {
            int n = -1;

            assert_int_equal(ws_client_next(&nomad->client, TCP_CLIENT_PATIENCE_MS),
                             WS_CLIENT_TEXT);
            assert_int_equal(sscanf(nomad->client.frame.ptr, "42[\"n\",%d", &n), 1);
            assert_in_range(n, 0, N - 1);
            assert_false(was_told[n]);
            was_told[n] = true;
        }
        live_expect_nothing(&nomad->client);
        nomad_end(nomad);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_back_to_another_node_gets_what_it_missed_once),
        cmocka_unit_test(a_session_can_be_taken_up_once),
        cmocka_unit_test(a_session_that_nobody_waits_for_is_kept_again),
        cmocka_unit_test(without_redis_a_node_serves_its_own),
        cmocka_unit_test(what_cannot_be_written_is_heard_on_its_own_node),
        cmocka_unit_test(what_another_thread_has_said_before_is_heard_before),
        cmocka_unit_test(what_was_on_its_way_when_redis_went_is_heard_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
