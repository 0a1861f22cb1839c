/*
 * sim_thing.h - what is on its way to a bus of the simulated broker.
 *
 * Purpose    A bus has a queue of what is coming to it, and for each thing in the queue a tick is on its way: an
 *            errand of the world, then mail to its worker, in whose turn the first thing is delivered. So order is
 *            kept whatever the delays, and mail that comes too late finds nothing.
 * Threads    One.
 */
#ifndef SIM_THING_H
#define SIM_THING_H

#include "sim/sim_bus.h"

struct sim_bus {
    struct bus bus;
    struct sim_broker *broker;
    struct list in_broker;
    size_t index;
    struct worker *worker; /* NULL: it is closed */
    const struct bus_events *events;
    void *ctx;
    bool is_up;
    bool is_cut;
    uint64_t generation; /* ticks of an earlier one are void */
    uint64_t last_due_ms;
    const char *stream;        /* that it follows; NULL: none */
    size_t n_read;             /* entries of it */
    size_t n_past;             /* that were there before */
    struct list subscriptions; /* struct sim_subscription */
    struct list coming;        /* struct sim_thing */
};

struct sim_subscription {
    struct list in_bus;
    enum bus_kind kind;
    struct buf name;
};

/* What is coming to a bus. */
struct sim_thing {
    struct list in_bus;
    enum {
        THING_UP,
        THING_ANSWER,
        THING_VALUE,
        THING_ENTRY,
        THING_MESSAGE
    } kind;
    bus_cb cb;
    bus_value_cb value_cb;
    void *cb_ctx;
    bool is_past; /* of an entry */
    uint64_t number;
    struct buf name, channel, payload;
};

/* In order, each after a delay of its own: an answer, unless the caller makes it something else. */
struct sim_thing *sim_thing_send(struct sim_bus *bus);
void sim_thing_destroy(struct sim_thing *thing);

/* Those that nobody waits for any more. */
void sim_thing_drop_ticks(struct sim_broker *broker);

/* ---- sim_bus.c ---- */

/* Sends what it has not been sent of its stream. */
void sim_bus_send_entries(struct sim_bus *bus);

#endif
