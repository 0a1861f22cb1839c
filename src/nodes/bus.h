/*
 * bus.h - what nodes speak over: channels that anybody publishes on and anybody listens to.
 *
 * Purpose    Redis as this floor sees it: publish, subscribe, count. redis_bus.h is the real one; in
 *            tests a simulated one connects nodes in one thread, with delays, cuts and losses.
 * Ownership  A bus lies in whatever makes it. What it is given is borrowed for the call.
 * Threads    One worker's, callbacks included.
 * Floor      nodes; uses base.
 *
 *     open() ... on_up --> subscribe(), publish(), count()
 *                            |  on_message, whenever somebody publishes
 *                on_down <---+  nothing is subscribed any more, and nothing can be published
 *                on_up   ...    once more, by itself
 */
#ifndef NODES_BUS_H
#define NODES_BUS_H

#include "base/str.h"

struct bus;
struct worker;

/* A name that is listened to, or published on. */
enum bus_kind {
    BUS_CHANNEL,
    BUS_PATTERN, /* as PSUBSCRIBE has it */
    BUS_SHARD,   /* a channel of sharded pub/sub: Redis 7 and later */
    BUS_STREAM   /* a stream, which keeps what was published: to publish only; see bus_ops.follow */
};

/* What is published on a stream, and what comes out of it, is an entry of these fields. */
enum bus_field {
    BUS_UID,
    BUS_NSP,
    BUS_TYPE,
    BUS_DATA,
    BUS_FIELDS
};

/* The names of the fields, by number. */
extern const struct str bus_field_names[BUS_FIELDS];

/* What has come out of a stream. */
struct bus_entry {
    struct str fields[BUS_FIELDS]; /* .ptr NULL: it has no such field */
    struct str id;                 /* "1764000000000-0": its place in the stream */
    bool is_past;                  /* it was there before this bus was opened */
};

/* An entry as one text: its fields, each with a NUL behind it, which none of them has in it. False: that is no
 * such text. */
struct buf;
void bus_write_entry(struct buf *out, const struct str fields[BUS_FIELDS]);
bool bus_read_entry(struct bytes text, struct str fields[BUS_FIELDS]);

struct bus_events {
    /* It can be used; nothing is subscribed. */
    void (*on_up)(void *ctx);
    /* It cannot any more. status: why. */
    void (*on_down)(void *ctx, int status);
    /* Somebody has published. `name`: what was subscribed to. */
    void (*on_message)(void *ctx, struct str name, struct str channel, struct bytes payload);
    /* An entry of the stream that is followed. */
    void (*on_entry)(void *ctx, const struct bus_entry *entry);
};

/* 0 and a number, or why there is none: the bus went down, or Redis refuses. */
typedef void (*bus_cb)(int status, uint64_t number, void *ctx);

/* 0 and what was kept (.ptr NULL: nothing, or somebody else has taken it), or why that is not known. */
typedef void (*bus_value_cb)(int status, struct str value, void *ctx);

struct bus_ops {
    /* Goes up by itself, later. 0; SAILS_EINVAL: options; SAILS_ENOMEM. */
    int (*open)(struct bus *bus, struct worker *worker, const struct bus_events *events, void *ctx);
    /* Nothing follows, but callbacks of what was asked (SAILS_ECLOSED), within the call. */
    void (*close)(struct bus *bus);

    /*
     * These three: 0, and the callback (which may be NULL) comes once, later, in the order of asking;
     * or an error, and it does not: SAILS_ECLOSED: it is down; SAILS_ETOOBIG: too much is waiting;
     * SAILS_ENOMEM. The number: of publish and count, how many subscriptions there are.
     */
    int (*publish)(struct bus *bus, enum bus_kind kind, struct str channel, struct bytes payload,
                   bus_cb cb, void *ctx);
    int (*subscribe)(struct bus *bus, enum bus_kind kind, struct str name, bool on, bus_cb cb,
                     void *ctx);
    int (*count)(struct bus *bus, enum bus_kind kind, struct str channel, bus_cb cb, void *ctx);
    /* What is published on that stream from now on comes to on_entry, also what was published while it was
     * down, as far as Redis has kept it. `with_past`: and first what is in it already, before on_up. Before
     * open(), once. */
    void (*follow)(struct bus *bus, const char *stream, bool with_past);
    /* Keeps a text under a key, for as long. 0; errors as above. */
    int (*keep)(struct bus *bus, struct str key, struct str value, uint64_t keep_ms);
    /* Takes it away: nobody else gets it. 0, and the callback comes once, later; errors as above. */
    int (*take)(struct bus *bus, struct str key, bus_value_cb cb, void *ctx);
};

struct bus {
    const struct bus_ops *ops;
};

#endif
