/*
 * mail_carrier.h - the carrier to the other workers of this process.
 *
 * Purpose    Knows which workers an operation can concern, and posts it to them.
 * Ownership  Lies in its cluster; borrows the pool for its life.
 * Threads    Any.
 * Floor      cluster; uses socketio, base.
 */
#ifndef CLUSTER_MAIL_CARRIER_H
#define CLUSTER_MAIL_CARRIER_H

#include "cluster/carrier.h"

struct mail_carrier {
    struct carrier carrier;
    struct worker_pool *pool;
    /*
     * An id as a room's name stands for that one socket, and its worker alone need be asked: until
     * somebody lets another socket join a room of that kind of name.
     */
    atomic_bool has_id_rooms;
    bool ids_move; /* ids do not tell the worker (connection state recovery) */
};

void mail_carrier_init(struct mail_carrier *m, struct worker_pool *pool);

/* A socket other than `own_id` joins `room`: remembers whether the name looks like an id. */
void mail_carrier_note_join(struct mail_carrier *m, struct str own_id, struct str room);

#endif
