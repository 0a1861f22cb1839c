/*
 * operation.h - what to do to sockets anywhere, as one small value.
 *
 * Purpose    Broadcast, join, leave, leave all, disconnect, fetch: whoever calls, wherever the
 *            sockets are, it is one operation and one operation_apply(). Nothing else crosses threads.
 * Ownership  Counted (atomic). An operation copies all its text into itself and holds references to
 *            its message and answers.
 * Threads    Built by any thread; from cluster_send() on nobody changes anything but the atomics.
 * Floor      cluster; uses socketio, base.
 */
#ifndef CLUSTER_OPERATION_H
#define CLUSTER_OPERATION_H

#include "base/ids.h"
#include "base/worker.h"
#include "cluster/answers.h"
#include "socketio/sio.h"

enum operation_kind {
    OPERATION_BROADCAST,
    OPERATION_JOIN,
    OPERATION_LEAVE,
    OPERATION_LEAVE_ALL,
    OPERATION_DISCONNECT,
    OPERATION_FETCH
};

struct operation;

/* Runs once, on a worker's thread (or as the pool ends: SAILS_ECLOSED). */
typedef void (*operation_cb)(struct operation *op, int status, void *ctx);

struct operation_mail {
    struct mail mail;
    struct operation *op;
};

struct operation {
    atomic_uint refs;
    enum operation_kind kind;
    struct str nsp;
    struct sio_target target;
    bool to_nobody;          /* the target was an empty list */
    const struct str *rooms; /* of join and leave */
    size_t n_rooms;
    struct sio_message *message; /* of broadcast */
    struct answers *answers;     /* of broadcast with acks; NULL: none are wanted */
    bool is_volatile;
    bool close;        /* of disconnect: the connection, too */
    bool must_match;   /* nobody concerned: SAILS_ENOENT */
    bool names_socket; /* the only name in `to` is first of all a socket's id */

    operation_cb on_done; /* NULL: nobody is told */
    void *ctx;

    struct cluster *cluster;
    atomic_uint pending; /* workers that have not applied it */
    atomic_size_t matched;
    atomic_int status;            /* the first error */
    json_t *fetched[WORKERS_MAX]; /* of fetch: an array per worker */
    struct operation_mail done_mail;
    struct operation_mail mails[WORKERS_MAX];
};

/* What to make an operation of: everything is borrowed and copied. Lists end with NULL. */
struct operation_spec {
    enum operation_kind kind;
    struct str nsp;
    const char *const *to;     /* NULL: everybody; an empty list: nobody */
    const char *const *except; /* NULL: none */
    const char *except_id;     /* NULL: none */
    const char *const *rooms;  /* of join and leave: at least one */
    struct sio_message *message;
    struct answers *answers;
    bool is_volatile;
    bool close;
    bool must_match;
    bool names_socket; /* the one name in `to` is a socket, in its own room or not; else a room */
    operation_cb on_done;
    void *ctx;
};

/* 0; SAILS_EINVAL: a name in `to`, `except` or `rooms` that is empty or longer than
 * SAILS_ROOM_NAME_MAX, or no rooms where they are needed; SAILS_ENOMEM. */
int operation_create(const struct operation_spec *spec, struct operation **out);
struct operation *operation_retain(struct operation *op);
void operation_release(struct operation *op);

/* Does it to the sockets of this worker. `nsp` is NULL where the worker does not know the
 * namespace. `describe` makes the JSON value of a socket for OPERATION_FETCH. */
void operation_apply(struct operation *op, unsigned worker, struct sio_namespace *nsp,
                     json_t *(*describe)(struct sio_socket *socket));

#endif
