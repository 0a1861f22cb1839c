/*
 * carrier.h - takes operations to parties: other workers, other nodes.
 *
 * Purpose    One interface for mail (mail_carrier.h), which is the way to the other workers of this
 *            process, and for an adapter, which is the way to other nodes and joins here:
 *            cluster_set_adapter() gives the cluster a second carrier.
 * Ownership  A carrier lies in whatever makes it, and outlives the cluster that it was given to.
 * Threads    plan() and send(): any, also several at once. Reports: any.
 * Floor      cluster; uses socketio, base.
 *
 *     cluster_send(op) -- plan() --> how many parties?   (asked of each carrier, before anything happens)
 *                      -- one allocation: a delivery with a place for each party
 *                      -- send() --> the carrier takes it there, and sees to it that each party comes to
 *                                    delivery_report() exactly once
 *
 * What an adapter must do (redis-cluster 4 and 5 are the formats of Socket.IO's own)
 *
 *  1. plan(): nothing for an operation that is OPERATION_LOCAL. Else it is sent; with one party, the
 *     other nodes as a whole, where something comes back from them (fetch, acks), and without one where
 *     it is published and forgotten: what Sails promises is "done on this node".
 *  2. send(): encodes the operation at once, from its values (kind, namespace, target, rooms, flags,
 *     event and arguments with binary values in them), for it borrows all of them only during the call;
 *     and publishes it without waiting. What cannot be published now is counted, not kept without bound:
 *     local delivery goes on as if there was no adapter.
 *  3. Answers: how many nodes will answer is often known only later (a count comes from Redis). The
 *     one party stays pending until it is, delivery_expect() then adds one for each node, and each node's
 *     answer, or its time-out (SAILS_ETIMEOUT), is one delivery_report(). Of fetch it brings what was
 *     found there.
 *  4. Acks of a broadcast (op->timeout_ms > 0): a node first says how many clients it asks, then sends
 *     each ack. answers_expect_more() and answers_give() take both; the party reports when all nodes have
 *     said how many, for then everybody has been asked.
 *  5. What other nodes send: it becomes an operation with OPERATION_LOCAL, and goes to
 *     cluster_host.receive(), which does what a call of the application would do on this node (an event
 *     gets its offset for recovery, an ack id of our own). The outcome says how many were asked, and what
 *     was found, which is what the other node wants to hear. Bytes from outside are hostile: what is
 *     not exactly an operation is counted and dropped before.
 *  6. An operation that names a socket (OPERATION_NAMES_SOCKET) comes to the adapter only if this node
 *     does not have that socket: cluster.c asks the workers first.
 *  7. With `recovers` (below) what is broadcast to all comes back to this node, too, in the one order that all
 *     nodes see: plan() says so (comes_back), nobody here gets it at once, and the operation that comes to
 *     cluster_host.receive() has its place in that order (op->offset). An adapter that cannot say it gives
 *     it to receive() without one.
 *  8. What concerns nodes and no sockets (all rooms, serverSideEmit) becomes a kind of operation of its
 *     own: applied by operation_apply(), or by cluster_host, and answered like the others.
 */
#ifndef CLUSTER_CARRIER_H
#define CLUSTER_CARRIER_H

#include "cluster/delivery.h"

struct carrier;

/* What a carrier makes of an operation before it is sent. */
struct carrier_plan {
    bool is_sent;     /* send() shall be called */
    bool comes_back;  /* ... and nothing else: this node gets it from there */
    size_t n_parties; /* that will report */
    bool
        concerns_caller; /* mail: the worker whose turn this is, too; the cluster applies it there */
    uint64_t whom;       /* the carrier's own */
};

/* What was kept of a session, from outside and not looked at; NULL: nothing, or it cannot be had. A view. Also when
 * the worker has stopped (worker_is_running() is false). */
typedef void (*carrier_session_cb)(struct worker *worker, json_t *session, void *ctx);

/* A namespace that this node has. Lies in the carrier's own. */
struct carrier_namespace {
    struct carrier *carrier;
};

struct carrier_ops {
    /* Fills in `plan`, which is all zero. Changes nothing. */
    void (*plan)(const struct carrier *carrier, const struct operation *op,
                 enum operation_scope scope, struct carrier_plan *plan);

    /*
     * Sends it as planned: parties[0] to [plan->n_parties - 1] are its places. `op` is the operation with
     * its values, valid during the call; d->op is a copy without them, valid until the last report. `d` is
     * NULL where no carrier has planned any party. False: nobody will hear it, and what was to come back will
     * not.
     */
    bool (*send)(struct carrier *carrier, const struct operation *op,
                 const struct carrier_plan *plan, struct delivery *d,
                 struct delivery_party *parties);

    /*
     * This node has that namespace from now on, until close(): an adapter listens to what others send
     * there. Any thread, also before the pool starts. NULL: no memory. Both are NULL of a carrier that
     * has no use for it.
     */
    struct carrier_namespace *(*open)(struct carrier *carrier, struct str nsp);
    void (*close)(struct carrier_namespace *nsp);

    /* A worker has members of that room now, or has none any more. Any thread, in order for each worker.
     * NULL: it does not matter. */
    void (*note_room)(struct carrier_namespace *nsp, struct str room, bool exists);

    /*
     * ---- sessions of sockets that were lost, for whichever node they come back to; where it recovers ----
     *
     * `session`: {sid, pid, rooms, data}, borrowed. Any thread; what cannot be kept is lost.
     */
    void (*keep_session)(struct carrier *carrier, struct str pid, const json_t *session,
                         uint64_t keep_ms);

    /* Takes it away from all nodes. 0, and on_session comes once, in a later turn of `worker`, which is the
     * caller's; SAILS_ECLOSED; SAILS_ENOMEM. */
    int (*take_session)(struct carrier *carrier, struct str pid, struct worker *worker,
                        carrier_session_cb on_session, void *ctx);
};

struct carrier {
    const struct carrier_ops *ops;
    bool recovers; /* sessions are kept for all nodes, and what is broadcast has one order */
};

#endif
