/*
 * cluster.h - carries operations to everybody whom they concern.
 *
 * Purpose    The calling worker applies an operation to its own sockets; carriers take it to the other
 *            workers (mail_carrier.h) and to other nodes (an adapter: carrier.h).
 * Ownership  Lies in its owner; borrows the pool, the host and the adapter for its life.
 * Threads    cluster_send(): any thread.
 * Floor      cluster; uses socketio, base.
 *
 *   any thread                     worker 0                      worker 1
 *   ----------                     --------                      --------
 *   cluster_send() -- mail -->     operation_apply()
 *                 \- mail ------------------------------------>  operation_apply()
 *                                       |                             |
 *                                       +--- the last of them --------+
 *                                                    |
 *                                             on_done, by mail
 */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

#include "cluster/mail_carrier.h"

struct cluster_answer;

/* What the floor above knows and this one needs. */
struct cluster_host {
    /* The part of a namespace that lies on this worker; NULL: it has none. On its thread. */
    struct sio_namespace *(*find)(void *ctx, struct worker *worker, struct str name);
    /* A socket as fetchSockets() shows it: a new reference. On its worker's thread. */
    json_t *(*describe)(struct sio_socket *socket);
    /*
     * What another node has sent: does on this node what a call of the application would do. Any thread.
     * Adds OPERATION_LOCAL. 0, and the outcome is told; SAILS_ENOENT: no such namespace; SAILS_ENOMEM;
     * SAILS_ESTATE: the node has stopped.
     */
    int (*receive)(void *ctx, struct operation *op, const struct delivery_outcome *outcome);
    /*
     * An event of another node's program for this one's (OPERATION_SERVER_EVENT there). In a turn of a
     * worker. `args` is borrowed; `answer` (NULL: none is wanted) is taken. SAILS_ENOENT: no such
     * namespace.
     */
    int (*hear)(void *ctx, struct str nsp, const char *event, json_t *args,
                struct cluster_answer *answer);
    void *ctx;
};

/* Takes what this node's program has to say to an event of another node's. */
struct cluster_answer {
    /* Once, on any thread: then it is gone. `value` is taken; NULL: there will be no answer. */
    void (*give)(struct cluster_answer *answer, json_t *value);
};

struct cluster {
    struct worker_pool *pool;
    const struct cluster_host *host;
    struct mail_carrier mail;
    struct carrier *adapter; /* to other nodes; NULL: this node is alone */
};

void cluster_init(struct cluster *cluster, struct worker_pool *pool,
                  const struct cluster_host *host);

/* Joins the other nodes. Before the pool starts. */
void cluster_set_adapter(struct cluster *cluster, struct carrier *adapter);

/*
 * This node has that namespace from now on: the adapter, if there is one, listens to it. *out is for
 * cluster_close_namespace(), to which NULL is harmless. 0; SAILS_ENOMEM. Any thread.
 */
int cluster_open_namespace(struct cluster *cluster, struct str name,
                           struct carrier_namespace **out);
void cluster_close_namespace(struct carrier_namespace *nsp);

/* A worker has members of that room now, or has none any more. NULL is harmless. */
void cluster_note_room(struct carrier_namespace *nsp, struct str room, bool exists);

/*
 * Applies the operation on the caller's worker at once, and sends it to the others. `message`: of a
 * broadcast, its event and arguments encoded for this node's clients; borrowed. The outcome (NULL:
 * nobody wants to hear of it) is told on a later turn, when all have applied it.
 *
 * Operations that one thread sends are applied by every party in the order of sending; but one that
 * names a socket which is not there, while some other socket is in a room of that name, takes a turn more.
 *
 * 0; SAILS_ENOMEM: nobody has applied anything.
 */
int cluster_send(struct cluster *cluster, const struct operation *op, struct sio_message *message,
                 const struct delivery_outcome *outcome);

/* For carriers to workers: in a turn of that worker, applies it to its sockets, and reports. */
void cluster_apply(struct delivery *d, struct worker *worker);

#endif
