/*
 * nodes.h - this node among the others: the carrier of operations to them, and from them.
 *
 * Purpose    Speaks the classic format of Socket.IO's Redis adapters (src/adapter/) over a bus, so that
 *            nodes in C and in Node share one cluster. A node is one more party of a delivery.
 * Ownership  Borrows bus, log, host and the pool's workers; owns its namespaces.
 * Threads    The carrier: any. start, stop: each worker's own, and all that touches the bus happens on
 *            worker 0. init, deinit: when no worker runs.
 * Floor      nodes; uses adapter, cluster, socketio, base.
 *
 *     any thread                      worker 0                       bus
 *     ----------                      --------                       ---
 *     carrier send() -- encoded, -->  nodes_publish() -------------> other nodes
 *                       by mail
 *     host->receive() <- operation -- nodes_receive() <------------- other nodes
 *       (this node)
 */
#ifndef NODES_NODES_H
#define NODES_NODES_H

#include "adapter/classic.h"
#include "adapter/clustered.h"
#include "base/deadline_ladder.h"
#include "base/map.h"
#include "cluster/cluster.h"
#include "nodes/bus.h"

#include <sails/err.h>

enum {
    NODES_UID_MAX = 16,
    NODES_STRAYS_MAX = 64, /* see nodes_recovery.c */
    /* Bytes of messages on their way to worker 0; as what one connection to Redis may keep waiting. */
    NODES_QUEUE_MAX = 16 * 1024 * 1024
};

#define NODES_KEY           "socket.io" /* what Socket.IO's channels begin with, unless it is set */
#define NODES_ADMIN_CHANNEL "socket.io#sails#" /* of Sails' admin bus, unless the key is set */

/* What the application is told, on worker 0. NULL: nobody. */
struct nodes_events {
    void (*on_up)(void *ctx);
    void (*on_down)(int status, void *ctx); /* status: why */
    /* A message on Sails' admin bus, whatever it says: an object; a view. */
    void (*on_admin_message)(json_t *message, void *ctx);
    /* What another node in C says (nodes_peers.h): an object; taken. NULL: they are not listened to. */
    void (*on_peer_message)(json_t *message, void *ctx);
    void *ctx;
};

/* Which of Socket.IO's adapters the nodes speak like. */
enum nodes_dialect {
    NODES_CLASSIC, /* createAdapter() of @socket.io/redis-adapter, socket.io-redis */
    NODES_SHARDED, /* createShardedAdapter() */
    NODES_STREAMS  /* @socket.io/redis-streams-adapter: what all shall hear goes into a stream */
};

struct nodes_options {
    struct bus *bus;
    const char *key;    /* NULL: NODES_KEY; borrowed */
    bool has_admin_key; /* `key` was set: the admin bus is called just that */
    bool speaks_sails;  /* operations on whole rooms go over Sails' admin bus */
    const char *
        python; /* the channel of python-socketio's managers, who are heard; NULL: they are not; borrowed */
    bool answers_apart; /* publishOnSpecificResponseChannel */
    enum nodes_dialect dialect;
    enum clustered_mode mode; /* of NODES_SHARDED */
    const char *stream;       /* of NODES_STREAMS: its name; borrowed */
    bool recovers;            /* of NODES_STREAMS: sockets come back to any node */
    const char
        *session_prefix; /* with that: what the keys of their sessions begin with; borrowed */
    uint64_t request_timeout_ms; /* of requests that have no time limit of their own */
    const struct cluster_host *host;
    struct worker_pool *pool;
    const struct log *log;
    struct nodes_events events;
};

/* Counted since the start. */
struct nodes_counts {
    atomic_uint_fast64_t sent;
    atomic_uint_fast64_t unsent; /* the bus was down, or slow */
    atomic_uint_fast64_t received;
    atomic_uint_fast64_t refused; /* of what came: nothing that a node says */
};

struct nodes {
    struct carrier carrier;
    struct nodes_options options;
    struct str key;
    struct hash_key uid_key; /* uids are made of it: see nodes_uid() */
    struct hash_key map_key;
    struct worker *worker; /* 0 */
    struct nodes_counts counts;
    atomic_size_t n_queued;     /* bytes on their way to worker 0 */
    atomic_size_t n_mails;      /* what is said or asked, on its way there: see nodes_may_say() */
    atomic_uint_fast64_t n_ids; /* of requests */

    /* ---- worker 0's ---- */
    struct list namespaces;            /* struct nodes_namespace that are listened to */
    struct map subscriptions;          /* struct nodes_subscription, by name */
    struct list requests;              /* struct nodes_request that are not done */
    struct map requests_by_id;         /* the same */
    struct deadline_ladder limits;     /* of requests */
    struct list own;                   /* struct nodes_own: said, and not heard yet */
    unsigned era;                      /* see nodes_recovery.c */
    uint64_t strays[NODES_STRAYS_MAX]; /* hashes of our own entries that were heard already */
    size_t n_strays;
    bool is_open;             /* the bus */
    bool is_reachable;        /* the bus is up */
    size_t n_unconfirmed;     /* subscriptions that Redis has not confirmed */
    atomic_bool is_up;        /* all is listened to, and everything can be said */
    uint64_t told_refused;    /* of counts.refused: the log has been told */
    uint64_t told_refused_ms; /* when */
    uint64_t told_unsent;     /* the same of counts.unsent */
    uint64_t told_unsent_ms;
};

/* Ready for cluster_set_adapter(). */
void nodes_init(struct nodes *nodes, const struct nodes_options *options);
void nodes_deinit(struct nodes *nodes);

/* On each worker's thread: before it serves, and when it ends. 0; what bus_ops.open gives. */
int nodes_start(struct nodes *nodes, struct worker *worker);
void nodes_stop(struct nodes *nodes, struct worker *worker);

/* Whether this node hears and reaches the others now. Any thread. */
bool nodes_is_up(const struct nodes *nodes);

/* ---- within this folder ---- */

/*
 * What a node calls itself in a namespace. Socket.IO draws one for each adapter; here it follows from the
 * name and a secret, so that any thread has it without looking anything up.
 */
void nodes_uid(const struct nodes *nodes, struct str nsp, char out[NODES_UID_MAX + 1]);

/* The same of anything else that has a name: ids of requests, the admin bus. */
void nodes_name(const struct nodes *nodes, struct str what, char out[NODES_UID_MAX + 1]);

/* Whether what is said now goes out at once: on worker 0, and no mail of others that must go before. nodes_publish.c */
bool nodes_may_say(const struct nodes *nodes);

/* Encodes and publishes it; what cannot be sent is counted. `asker`: of an answer, the uid of who has asked;
 * else empty. A negative code: it cannot be written down, and the caller counts it. Any thread. nodes_publish.c */
int nodes_publish(struct nodes *nodes, const struct adapter_message *m, struct str asker);

/* Publishes these bytes. Any thread. */
void nodes_publish_bytes(struct nodes *nodes, enum bus_kind kind, struct str channel,
                         struct str payload);

/* What has come on a channel. Worker 0. nodes_receive.c */
void nodes_receive(struct nodes *nodes, struct str nsp, struct str channel, struct bytes payload);

/* What a manager of python-socketio has published. Worker 0. */
void nodes_receive_python(struct nodes *nodes, struct bytes payload);

/* What has come out of the stream. Worker 0. */
void nodes_receive_entry(struct nodes *nodes, const struct bus_entry *entry);

/* A broadcast of our own that cannot be said: this node's sockets get it all the same. Any thread. */
void nodes_receive_own(struct nodes *nodes, struct bytes entry);

/* Errors that say something about this node, and not about what came. */
static inline bool nodes_is_ours(int rc)
{
    return rc == 0 || rc == SAILS_ENOENT || rc == SAILS_ESTATE;
}

/* One that is no message is counted, and told once a minute with its channel. Worker 0. */
void nodes_refuse(struct nodes *nodes, struct str channel, int why);

/* Tells of what was not said to others, whoever has counted it, once a minute while the bus is there. `why`: of
 * what should have gone to that channel now; 0: it went. Worker 0. */
void nodes_tell_unsent(struct nodes *nodes, struct str channel, size_t len, int why);

/* ---- recovery: nodes_recovery.c ---- */

/* Whether this node's sockets get it only when it comes back from the stream. */
bool nodes_recovery_comes_back(const struct nodes *nodes, const struct operation *op);

/* The same of its message. */
bool nodes_recovery_is_round(const struct nodes *nodes, const struct adapter_message *m);

/* Worker 0: says an entry of that kind; whatever becomes of it, our sockets get it once. */
void nodes_recovery_publish(struct nodes *nodes, struct str stream, struct bytes entry);

/* Whether an entry of our own that has come back is one that our sockets have already. Worker 0. */
bool nodes_recovery_was_heard(struct nodes *nodes, const struct bus_entry *entry);

/* When the bus is closed. */
void nodes_recovery_deinit(struct nodes *nodes);

void nodes_recovery_keep(struct carrier *carrier, struct str pid, const json_t *session,
                         uint64_t keep_ms);
int nodes_recovery_take(struct carrier *carrier, struct str pid, struct worker *worker,
                        carrier_session_cb on_session, void *ctx);

/* ---- namespaces: nodes_namespace.c; worker 0, but for the first three ---- */

struct carrier_namespace *nodes_namespace_open(struct carrier *carrier, struct str name);
void nodes_namespace_close(struct carrier_namespace *nsp);
void nodes_namespace_note_room(struct carrier_namespace *nsp, struct str room, bool exists);

/* Listens to all of them: the bus has come up. */
void nodes_namespace_subscribe_all(struct nodes *nodes);

/* Whether this node has a namespace of that name. */
bool nodes_namespace_is_known(const struct nodes *nodes, struct str name);

/* The namespace that a subscription of that name is for. False: none. A view. */
bool nodes_namespace_of(const struct nodes *nodes, struct str subscription, struct str *nsp);

void nodes_namespace_destroy_all(struct nodes *nodes);

/* A subscription has been confirmed, or n are to be. nodes.c */
void nodes_expect_confirmations(struct nodes *nodes, size_t n);
void nodes_on_confirmed(int status, uint64_t number, void *ctx);

#endif
