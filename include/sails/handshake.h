/**
 * @file sails/handshake.h
 * @brief Deciding who may connect a socket: `sails.config.sockets.beforeConnect`.
 *
 *     static void before_connect(sails_handshake *handshake, void *ctx)
 *     {
 *         if (knows(ctx, sails_handshake_header(handshake, "authorization"))) {
 *             sails_handshake_accept(handshake);
 *         } else {
 *             sails_handshake_refuse(handshake, "Who are you?");
 *         }
 *     }
 *
 * Ownership  A handshake is the application's from the callback on, until it has accepted or refused;
 *            it must do one of the two, once. Views are valid until then.
 * Threads    The callback runs on a worker's thread, on several at once if there are several workers,
 *            and must not block. Everything else may be called from any thread, one at a time, within
 *            the callback or later, also when the client has gone meanwhile.
 * Errors     Every function survives NULL.
 */
#ifndef SAILS_HANDSHAKE_H
#define SAILS_HANDSHAKE_H

#include <jansson.h>

#include <sails/app.h>
#include <sails/export.h>

SAILS_BEGIN_DECLS

/** The HTTP request that wants to open a connection: there is neither a socket nor a session yet. */
typedef struct sails_handshake sails_handshake;

/**
 * Decides about a connection. Called once for each, with the first request (not for the upgrade of a
 * connection that began with polling).
 *
 * @see Sails documentation, "sails.config.sockets", beforeConnect
 */
typedef void (*sails_before_connect_cb)(sails_handshake *handshake, void *ctx);

/**
 * Sets who decides about connections; `sockets.onlyAllowOrigins` then does not count. Before the lift.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already.
 */
SAILS_API int sails_app_before_connect(sails_app *app, sails_before_connect_cb before_connect,
                                       void *ctx);

/** The target as it was sent, "/socket.io/?EIO=4&..."; a view. NULL for NULL. */
SAILS_API const char *sails_handshake_url(const sails_handshake *handshake);

/** A header by its name in any case; a view. NULL: there is none. */
SAILS_API const char *sails_handshake_header(const sails_handshake *handshake, const char *name);

/** The query as an object of texts (lists where a name is repeated); a view. NULL: no memory. */
SAILS_API json_t *sails_handshake_query(sails_handshake *handshake);

/** The peer's address as text; a view. NULL for NULL. */
SAILS_API const char *sails_handshake_ip(const sails_handshake *handshake);

/** Goes on with the connection. The handshake is gone. */
SAILS_API void sails_handshake_accept(sails_handshake *handshake);

/**
 * Refuses the connection. The handshake is gone.
 *
 * @param message  UTF-8 for the client's side; copied. NULL or "": "Forbidden".
 */
SAILS_API void sails_handshake_refuse(sails_handshake *handshake, const char *message);

SAILS_END_DECLS

#endif
