/*
 * sim_bus.h - a Redis for simulated nodes: what nodes/bus.h is in production.
 *
 * One broker stands in the world, and each node that is lifted in it gets a bus to it. What is published
 * reaches its listeners in order, each after a delay of its own; the broker may be gone for a while, or
 * for one node only.
 */
#ifndef SIM_SIM_BUS_H
#define SIM_SIM_BUS_H

#include "nodes/bus.h"
#include "sim/sim_world.h"

struct sim_broker {
    struct sim_world *world;
    struct list buses;   /* struct sim_bus */
    struct list ticks;   /* struct sim_tick that are on their way */
    struct list entries; /* struct sim_entry, of the one stream */
    size_t n_entries;
    struct list kept;      /* struct sim_kept */
    bool is_gone;          /* the broker: nobody reaches it */
    uint64_t max_delay_ms; /* of each thing on its way */
    size_t
        n_strangers; /* who listen to every channel and say nothing: counted, where channels are */
    /* Sees all that nodes publish; may be NULL. */
    void (*tap)(struct str channel, struct bytes payload, void *ctx);
    void *tap_ctx;
};

/* Nodes that are created from now on have a bus to it. */
void sim_broker_init(struct sim_broker *broker, struct sim_world *world);

/* When all apps are gone. */
void sim_broker_deinit(struct sim_broker *broker);

/* It goes, or comes back: who has lost it comes back by itself. */
void sim_broker_set_gone(struct sim_broker *broker, bool is_gone);

/* The same for one node alone: that of the `index`-th app which has been lifted. */
void sim_broker_cut(struct sim_broker *broker, size_t index, bool is_cut);

/* Somebody who is no node of the world. How many listen. */
size_t sim_broker_publish(struct sim_broker *broker, const char *channel, const void *data,
                          size_t len);

/* The same on a sharded channel. */
size_t sim_broker_publish_shard(struct sim_broker *broker, const char *channel, const void *data,
                                size_t len);

/* The same into the stream: fields as bus_write_entry() has them. */
void sim_broker_append(struct sim_broker *broker, const void *entry, size_t len);

/* How many listen to it, patterns not counted: PUBSUB NUMSUB. */
size_t sim_broker_count(const struct sim_broker *broker, const char *channel);

/* The same of sharded channels. */
size_t sim_broker_count_shard(const struct sim_broker *broker, const char *channel);

/* What is kept under a key, until it is taken; NULL: nothing. A view. */
const char *sim_broker_kept(const struct sim_broker *broker, const char *key);

/* How many listen to such a pattern. */
size_t sim_broker_count_pattern(const struct sim_broker *broker, const char *pattern);

#endif
