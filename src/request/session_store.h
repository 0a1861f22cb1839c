/*
 * session_store.h - where sessions are kept: what a store must be able to do.
 *
 * Purpose    A session is a JSON object under an id that nobody guesses. A store is a struct of
 *            functions; session_memory.h is one. The JSON is that of Sails in Node
 *            ({"cookie":{...},"key":...}), so that servers of both kinds can share sessions.
 * Ownership  Texts are borrowed by the store and copied if it needs them later; JSON values are
 *            taken, also when it fails. `ctx` of the store lives until destroy() has returned.
 * Threads    Functions of a store are called by any worker's thread, several at once, and must not
 *            block. Their callbacks may come from any thread, once, within the call or later.
 * Floor      request; uses nothing.
 */
#ifndef REQUEST_SESSION_STORE_H
#define REQUEST_SESSION_STORE_H

#include <jansson.h>

#include <sails/err.h>
#include <stdint.h>

/** Lifetime of a session whose cookie has none: 24 h from its last use, as in Sails. */
#define SAILS_SESSION_TTL_MS 86400000

/**
 * A session has been loaded, or not.
 *
 * @param status   0; SAILS_ENOENT: there is none (or no longer); another code: the store failed.
 * @param session  On 0 an object that the callee owns and nobody else has; else NULL.
 */
typedef void (*sails_session_loaded_cb)(int status, json_t *session, void *ctx);

/** Something was done to a session: 0, or a code. */
typedef void (*sails_session_done_cb)(int status, void *ctx);

/** A store. All functions must be there; `done` may be NULL where nobody wants to know. */
typedef struct sails_session_store {
    /** Finds a session. */
    void (*load)(void *store, const char *sid, sails_session_loaded_cb loaded, void *ctx);

    /** Puts a session under its id, in place of what was there, for `ttl_ms` from now. */
    void (*save)(void *store, const char *sid, json_t *session, uint64_t ttl_ms,
                 sails_session_done_cb done, void *ctx);

    /** Lets a session live for `ttl_ms` from now. SAILS_ENOENT: there is none. */
    void (*touch)(void *store, const char *sid, uint64_t ttl_ms, sails_session_done_cb done,
                  void *ctx);

    /** Forgets a session. One that is not there is no error. */
    void (*destroy)(void *store, const char *sid, sails_session_done_cb done, void *ctx);

    void *store; /**< The first argument of each. */
} sails_session_store;

#endif
