/*
 * env.h - the world as a protocol sees it: the time, and chance.
 *
 * Purpose    Protocols do no I/O. What they need of the machine is in here, filled in by src/net/
 *            in production and by a seeded clock in tests and in the simulation.
 * Ownership  One per worker, which outlives all that borrows it.
 * Threads    That worker's thread only.
 * Floor      base.
 */
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include "base/deadline.h"
#include "base/hash.h"
#include "base/log.h"

struct env {
    uint64_t now_ms;  /* monotonic; set by whoever calls in, before each call */
    uint64_t unix_ms; /* since 1970, for dates that people see */
    struct deadline_set deadlines;
    struct hash_key hash_key; /* random: tables with keys from outside use it */
    unsigned worker;          /* 0 to 63: which worker this is; part of every id it makes */
    uint32_t id_counter;      /* of ids.h */
    const struct log *log;    /* may be NULL */

    /* Fills `out` with unpredictable bytes. Never fails. */
    void (*random)(void *ctx, void *out, size_t len);
    void *random_ctx;
};

#endif
