/**
 * @file sails/websocket.h
 * @brief WebSocket endpoints beside Socket.IO: for devices and programs that speak no more than RFC 6455.
 *
 *     static void echo(sails_websocket *ws, bool is_binary, const void *data, size_t len, void *ctx)
 *     {
 *         sails_websocket_send(ws, is_binary, data, len);
 *     }
 *
 *     static const struct sails_websocket_def devices = {.on_message = echo};
 *
 *     sails_app_websocket(app, "/ws", &devices);
 *
 * Pages of another origin may open one only if `sockets.onlyAllowOrigins` has their origin; who is no page (and
 * names no Origin) may. There are no rooms, acks or sessions; a message is bounded by
 * `sockets.maxHttpBufferSize`, and what waits for a slow reader by `sockets.maxQueueSize`, over which it is
 * closed. Pings are answered; who has gone without a word is found out when something is sent to him.
 *
 * Ownership  A connection is valid from on_open until on_close has returned; sails_websocket_retain() keeps its
 *            memory for longer, for functions that say so. All else is borrowed.
 * Threads    Callbacks run on the connection's worker, one at a time for a connection, and must not block. Said at
 *            each function.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL, or NULL.
 */
#ifndef SAILS_WEBSOCKET_H
#define SAILS_WEBSOCKET_H

#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stddef.h>

SAILS_BEGIN_DECLS

/** One connection. */
typedef struct sails_websocket sails_websocket;

/** What an endpoint does. Members that are not needed are NULL. */
struct sails_websocket_def {
    /** A connection has opened: the place to look at its headers, and to close it again. */
    void (*on_open)(sails_websocket *ws, void *ctx);

    /** A whole message; text is UTF-8, with a NUL behind it that does not count. A view, during the call. */
    void (*on_message)(sails_websocket *ws, bool is_binary, const void *data, size_t len,
                       void *ctx);

    /** It has closed: with the code that was sent or received, or 1005 (none), 1006 (no Close). The last call. */
    void (*on_close)(sails_websocket *ws, unsigned code, void *ctx);

    void *ctx;
};

/**
 * Opens WebSockets at a path. Before the lift. Requests to it that are no upgrade go on to the routes.
 *
 * @param path  "/ws", compared as it is; not below `sockets.path`, which fails the lift.
 * @param def   Copied.
 * @return 0; SAILS_EINVAL: NULL, or a path without a slash before it; SAILS_ECONFLICT: the path is taken;
 *         SAILS_ESTATE: lifted already; SAILS_ENOMEM.
 * @see    RFC 6455
 */
SAILS_API int sails_app_websocket(sails_app *app, const char *path,
                                  const struct sails_websocket_def *def);

/**
 * Sends a message. Any thread that has retained the connection; its worker's anyway.
 *
 * @param data  Text that is UTF-8, or bytes; copied.
 * @return 0: on its way; SAILS_ECLOSED: closed, as far as this thread can know; SAILS_ESLOW: it reads too slowly and
 *         is being closed; SAILS_EUTF8: text that is none; SAILS_EINVAL: NULL; SAILS_ENOMEM.
 */
SAILS_API int sails_websocket_send(sails_websocket *ws, bool is_binary, const void *data,
                                   size_t len);

/** Sends a text that ends with NUL: see sails_websocket_send(). */
SAILS_API int sails_websocket_send_text(sails_websocket *ws, const char *text);

/**
 * Closes with a code: 1000, 1008, 3000 to 4999, ...; 0: without one. on_close follows. Twice is harmless. Threads
 * as sails_websocket_send().
 *
 * @return 0; SAILS_EINVAL: NULL, or a code that may not be sent; SAILS_ENOMEM.
 */
SAILS_API int sails_websocket_close(sails_websocket *ws, unsigned code);

/** A header of the request, by its name in any case; a view, as long as the connection. NULL: there is none. Its
 *  worker only, as the next two. */
SAILS_API const char *sails_websocket_header(const sails_websocket *ws, const char *name);

/** The target of the request as it was sent, "/ws?id=7"; a view. */
SAILS_API const char *sails_websocket_url(const sails_websocket *ws);

/** The peer's address as text; a view. */
SAILS_API const char *sails_websocket_ip(const sails_websocket *ws);

/** Hangs something of the program's on it, which the program frees in on_close. Its worker only. */
SAILS_API void sails_websocket_set_user(sails_websocket *ws, void *user);

/** What sails_websocket_set_user() was given; NULL: nothing. Its worker only. */
SAILS_API void *sails_websocket_user(const sails_websocket *ws);

/** Keeps the memory of a connection until as many releases have come, so that other threads may send to it, in
 *  vain when it has closed; at the longest until the app is destroyed. Gives `ws`. Any thread that has it. */
SAILS_API sails_websocket *sails_websocket_retain(sails_websocket *ws);

/** Takes back a retain. NULL is harmless. Any thread. */
SAILS_API void sails_websocket_release(sails_websocket *ws);

SAILS_END_DECLS

#endif
