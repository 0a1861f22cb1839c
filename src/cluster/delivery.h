/*
 * delivery.h - one operation under way.
 *
 * Purpose    Counts the parties that still have to apply it (workers, nodes), gathers what they answer,
 *            and tells who asked. An operation that concerns nobody but the calling worker, and of which
 *            nobody wants to hear, needs none.
 * Ownership  One allocation: the delivery, a copy of its operation, and a place for each party. It frees
 *            itself when the last party has reported and who asked has been told.
 * Threads    Made by any thread. Each party reports once, on any thread.
 * Floor      cluster; uses socketio, base.
 */
#ifndef CLUSTER_DELIVERY_H
#define CLUSTER_DELIVERY_H

#include "base/worker.h"
#include "cluster/operation.h"

#include <pthread.h>

struct cluster;
struct delivery;

/*
 * Tells that all parties have applied an operation. Runs once, in a turn of a worker, never before the
 * call that sent it has returned (and as the pool ends: SAILS_ECLOSED). status: 0; SAILS_ENOENT: nobody
 * matched, and somebody had to; else the first error. `found`: of fetch and rooms, and of a server event
 * what the programs have answered; of OPERATION_CONFIRMED, for each other node whether it is done: an array,
 * a view; NULL: nothing.
 */
typedef void (*delivery_cb)(int status, json_t *found, void *ctx);

/* Who is told, and of what. All zero: nobody. */
struct delivery_outcome {
    delivery_cb on_done; /* NULL: nobody */
    void *ctx;
    bool must_match;         /* nobody concerned: SAILS_ENOENT */
    struct answers *answers; /* of a broadcast; told when everybody has been asked. NULL: none */
};

/* One that has to apply it, and where it has its place meanwhile. */
struct delivery_party {
    struct mail mail; /* for whoever carries the operation */
    struct delivery *delivery;
};

/* What a party has to say. */
struct delivery_report {
    int status;       /* 0, or the first error */
    size_t n_matched; /* sockets */
    json_t *found;    /* what there is to tell: an array, taken; NULL: nothing */
};

/*
 * I1  `pending` counts the parties that have been given the operation and have not reported, and one
 *     for the sender while it sends: so it reaches 0 once for each way that the operation takes.
 * I2  What the parties' threads read (op, message, answers, scope) does not change while any is pending.
 */
struct delivery {
    struct cluster *cluster;
    void (*on_all)(
        struct delivery *d); /* `pending` has come to 0: sends it on, or delivery_end() */
    struct operation op;     /* a copy */
    enum operation_scope scope;
    struct sio_message *message; /* of broadcast: a reference */
    struct delivery_outcome outcome;
    atomic_uint pending;
    atomic_size_t n_matched;
    atomic_int status;
    pthread_mutex_t lock; /* of `found` */
    json_t *found;
    struct mail news;
    size_t n_parties; /* places */
    struct delivery_party parties[];
};

/* With places for that many parties; `pending` is 1, for the sender. `message` (NULL: none) and the
 * answers are retained; the caller sets what is left. NULL: no memory. */
struct delivery *delivery_create(const struct operation *op, struct sio_message *message,
                                 const struct delivery_outcome *outcome, size_t n_parties);

/* That many parties more will report. While at least one is pending. */
void delivery_expect(struct delivery *d, size_t n);

/* A party has applied it, or never will. The delivery may be gone when this returns. */
void delivery_report(struct delivery *d, const struct delivery_report *report);

/* All have reported and nothing is to follow: tells who asked, in a later turn of `worker`, and is gone. */
void delivery_end(struct delivery *d, struct worker *worker);

#endif
