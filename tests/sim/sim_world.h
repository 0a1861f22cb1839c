/*
 * sim_world.h - the whole server in one thread: nodes with their workers, a network, a clock.
 *
 * Purpose    Runs an application as it is in production, but for src/net/: workers are a sim_pool, links
 *            are pipes of memory, time moves when everybody waits, and chance has a seed. What happens
 *            next is drawn from it, too, unless the weather is calm: then everything happens in order.
 * Threads    One. What is called outside of a turn is called by "some other thread".
 *
 *     sim_world_init(); app_create_in(&world.app_world); ... sails_app_lift();
 *     sim_conn_open(), ..._write()
 *     sim_world_run(): everything that can happen now happens
 *     sim_world_wait(): time goes on to the next thing that can
 */
#ifndef SIM_SIM_WORLD_H
#define SIM_SIM_WORLD_H

#include "app/app.h"
#include "sim/sim_conn.h"
#include "support/chance.h"
#include "support/sim_pool.h"

/* All zero is calm. */
struct sim_weather {
    bool is_stormy;        /* who is next is chance; calm: everybody in order */
    size_t max_piece;      /* bytes that are read or written at once */
    uint64_t max_delay_ms; /* of a piece on its way */
    size_t window;         /* bytes that lie between a server and a client that does not read */
    unsigned fail_percent; /* turns of workers in which one allocation fails */
};

/* Something that some thread of the program does, later. */
struct sim_errand {
    struct list in_world;
    uint64_t due_ms;
    void (*run)(void *ctx);
    void *ctx;
};

struct sim_world {
    struct app_world app_world; /* for app_create_in() */
    struct machine machine;
    struct chance chance; /* of the weather and of what happens next */
    struct sim_weather weather;
    uint64_t now_ms;
    uint64_t unix_ms;
    struct list nodes;         /* struct sim_node */
    struct list conns;         /* struct sim_conn */
    struct list errands;       /* struct sim_errand, in the order of their time */
    struct sim_broker *broker; /* sim_bus.h; NULL: there is none */
    unsigned next_port;
    uint64_t n_steps;
    /* Around each turn of any worker, for those who know what must come of it. `has_failed`: an allocation
     * did in it, as the weather had ordered. NULL: nobody wants to know. */
    void (*before_turn)(struct worker *worker, void *ctx);
    void (*after_turn)(struct worker *worker, bool has_failed, void *ctx);
    void *turn_ctx;
};

void sim_world_init(struct sim_world *world, uint64_t seed);

/* Nodes must have been destroyed. */
void sim_world_deinit(struct sim_world *world);

/* One thing happens that can happen now. False: nothing can. */
bool sim_world_step(struct sim_world *world);

/* Until nothing can happen now. */
void sim_world_run(struct sim_world *world);

/* Time goes on to the next thing that will happen, at most to `limit_ms`. False: nothing will, until then. */
bool sim_world_wait(struct sim_world *world, uint64_t limit_ms);

/* Everything that happens in that time. */
void sim_world_advance(struct sim_world *world, uint64_t ms);

/* Some thread calls that in a while. */
void sim_world_later(struct sim_world *world, uint64_t in_ms, void (*run)(void *ctx), void *ctx);

/* For what belongs to the test: never fails. */
void *sim_world_alloc(size_t size);

/* ---- nodes: sim_node.c ---- */

struct sim_node;

/* Who listens at that port; NULL: nobody. */
struct sim_node *sim_world_find_node(struct sim_world *world, unsigned port);

/* The worker that the next connection goes to. */
unsigned sim_node_next_acceptor(struct sim_node *node);

/* As struct app_world wants it. */
int sim_node_open(void *world, const struct net_options *options, const struct net_events *events,
                  void *ctx, struct worker_pool **out);

/* What the node can do now: `n` things, of which it does the `which`-th. */
size_t sim_node_count_work(const struct sim_node *node);
void sim_node_work(struct sim_node *node, size_t which);
uint64_t sim_node_next_ms(const struct sim_node *node);
void sim_node_set_time(struct sim_node *node);

/* The pool of the node's workers, for sim_pool_call(). */
struct sim_pool *sim_node_pool(struct sim_node *node);

/* The node that a pool belongs to. */
struct sim_node *sim_node_of(struct worker_pool *pool);

#endif
