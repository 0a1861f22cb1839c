/*
 * limits.h - how often clients may ask, on one worker.
 *
 * Purpose    Token buckets for requests of an address, requests of a socket and messages of a socket; off
 *            unless configured. Counts what was refused.
 * Ownership  Lies in its struct request_worker.
 * Threads    That worker's; the counters any.
 * Floor      request; uses io, base.
 */
#ifndef REQUEST_LIMITS_H
#define REQUEST_LIMITS_H

#include "io/io.h"
#include "web/rate.h"

#include <stdatomic.h>

struct sails_req;

/* A second; 0: no limit. Each may come in bursts of as many as LIMITS_BURST_S seconds allow. */
struct limits_settings {
    uint64_t requests_per_address;
    uint64_t requests_per_socket;
    uint64_t messages_per_socket;
};

enum {
    LIMITS_BURST_S = 5,
    LIMITS_KEYS_MAX = 100000 /* addresses or sockets that one worker remembers */
};

/* One of them. */
struct limit {
    bool is_on;
    struct rate_limiter rate; /* in microseconds */
    atomic_uint_fast64_t n_refused;
};

struct limits {
    struct limit requests_per_address;
    struct limit requests_per_socket;
    struct limit messages_per_socket;
};

void limits_init(struct limits *limits, const struct limits_settings *settings, struct env *env);
void limits_deinit(struct limits *limits);

/* 0: the request may run; else after how many seconds the client should come again. */
unsigned limits_of_request(struct limits *limits, const struct sails_req *req);

/* Whether a message may be heard; a refused one has been answered (its ack), or the socket gets the event
 * "sails:rateError". */
bool limits_hear(struct limits *limits, sails_io_socket *socket, sails_io_event *event,
                 uint64_t now_ms);

#endif
