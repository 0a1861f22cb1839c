/*
 * session_limits.h - how many sessions of Engine.IO there may be.
 *
 * Purpose    A limit in all and one for an address, over all workers. A polling session needs no
 *            connection, so that limits of connections do not bound them.
 * Ownership  The app's; outlives the workers.
 * Threads    Filled in before the lift; then any worker in its turn.
 * Floor      gate; uses io, net, socketio, web, base.
 *
 * Where a limit is reached the oldest session of that worker (and that address) that has joined no
 * namespace makes room, for it is nobody's yet; where there is none, the new one is refused.
 */
#ifndef GATE_SESSION_LIMITS_H
#define GATE_SESSION_LIMITS_H

#include "io/io.h"
#include "net/peer_census.h"
#include "web/trust_proxy.h"

struct session_limits {
    struct sails_io *io;
    const struct trust_proxy *trust; /* whose word counts for a client's address */
    size_t max;                      /* 0: no limit */
    struct peer_census by_address;
    atomic_size_t n;
    atomic_uint_fast64_t n_refused;
    atomic_uint_fast64_t logged_ms; /* when a limit was told of last */
};

/* `io` and `trust` are set by the caller. 0 or SAILS_ENOMEM. */
int session_limits_init(struct session_limits *limits, size_t max, size_t max_per_address);

/* {0} is nothing to end. */
void session_limits_deinit(struct session_limits *limits);

/* 0: there is one session more; else the status that refuses it: 503, or 429 for an address. */
unsigned session_limits_admit(struct session_limits *limits, const struct eio_handshake *handshake);

/* There is one less. */
void session_limits_leave(struct session_limits *limits, const struct eio_handshake *handshake);

#endif
