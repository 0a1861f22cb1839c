/*
 * io_listeners.h - what listens to a namespace.
 *
 * Purpose    Listeners of a kind in the order in which they were set; those of an event by one look-up
 *            of its name, however many events there are.
 * Ownership  Lies in its namespace. Owns the listeners.
 * Threads    Made before the lift, by one thread. Never changed after it, and then read by any, without
 *            a lock.
 * Floor      io; uses base.
 */
#ifndef IO_IO_LISTENERS_H
#define IO_IO_LISTENERS_H

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"
#include "base/str.h"

#include <sails/io.h>

enum io_listener_kind {
    IO_MIDDLEWARE,
    IO_CONNECTION,
    IO_DISCONNECTING,
    IO_DISCONNECT,
    IO_FILTER,
    IO_OUTGOING,
    IO_UPGRADE,
    IO_DRAIN,
    IO_ROOM,
    IO_ANY,
    IO_EVENT
};

enum {
    IO_LISTENER_KINDS = IO_EVENT + 1
};

struct io_listener {
    struct list in_kind;
    struct list in_event; /* of IO_EVENT */
    enum io_listener_kind kind;
    union {
        sails_io_middleware_cb middleware;
        sails_io_connection_cb connection;
        sails_io_disconnect_cb disconnect;
        sails_io_filter_cb filter;
        sails_io_outgoing_cb outgoing;
        sails_io_room_cb room;
        sails_io_event_cb event;
        sails_io_server_event_cb server_event; /* of the namespace's server_listeners */
    } call;
    void *ctx;
};

/*
 * I1  A listener of an event is in `kinds[IO_EVENT]` and in the list of its event's name, in both at
 *     the place at which it was set; any other is in the list of its kind alone.
 * I2  A name that is in `events` has at least one listener.
 */
struct io_listeners {
    struct list kinds[IO_LISTENER_KINDS];
    struct map events; /* struct io_event_listeners, by name */
    struct hash_key key;
};

void io_listeners_init(struct io_listeners *listeners, struct hash_key key);
void io_listeners_deinit(struct io_listeners *listeners);

/* A copy of `listener`, behind all others of its kind. `event`: of IO_EVENT. 0 or SAILS_ENOMEM. */
int io_listeners_add(struct io_listeners *listeners, const struct io_listener *listener,
                     struct str event);

/* As that, before all others of its kind; not of IO_EVENT. */
int io_listeners_prepend(struct io_listeners *listeners, const struct io_listener *listener);

/* Copies of all of `others` come before its own. 0 or SAILS_ENOMEM: then some are there. */
int io_listeners_inherit(struct io_listeners *listeners, const struct io_listeners *others);

/* In order, linked by in_kind. */
static inline const struct list *io_listeners_of(const struct io_listeners *listeners,
                                                 enum io_listener_kind kind)
{
    return &listeners->kinds[kind];
}

/* In order, linked by in_event; NULL: nobody listens to that event. */
const struct list *io_listeners_find(const struct io_listeners *listeners, struct str event);

/* Asserts the invariants; nothing where asserts are off. */
void io_listeners_check(const struct io_listeners *listeners);

#endif
