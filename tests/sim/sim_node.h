/*
 * sim_node.h - a node of the simulated world: what src/net/ is in production.
 *
 * Its workers are a sim_pool's; each has a sim_server, which accepts connections and has links. Starting,
 * draining and stopping follow net.h.
 */
#ifndef SIM_SIM_NODE_H
#define SIM_SIM_NODE_H

#include "base/job.h"
#include "net/net.h"
#include "sim/sim_link.h"
#include "sim/sim_world.h"

enum sim_server_state {
    SIM_SERVER_CLOSED,
    SIM_SERVER_SERVING,
    SIM_SERVER_DRAINING,
    SIM_SERVER_STOPPED
};

/* What lives on one worker. */
struct sim_server {
    struct sim_node *node;
    struct worker *worker;
    enum sim_server_state state;
    long
        fail_after; /* what was ordered by mem_fail_after() in its turns: it concerns those alone */
    struct list links; /* struct sim_link */
    size_t n_jobs;     /* that it waits for before it stops */
    struct mail stop;
    struct deadline_queue lingering;
    struct deadline_queue held;
    struct deadline_queue drain_limits;
    struct deadline drain_limit;
};

struct sim_node {
    struct list in_world;
    struct sim_world *world;
    struct sim_pool sim;
    struct net_options options;
    struct net_events events;
    void *ctx;
    unsigned port;
    bool is_listening;
    bool is_stopping;
    uint64_t stop_timeout_ms;
    struct sim_server *servers; /* by worker */
    unsigned next_acceptor;
    size_t n_refused;
    struct job_pool files;
    struct mail *first_job; /* of those that no thread has taken, oldest first */
    struct mail *last_job;
};

struct sim_server *sim_server_of(struct worker *worker);

#endif
