/*
 * handshake_guard.h - who may open a connection: origins, and the program's beforeConnect.
 *
 * Purpose    The two checks of Sails around those of the engine (sails-sockets 2.2): origins before
 *            all of them, and for every request; beforeConnect after them, and for handshakes only.
 * Ownership  The app owns the guard, which borrows everything. A struct sails_handshake is the
 *            program's until it has decided.
 * Threads    Filled in before the lift; then read by all workers.
 * Floor      gate; uses io, net, engineio, http, base.
 *
 *     request --turns_away--> engine's checks --on_request--> beforeConnect --accept--> session
 *                 |                 |                              |
 *                400               400                         403, 400
 */
#ifndef GATE_HANDSHAKE_GUARD_H
#define GATE_HANDSHAKE_GUARD_H

#include "gate/session_limits.h"
#include "web/origin.h"

#include <sails/handshake.h>

struct handshake_guard {
    struct sails_io *io;
    const json_t *allowed_origins; /* valid: see origin.h; NULL: any */
    bool allow_missing_origin;
    sails_before_connect_cb before_connect; /* NULL: none; with it, origins do not count */
    void *ctx;
    sails_connection_error_cb on_error; /* NULL: nobody hears of what the engine refuses */
    void *on_error_ctx;
    sails_engine_headers_cb on_headers; /* NULL: nobody adds headers */
    void *on_headers_ctx;
    sails_engine_id_cb choose_id; /* NULL: nobody chooses ids */
    void *choose_id_ctx;
    /* As eio_events.on_unknown; NULL: nobody has sessions that this node has not. */
    bool (*on_unknown)(void *ctx, struct http_exchange *x, struct str sid);
    void *on_unknown_ctx;
    bool is_production; /* refusals are logged as verbose, else as debug */
    struct session_limits sessions;
};

/* Sets the hooks of guard->io. Before the lift. */
void handshake_guard_install(struct handshake_guard *guard);

/*
 * Whether a request that `engine` is about to get is the engine's, and of an origin that may not
 * connect: then it has been refused, and is gone (sails-sockets 2.3).
 */
bool handshake_guard_turns_away(const struct handshake_guard *guard, struct eio_server *engine,
                                struct http_exchange *x);

#endif
