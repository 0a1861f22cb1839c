/*
 * net.h - workers: threads with a libuv loop each, their listeners, links, mailboxes and timers.
 *
 * Purpose    The only place where the project touches libuv: gives protocols links (link.h), and
 *            fills in what a worker is to the floors above (base/worker.h).
 * Ownership  A net owns its workers; a worker owns its links.
 * Threads    The thread that created it, unless said otherwise.
 * Floor      net; uses base (and nothing of the protocols).
 *
 *      thread A: worker 0                     thread B: worker 1
 *      listener --accept--> link              listener --accept--> link
 *      loop turn: reads -> protocols          ...
 *                 mail  -> deliver   <------- worker_post()
 *                 timers-> deadlines
 *                 flush: one writev per link that has something queued
 */
#ifndef NET_NET_H
#define NET_NET_H

#include "base/link.h"
#include "base/worker.h"

#include <sails/err.h>

struct net;

struct net_tls {
    const char *cert_file;  /* PEM chain; NULL: no TLS */
    const char *key_file;   /* PEM */
    const char *ca_file;    /* PEM; completes our chain, and clients are checked against it */
    const char *passphrase; /* of the key; NULL: none */
    bool request_cert;      /* only clients with a certificate of ca_file's may connect */
};

struct net_options {
    const char *host; /* NULL: all addresses, IPv6 and IPv4 on one socket (IPv4 only where
                               the machine has no IPv6) */
    unsigned port;    /* 0: any free one */
    int listen_fd; /* a socket that listens already, instead of host and port: taken by net_start(); 0: none */
    int backlog;      /* 511 as Node */
    unsigned workers; /* 1 to WORKERS_MAX; 0: one a core */
    struct net_tls tls;
    size_t
        max_queue; /* bytes queued for one link, besides its longest message; over it SAILS_ESLOW: it closes */
    size_t max_connections; /* of all workers; over it new ones are closed at once; 0: no limit */
    size_t max_connections_per_address; /* as above */
    uint64_t linger_ms;                 /* how long end() waits for the peer to close: 2 s */
    const struct log *log;              /* may be NULL */
    void *loop; /* uv_loop_t of the embedding program; then workers is 1, and the caller
                               runs the loop, which does not end before net_stop() has done its
                               work; NULL: every worker has its own */
};

extern const struct net_options net_default_options;

struct net_events {
    /* On the worker's thread, before it accepts: make what it needs, set worker->user. Nonzero:
     * the start fails with it. */
    int (*on_start)(void *ctx, struct worker *worker);
    /* A connection (TLS is done). Sets link->events and user; who does not want it aborts it. */
    void (*on_link)(void *ctx, struct worker *worker, struct link *link);
    /* net_stop() began: the listener is closed. Say goodbye and close; links that are still there
     * after the time limit are aborted. */
    void (*on_drain)(void *ctx, struct worker *worker);
    /* That time is over: what the worker still waits for (jobs) should be given up. NULL: nothing. */
    void (*on_drain_limit)(void *ctx, struct worker *worker);
    /* All links are gone, no mail will come: free what on_start made. Worker 0 is the last one. */
    void (*on_stop)(void *ctx, struct worker *worker);
};

/* Copies the options, but not the log. 0; SAILS_EINVAL; SAILS_ENOMEM; SAILS_ETLS: certificate or key
 * (logged why). */
int net_create(const struct net_options *options, const struct net_events *events, void *ctx,
               struct net **out);

/* The same as a pool of workers, whose life is in its ops. */
int net_open(const struct net_options *options, const struct net_events *events, void *ctx,
             struct worker_pool **out);

/* The socket that the first worker listens on, a view; -1: it does not listen. Between start and stop. */
int net_socket(const struct net *net);

/* The net of a pool that net_open() gave. */
struct net *net_of(struct worker_pool *pool);

/* After net_join(), or if it does not run: never started, or in vain. NULL is harmless. */
void net_destroy(struct net *net);

/*
 * Binds every worker's listening socket and starts the threads. With one worker the socket is bound
 * without SO_REUSEPORT, with several it is checked first that nobody else listens there, because
 * the kernel would share the port without a word. On an embedding program's loop on_start runs
 * here, else on the workers' threads, for which this waits.
 *
 * 0; -EADDRINUSE, -EACCES, ...; SAILS_ENOENT: unknown host; SAILS_ENOMEM; SAILS_ESTATE: it runs, or
 * has run; what an on_start returned. On failure nothing runs, the workers whose on_start had
 * succeeded have had their on_stop, and it can be tried again.
 */
int net_start(struct net *net);

/* How many connections were closed because there were too many. Any thread. */
size_t net_refused_count(const struct net *net);

/* The port that net_start() bound, and the address: "127.0.0.1"; "0.0.0.0": all of IPv4; "::": all, and of
 * IPv6 only if it was asked for as the host. */
unsigned net_port(const struct net *net);
struct worker_pool *net_pool(struct net *net);
unsigned net_worker_count(const struct net *net);
struct worker *net_worker(struct net *net, unsigned index);
const char *net_address(const struct net *net);

/* The time of day and chance, for threads that are no worker's. */
extern const struct machine net_machine;

/* Any thread, also a signal's callback on a loop: stop accepting, on_drain, wait for the links at
 * most timeout_ms, abort the rest. Returns at once. Twice is harmless; before net_start() it takes
 * effect when that has succeeded. */
void net_stop(struct net *net, uint64_t timeout_ms);

/* Waits until all workers have stopped. Not from a worker. On an embedding program's loop: on its
 * thread, outside of its callbacks; runs the loop until then. */
void net_join(struct net *net);

#endif
