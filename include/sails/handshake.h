/**
 * @file sails/handshake.h
 * @brief Deciding who may connect a socket, and hearing of its end: `sails.config.sockets.beforeConnect`
 *        and `afterDisconnect`.
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

#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>

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

/** A header by its name in any case; a view, UTF-8 as that of sails_req_header(). NULL: there is none. */
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

/* ---- what the engine answers ---- */

/**
 * The engine has refused a request: nobody else hears of it. On a worker's thread; must not block.
 *
 * @param code     0 "Transport unknown", 1 "Session ID unknown", 2 "Bad handshake method", 3 "Bad request", 4
 *                 "Forbidden", 5 "Unsupported protocol version".
 * @param message  What the client is told; this and the next are views, during the call.
 * @param url      The target as it was sent.
 * @see Socket.IO documentation, io.engine "connection_error"
 */
typedef void (*sails_connection_error_cb)(int code, const char *message, const char *url,
                                          void *ctx);

/** Sets who hears of it. Before the lift. 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already. */
SAILS_API int sails_app_on_connection_error(sails_app *app, sails_connection_error_cb on_error,
                                            void *ctx);

/** An answer of the engine over HTTP that is about to go. */
typedef struct http_exchange sails_engine_answer;

/**
 * May add headers to the engine's answers over HTTP: to polls and what follows them. On a worker's thread; must
 * not block.
 *
 * @param is_first  The request opens a session ("initial_headers"); else "headers".
 * @see   Socket.IO documentation, io.engine "initial_headers", "headers"
 */
typedef void (*sails_engine_headers_cb)(sails_engine_answer *answer, bool is_first, void *ctx);

/** Sets who does so. Before the lift. 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already. */
SAILS_API int sails_app_on_engine_headers(sails_app *app, sails_engine_headers_cb on_headers,
                                          void *ctx);

/** Adds a header. During the call only. 0; SAILS_EINVAL: NULL, or a header that cannot be sent; SAILS_ENOMEM. */
SAILS_API int sails_engine_answer_set(sails_engine_answer *answer, const char *name,
                                      const char *value);

/** An id of the engine has so many characters, without its NUL. */
#define SAILS_ENGINE_ID_LEN 20

/** The index of the character in it that says which worker has the connection. */
#define SAILS_ENGINE_ID_FIXED 15

/**
 * May give a connection another id than the random one that it has. On a worker's thread; must not block.
 *
 * With its id a client says who it is when it polls: whoever can guess one can speak for its client, and where
 * clients of protocol 4 may come it is the id of their socket, too. So leave most of it to chance: what is to be
 * told from it fits into its beginning, "lift-07-" and twelve of the old characters behind it.
 *
 * @param handshake  The request that opens the connection, to be looked at: it has been accepted.
 * @param id         SAILS_ENGINE_ID_LEN characters of A-Z, a-z, 0-9, "-" and "_", and a NUL. Any of them may be written
 *                   over but the one at SAILS_ENGINE_ID_FIXED. What is no such id, or one that another connection has, is
 *                   told to the log, and the client is refused: code 3, "Bad request".
 * @see Socket.IO documentation, io.engine "generateId"
 */
typedef void (*sails_engine_id_cb)(const sails_handshake *handshake, char *id, void *ctx);

/** Sets who does so. Before the lift. 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already. */
SAILS_API int sails_app_on_engine_id(sails_app *app, sails_engine_id_cb choose, void *ctx);

/* ---- the end of a connection ---- */

/** A socket of the namespace "/" that has gone, and its session. */
typedef struct sails_departure sails_departure;

/**
 * Hears of the end of each socket, whatever ended it (lowering the app included). The departure is the
 * application's until it calls sails_departure_done(), once, from any thread, within the callback or later.
 * Runs on a worker's thread and must not block.
 *
 * @see Sails documentation, "sails.config.sockets", afterDisconnect
 */
typedef void (*sails_after_disconnect_cb)(sails_departure *departure, void *ctx);

/** Sets who hears of it. Before the lift. 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already;
 *  SAILS_ENOMEM. */
SAILS_API int sails_app_after_disconnect(sails_app *app, sails_after_disconnect_cb after_disconnect,
                                         void *ctx);

/** The id that the socket had; it is in no room any more. A view. NULL for NULL. */
SAILS_API const char *sails_departure_socket_id(const sails_departure *departure);

/** The session as the store has it now, to read and to change; an empty object where there is none. A
 *  view. NULL for NULL. */
SAILS_API json_t *sails_departure_session(sails_departure *departure);

/**
 * Saves the session, if there is one, and frees the departure.
 *
 * @param error  NULL: all went well. A text: it is logged, and nothing is saved.
 */
SAILS_API void sails_departure_done(sails_departure *departure, const char *error);

SAILS_END_DECLS

#endif
