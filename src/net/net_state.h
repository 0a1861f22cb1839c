/*
 * net_state.h - what a net is made of, for the modules of this floor.
 *
 * Purpose    Lets workers, listeners and links reach what they share.
 * Ownership  net.c makes and frees it.
 * Threads    Written by net.c before the workers' threads begin and after they have ended; the
 *            atomics any time, and what `lock` guards under it.
 * Floor      net.
 */
#ifndef NET_NET_STATE_H
#define NET_NET_STATE_H

#include "base/ids.h"
#include "net/address.h"
#include "net/jobs.h"
#include "net/loop.h"
#include "net/net.h"
#include "net/peer_census.h"
#include "net/tls_context.h"

#include <uv.h>

#include <pthread.h>
#include <stdatomic.h>

enum net_phase {
    NET_IDLE,    /* created, or a start failed */
    NET_RUNNING, /* from net_start() to net_join() */
    NET_JOINED
};

/* What the workers' threads tell the one that starts them, and wait for. */
struct start_gate {
    unsigned n_ready; /* workers whose on_start has returned */
    int error;        /* the first one's that failed */
    bool is_decided;
    bool may_serve;
};

struct net {
    struct worker_pool pool;
    struct net_options options; /* the TLS files' names are not kept */
    char *host;                 /* options.host, or NULL */
    struct net_events events;
    void *ctx;
    struct tls_context *tls; /* NULL: plain TCP */
    struct jobs *files;      /* pool.files */
    enum net_phase phase;
    unsigned port;                   /* it listens there */
    char address[ADDRESS_TEXT_SIZE]; /* the same */
    atomic_size_t n_connections;     /* of all workers, also those on their way between two */
    struct peer_census census;       /* the same, by address, where there is a limit */
    atomic_size_t n_refused;         /* connections that were too many */

    uv_mutex_t lock;
    uv_cond_t changed;
    struct start_gate gate;
    bool is_orphan; /* net_destroy() came while an embedding loop still had our handles */

    atomic_bool is_stopping;
    _Atomic uint64_t stop_timeout_ms;

    pthread_t threads[WORKERS_MAX];
    unsigned n_threads;
    struct loop *loops[WORKERS_MAX];
};

/* A connection has come, or is gone. */
void net_count(struct net *net, const struct peer_address *peer);
void net_uncount(struct net *net, const struct peer_address *peer);

/* A worker's last handle has closed; after this call the worker may be gone. */
void net_worker_closed(struct net *net, struct loop *loop);

#endif
