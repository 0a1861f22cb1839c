/*
 * cluster.h - carries operations to everybody whom they concern.
 *
 * Purpose    The calling worker applies an operation to its own sockets; mail takes it to the other
 *            workers. (An adapter that takes it to other nodes joins here.)
 * Ownership  Lies in its owner; borrows the pool and the host for its life.
 * Threads    cluster_send: any thread.
 * Floor      cluster; uses socketio, base.
 */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

#include "cluster/operation.h"

/* What the floor above knows and this one needs. */
struct cluster_host {
    /* The part of a namespace that lies on this worker; NULL: it has none. On its thread. */
    struct sio_namespace *(*find)(void *ctx, struct worker *worker, struct str name);
    /* A socket as fetchSockets() shows it: a new reference. On its worker's thread. */
    json_t *(*describe)(struct sio_socket *socket);
    void *ctx;
};

struct cluster {
    struct worker_pool *pool;
    const struct cluster_host *host;
    /*
     * An id as a room's name stands for that one socket, and its worker alone need be asked: until
     * somebody lets another socket join a room of that kind of name.
     */
    atomic_bool has_id_rooms;
    bool ids_move; /* ids do not tell the worker (connection state recovery) */
};

void cluster_init(struct cluster *cluster, struct worker_pool *pool,
                  const struct cluster_host *host);

/* A socket other than `own_id` joins `room`: remembers whether the name looks like an id. */
void cluster_note_join(struct cluster *cluster, struct str own_id, struct str room);

/*
 * Applies the operation on the caller's worker at once, and sends it to the others. Takes the
 * caller's reference. on_done comes on a later turn, when all workers have applied it.
 */
void cluster_send(struct cluster *cluster, struct operation *op);

#endif
