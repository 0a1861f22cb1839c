/*
 * fleet.h - several nodes of one cluster in a simulated world, for tests of src/nodes/ and what is above.
 *
 * A test tells what each node is (fleet_add), lifts all, opens clients on each, and calls the public API
 * of any of them. fleet_settle() lets everything happen that can, delays included.
 */
#ifndef SUPPORT_FLEET_H
#define SUPPORT_FLEET_H

#include "sim/sim_bus.h"
#include "support/live_app.h"

enum {
    FLEET_MAX = 8
};

struct fleet_node {
    sails_app *app;
    sails_io *io;
    sails_io_namespace *root;
    struct live_log log;
    unsigned port;
    int n_up;
    int n_down;
};

struct fleet {
    struct sim_world world;
    struct sim_broker broker;
    struct fleet_node nodes[FLEET_MAX];
    size_t n;
};

static UNUSED void fleet_init(struct fleet *fleet, uint64_t seed)
{
    memset(fleet, 0, sizeof(*fleet));
    sim_world_init(&fleet->world, seed);
    sim_broker_init(&fleet->broker, &fleet->world);
    sim_tcp_client_use(&fleet->world);
}

static UNUSED void fleet_on_up(sails_app *app, void *ctx)
{
    (void)app;
    ((struct fleet_node *)ctx)->n_up++;
}

static UNUSED void fleet_on_down(sails_app *app, int status, void *ctx)
{
    (void)app;
    must(status < 0);
    ((struct fleet_node *)ctx)->n_down++;
}

/* One more node, which the test goes on to define. */
static UNUSED struct fleet_node *fleet_add(struct fleet *fleet, int workers)
{
    struct fleet_node *node = &fleet->nodes[fleet->n++];

    assert_true(fleet->n <= FLEET_MAX);
    node->app = app_create_in(&fleet->world.app_world);
    assert_non_null(node->app);
    pthread_mutex_init(&node->log.lock, NULL);
    assert_int_equal(sails_app_set_log(node->app, live_log_write, &node->log), 0);
    assert_int_equal(sails_app_set(node->app, "port", json_integer(0)), 0);
    assert_int_equal(sails_app_set(node->app, "explicitHost", json_string("127.0.0.1")), 0);
    assert_int_equal(sails_app_set(node->app, "workers", json_integer(workers)), 0);
    assert_int_equal(sails_app_set(node->app, "shutdownTimeout", json_integer(200)), 0);
    assert_int_equal(sails_app_set(node->app, "sockets.adapter", json_string("redis")), 0);
    assert_int_equal(sails_app_on_cluster_up(node->app, fleet_on_up, node), 0);
    assert_int_equal(sails_app_on_cluster_down(node->app, fleet_on_down, node), 0);
    node->io = sails_app_io(node->app);
    node->root = sails_io_of(node->io, "/");
    assert_int_equal(sails_io_on(node->root, "sync", on_live_sync, NULL), 0);
    return node;
}

/* Everything that can happen within a second. */
static UNUSED void fleet_settle(struct fleet *fleet)
{
    sim_world_advance(&fleet->world, 1000);
}

static UNUSED void fleet_lift(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->n; i++) {
        struct fleet_node *node = &fleet->nodes[i];

        if (sails_app_lift(node->app) != 0) {
            fail_msg("node %zu: %s", i, node->log.text);
        }
        node->port = sails_app_port(node->app);
    }
    fleet_settle(fleet);
}

static UNUSED void fleet_end(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->n; i++) {
        sails_app_destroy(fleet->nodes[i].app);
        pthread_mutex_destroy(&fleet->nodes[i].log.lock);
    }
    sim_broker_deinit(&fleet->broker);
    sim_tcp_client_use(NULL);
    sim_world_deinit(&fleet->world);
}

static UNUSED struct sails_cluster fleet_state(const struct fleet_node *node)
{
    struct sails_cluster state;

    assert_int_equal(sails_app_cluster(node->app, &state), 0);
    return state;
}

#endif
