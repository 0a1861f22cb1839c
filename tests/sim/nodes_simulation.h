/*
 * nodes_simulation.h - one run of several nodes: apps in a world with a broker, clients on each, and who holds
 * what they hear against what is promised (promises.h).
 *
 *   nodes_simulation.c   runs by their seeds
 *   nodes_story.c        what happens: scenes, moments, trouble
 *   nodes_play.c         the program of each node, and what is asked of it
 *   nodes_cast.c         the clients
 */
#ifndef SIM_NODES_SIMULATION_H
#define SIM_NODES_SIMULATION_H

#include "sim/promises.h"
#include "sim/sim_bus.h"
#include "sim/wire.h"

#include <sails/sails.h>

enum {
    NODES_WORKERS = 3,
    NODES_CAST = 12, /* clients */
    NODES_QUESTIONS = 64,
    NODES_ID_SIZE = 32
};

/* The formats that nodes speak. */
enum nodes_mode {
    MODE_CLASSIC,
    MODE_SHARDED,
    MODE_STREAMS,
    MODES
};

struct nodes_simulation;

struct node {
    struct nodes_simulation *sim;
    size_t index;
    sails_app *app;
    sails_io_namespace *root;
    struct worker_pool *pool;
    unsigned port;
    size_t bus; /* the number of its connection to the broker */
};

/* A client. */
struct member {
    struct nodes_simulation *sim;
    size_t index;
    struct wire wire;
    size_t node;
    bool is_on; /* it wants to be connected */
    bool is_in; /* it has heard that it is */
    bool rooms[PROMISES_ROOMS];
    char id[NODES_ID_SIZE];
    char query[48];
};

/* Something that a node asks all of them. */
struct question {
    struct nodes_simulation *sim;
    size_t node;
    unsigned life; /* of the stage, when it was asked: see nodes_simulation.life */
    uint64_t at_ms;
    int n_expected; /* -1: not sure */
    bool is_told;
};

struct nodes_simulation {
    bool is_verbose;
    struct chance chance;
    struct sim_world world;
    struct sim_broker broker;
    enum nodes_mode mode;
    struct node nodes[PROMISES_NODES];
    size_t n_nodes;
    size_t n_buses;
    struct member cast[NODES_CAST];
    struct question questions[NODES_QUESTIONS];
    size_t n_questions;
    unsigned life; /* counts what changes who is there */
    bool is_restarting;
    struct promises promises;
};

void nodes_trace(const struct nodes_simulation *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
uint64_t nodes_below(struct nodes_simulation *sim, uint64_t n);
bool nodes_is(struct nodes_simulation *sim, unsigned percent);

/* ---- nodes_play.c ---- */

/* Makes a node's app, and lifts it. */
void play_lift(struct node *node);
void play_lower(struct node *node);

/* Some thread of its program sends something to somebody. */
void play_say(struct node *node);

/* ... lets the members of a room join or leave another. */
void play_change(struct node *node);

/* ... asks the clients of a room, or which sockets there are. */
void play_ask(struct node *node);
void play_fetch(struct node *node);

/* All that was asked has been told. */
void play_check(struct nodes_simulation *sim);

/* A node says which sockets there are, in which rooms. When nothing is on its way. */
void play_look(struct node *node);

/* ---- nodes_cast.c ---- */

void nodes_cast_init(struct nodes_simulation *sim);
void nodes_enter(struct member *member, size_t node);

/* It is to be connected: is it? */
void nodes_check_in(struct member *member);
void nodes_leave(struct member *member, bool is_cut);

/* It bids its node to send something to somebody. */
void nodes_bid(struct member *member);

/* ---- nodes_story.c ---- */

void nodes_story(struct nodes_simulation *sim);

#endif
