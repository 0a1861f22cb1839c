/**
 * @file sails/session.h
 * @brief Sessions: what the server remembers of a client from one request to the next.
 *
 * A session is a JSON object. Which one is a request's says a signed cookie, `sails.sid`, that HTTP
 * clients and the sockets opened with their cookies share. A client without one gets a new session;
 * a socket whose handshake had no cookie has one of its own for as long as it lives. The session is
 * loaded before the action runs, and saved, whatever the action did, before the answer is sent. Two
 * requests at once each work on a copy, and the last one that is answered wins, as in Sails.
 *
 * A new session that nothing was put into is not stored. Its client has its cookie all the same, and
 * may fill the session later: this process remembers the ids of the last 16384 of them.
 *
 * There is none (NULL) where sessions are switched off (`session.enabled`), for paths that look like
 * files ("/logo.png"), for requests with a header `nosession` (of a socket: of its handshake, or
 * `?nosession=1` there), and while the store fails.
 *
 * Sessions are kept in memory, or in Redis (`session.adapter`), there in the format of Sails in Node, so that
 * servers of both kinds share them; or in a store of the program's own (below).
 *
 * Ownership  Views, and what a store is given and gives: see there.
 * Threads    sails_req_session*: as sails/req.h. The store: see there.
 * Errors     0 or a negative code of sails/err.h.
 * @see       Sails documentation, "Sessions"
 */
#ifndef SAILS_SESSION_H
#define SAILS_SESSION_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/* ---- the session of a request ---- */

/**
 * The session: an object to read and to change. Its member `cookie` is the server's own, and so is
 * `csrfSecret`.
 *
 * @return A view, until the request is answered, or the session destroyed or regenerated; NULL: the
 *         request has none, or NULL.
 * @see    Sails reference, req.session
 */
SAILS_API json_t *sails_req_session(sails_req *req);

/**
 * Ends the session (a log-out): when the request is answered the store forgets it. The client's next request
 * gets a new one.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ENOENT: there is no session; SAILS_ESTATE: answered.
 * @see    Sails documentation, "Sessions"; express-session, session.destroy()
 */
SAILS_API int sails_req_session_destroy(sails_req *req);

/**
 * Gives the client an empty session under a new id, and makes the store forget the old one: for
 * every log-in, so that an id that somebody knew before is worth nothing after it.
 *
 * @return 0; SAILS_EINVAL; SAILS_ENOENT: there is no session; SAILS_ESTATE: answered; SAILS_ENOMEM.
 * @see    express-session, session.regenerate()
 */
SAILS_API int sails_req_session_regenerate(sails_req *req);

/* ---- stores ---- */

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

/**
 * A store: functions, and their first argument. All functions must be there. They are called by any
 * worker's thread, several at once, and must not block; their callbacks may come from any thread,
 * exactly once, within the call or later. Texts are borrowed (copied if needed later), JSON values
 * are taken, also when it fails. `done` may be NULL where nobody wants to know.
 */
struct sails_session_store {
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

    void *store; /**< The first argument of each; it outlives the app. */
};

/**
 * Keeps sessions in a store of the program's own, whatever `session.adapter` says. Before the lift.
 *
 * @param store  Copied.
 * @return 0; SAILS_EINVAL: NULL, or a function is missing; SAILS_ESTATE: lifted already.
 */
SAILS_API int sails_app_session_store(sails_app *app, const struct sails_session_store *store);

SAILS_END_DECLS

#endif
