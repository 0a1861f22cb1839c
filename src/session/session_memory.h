/*
 * session_memory.h - the store that is always there: sessions in the memory of the process.
 *
 * Purpose    A sails_session_store (sails/session.h) for one process, with expiry and a bound.
 * Ownership  Owns what it keeps, as text: what it hands out is nobody else's, and one that changes
 *            what it was given changes nothing in here.
 * Threads    Any; all workers share it, under a lock. Callbacks come within the call, without it.
 * Floor      session; uses base.
 */
#ifndef SESSION_SESSION_MEMORY_H
#define SESSION_SESSION_MEMORY_H

#include "base/hash.h"
#include "base/log.h"

#include <sails/session.h>
#include <stddef.h>

enum {
    SESSION_MEMORY_TELL_MS = 60 * 1000 /* how often the log is told what had to go */
};

struct session_memory_options {
    /*
     * At least 1. Over it one goes that nobody has come back for, the oldest, so that a flood of new
     * sessions pushes out itself; and only where there is none the one that was not used for the longest
     * time. Without a bound a flood of them would be a flood of memory; 100,000 small ones take about 30 MB.
     */
    size_t max_sessions;
    struct hash_key hash_key; /* random */
    /* Wall-clock time in ms since 1970; called by any thread. */
    uint64_t (*now_ms)(void *ctx);
    void *now_ctx;
    const struct log *log; /* NULL: nobody is told that the bound is reached */
};

struct session_memory;

/* NULL: no memory. */
struct session_memory *session_memory_create(const struct session_memory_options *options);
void session_memory_destroy(struct session_memory *memory); /* NULL is harmless */

/* Its functions, for whoever works with any store. */
struct sails_session_store session_memory_store(struct session_memory *memory);

/* Expired ones included that nobody has asked for. */
size_t session_memory_count(struct session_memory *memory);

#endif
