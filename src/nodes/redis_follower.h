/*
 * redis_follower.h - reads a stream of a Redis server to its end, and what comes then.
 *
 * Purpose    A connection of its own, for XREAD waits for entries. It remembers where it is, so that after a
 *            loss of the connection it goes on from there, and nothing is missed that Redis has kept.
 * Ownership  Lies in its bus (redis_bus.h); copies the options.
 * Threads    The worker's that it was opened on.
 * Floor      nodes; uses net, base.
 */
#ifndef NODES_REDIS_FOLLOWER_H
#define NODES_REDIS_FOLLOWER_H

#include "base/deadline.h"
#include "net/redis.h"
#include "nodes/bus.h"

enum {
    REDIS_FOLLOWER_ID_SIZE = 48 /* "1764000000000-0"; two numbers of 64 bits and a NUL */
};

struct redis_follower {
    const char *stream;    /* borrowed */
    struct worker *worker; /* NULL: it is not open */
    struct redis *redis;
    const struct log *log;
    struct deadline_queue retries;
    struct deadline retry;
    size_t count;  /* of entries that are asked for at once */
    bool is_stuck; /* not even one fits */
    bool has_complained;
    char last[REDIS_FOLLOWER_ID_SIZE]; /* the id of the entry read last; "": nobody has asked yet */
    void (*on_change)(int status, void *ctx); /* 0: it reads from now on */
    void (*on_entry)(const struct bus_entry *entry, void *ctx);
    void *ctx;
    bool with_past; /* begins with what is there already */
    bool is_past;   /* ... and is at it */
};

/* With stream, on_change, on_entry and ctx set. 0; as redis_open(). */
int redis_follower_open(struct redis_follower *follower, struct worker *worker,
                        const struct redis_options *options);
void redis_follower_close(struct redis_follower *follower);

#endif
