/*
 * operation.h - what to do to sockets anywhere, as one small value.
 *
 * Purpose    Broadcast, join, leave, leave all, disconnect, fetch: whoever calls, wherever the
 *            sockets are, it is one operation and one operation_apply().
 * Ownership  A value that borrows everything it names: an operation costs no allocation (unless it
 *            names many rooms). What outlives its call is a copy of it, in a delivery.
 * Threads    One thread at a time; one that nobody changes any more: any.
 * Floor      cluster; uses socketio, base.
 *
 * It is pure: it names no worker and no node, and holds what clients shall get as values (event,
 * arguments), not as bytes, so that it can be encoded for clients of either revision, and by a carrier
 * for other nodes.
 */
#ifndef CLUSTER_OPERATION_H
#define CLUSTER_OPERATION_H

#include "cluster/answers.h"
#include "socketio/sio.h"

enum operation_kind {
    OPERATION_BROADCAST,
    OPERATION_JOIN,
    OPERATION_LEAVE,
    OPERATION_LEAVE_ALL,
    OPERATION_DISCONNECT,
    OPERATION_FETCH,
    OPERATION_ROOMS,       /* the names of all rooms */
    OPERATION_SERVER_EVENT /* an event for the programs of the other nodes: concerns no socket */
};

enum operation_flags {
    OPERATION_VOLATILE = 1 << 0, /* of broadcast: who is not writable right now does not get it */
    OPERATION_NO_COMPRESS = 1 << 1, /* of broadcast */
    OPERATION_LOCAL = 1 << 2,       /* this node only */
    OPERATION_CLOSE = 1 << 3,       /* of disconnect: the connection, too */
    /* The one name in `to` is first of all a socket's id, in its own room or not, and only where there
     * is no such socket a room. */
    OPERATION_NAMES_SOCKET = 1 << 4,
    /* With that: never a room, on this node. */
    OPERATION_SOCKET_ALONE = 1 << 5,
    OPERATION_CONFIRMED = 1 << 6, /* of join, leave, disconnect: other nodes say when it is done */
    OPERATION_PAST = 1 << 7,      /* of broadcast: only for those who come back */
    OPERATION_IDS = 1 << 8        /* of fetch: ids alone, of some */
};

enum {
    OPERATION_IDS_MAX = 100, /* of one worker, with OPERATION_IDS */
    OPERATION_NAMES_FEW = 8  /* names in all, of all lists, that need no allocation */
};

struct operation {
    enum operation_kind kind;
    unsigned flags;
    struct str nsp;
    struct sio_target target;
    bool to_nobody;          /* the target was an empty list */
    const struct str *rooms; /* of join and leave */
    size_t n_rooms;
    const char *event;   /* of broadcast and server event */
    json_t *args;        /* of both: an array, with binary values in it (base/json_value.h) */
    uint64_t timeout_ms; /* of both: how long answers are waited for; 0: none are wanted */
    const char *offset;  /* of broadcast: its place among those of all nodes; NULL: it has none */

    struct str *many; /* what the lists point to: this, or `few` */
    struct str few[OPERATION_NAMES_FEW];
};

/* What to make an operation of, as the public API has it. Lists end with NULL. */
struct operation_spec {
    enum operation_kind kind;
    unsigned flags;
    const char *const *to;     /* NULL: everybody; an empty list: nobody */
    const char *const *except; /* NULL: none */
    const json_t *to_json;     /* besides `to`: a text, or a list of texts; NULL: none */
    const json_t *except_json; /* besides `except` */
    const char *except_id;     /* NULL: none */
    const char *const *rooms;  /* of join and leave: at least one */
    const char *event;
    json_t *args;
    uint64_t timeout_ms;
};

/*
 * Borrows what the spec names. `op` must not be moved: its lists may point into it. It has no
 * namespace yet. 0; SAILS_EINVAL: a name in one of the lists that is empty or has a NUL in it, JSON that
 * is no such list, or no rooms where they are needed; SAILS_ETOOBIG: a name longer than
 * SAILS_ROOM_NAME_MAX; SAILS_ENOMEM. After an error there is nothing to deinit.
 */
int operation_init(struct operation *op, const struct operation_spec *spec);
void operation_deinit(struct operation *op);

/* ---- copies: names and texts in one piece of memory; without event and arguments ---- */

size_t operation_copy_size(const struct operation *op);

/* `room`: that many bytes, aligned for any type, which live as long as the copy. */
void operation_copy(struct operation *copy, const struct operation *op, void *room);

/* ---- applying ---- */

/* Whom a name stands for that may be a socket's id (OPERATION_NAMES_SOCKET). */
enum operation_scope {
    OPERATION_SOCKET_OR_ROOM, /* all are here whom the name could mean */
    OPERATION_SOCKET,         /* the socket; that it is not here says nothing about the others */
    OPERATION_ROOM            /* there is no such socket */
};

/* The part of one worker. */
struct operation_part {
    struct sio_namespace *nsp; /* NULL: the worker does not know it */
    enum operation_scope scope;
    struct sio_message *message;                    /* of broadcast: event and arguments, encoded */
    struct answers *answers;                        /* NULL: none are wanted */
    json_t *(*describe)(struct sio_socket *socket); /* of fetch: a new value */

    /* What has come of it. */
    size_t n_matched;
    int status;    /* 0, or the first error */
    json_t *found; /* of fetch and rooms: an array, the caller's; NULL: nobody */
};

/* Does it to the sockets of the worker whose thread this is. */
void operation_apply(const struct operation *op, struct operation_part *part);

#endif
