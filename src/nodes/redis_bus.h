/*
 * redis_bus.h - a Redis server as a bus.
 *
 * Purpose    Two connections, for one that subscribes can do nothing else: one listens, one publishes
 *            and counts; and a third where a stream is followed. All come back by themselves.
 * Ownership  redis_bus_init() copies the options, but not their log.
 * Threads    init, deinit: any; else the worker that it was opened on.
 * Floor      nodes; uses net, base.
 */
#ifndef NODES_REDIS_BUS_H
#define NODES_REDIS_BUS_H

#include "base/deadline.h"
#include "nodes/redis_follower.h"

struct redis_bus {
    struct bus bus;
    struct redis_options options; /* a copy */
    struct redis *publisher;
    struct redis *subscriber;
    struct redis_follower follower; /* without a stream: not in use */
    bool is_ready[3];               /* publisher, subscriber, follower */
    bool is_up;
    const struct bus_events *events;
    void *ctx;
    struct worker *worker;
    struct deadline_queue
        beats; /* the next PING of the subscriber: who only listens notices no cut */
    struct deadline beat;
};

/* 0; SAILS_ENOMEM. */
int redis_bus_init(struct redis_bus *bus, const struct redis_options *options);
void redis_bus_deinit(struct redis_bus *bus); /* {0} is harmless */

#endif
