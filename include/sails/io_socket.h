/**
 * @file sails/io_socket.h
 * @brief One socket of the Socket.IO server: what it said, its data, its rooms, an event to it alone.
 *
 * Ownership  JSON values given to a function are taken, also when it fails. Everything else is borrowed, and
 *            copied where it must outlive the call.
 * Threads    The socket's worker only, from within a callback that was given it, or between its connection
 *            and the end of its `disconnect` listener: see sails/io.h, which has the functions for other
 *            threads.
 * Errors     0 or a negative code of sails/err.h; after an error nothing has been changed or sent. Every
 *            function survives NULL: SAILS_EINVAL, or NULL, false, 0.
 */
#ifndef SAILS_IO_SOCKET_H
#define SAILS_IO_SOCKET_H

#include <jansson.h>

#include <sails/export.h>
#include <sails/io.h>
#include <stdbool.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/**
 * Its id, 20 characters; a view.
 *
 * That of a client of protocol 5 is made for its namespace, and may be shown to others: who knows it can
 * do nothing with it. Clients of protocol 4 (sails.io.js, socket.io-client 2) work it out by themselves
 * from the id of their session, so that theirs is that id, with "/name#" before it in other namespaces
 * than "/". Who knows the id of a session can send as its client, and while that polls take what is meant
 * for it: do not show it to others, or set `sockets.allowEIO3` to false.
 */
SAILS_API const char *sails_io_socket_id(const sails_io_socket *socket);

/** The id of its connection, SAILS_ENGINE_ID_LEN characters (sails/handshake.h); a view. Show it to nobody: who knows it
 *  can speak for the client. NULL for NULL, and for a socket that has been ended. @see "socket.conn.id" */
SAILS_API const char *sails_io_socket_engine_id(const sails_io_socket *socket);

/** The namespace that it is in; a view, as long as the socket. NULL for NULL. */
SAILS_API sails_io_namespace *sails_io_socket_namespace(const sails_io_socket *socket);

/** Whether it is connected: false while middlewares run, once it has left, and for NULL. */
SAILS_API bool sails_io_socket_is_connected(const sails_io_socket *socket);

/** Whether its state was recovered after a short loss of the connection: same id, rooms and data. */
SAILS_API bool sails_io_socket_is_recovered(const sails_io_socket *socket);

/** "polling" or "websocket". NULL for NULL, and for a socket that somebody who was told before has ended: as the
 *  handshake and its parts below. */
SAILS_API const char *sails_io_socket_transport(const sails_io_socket *socket);

/** Whether nothing is queued for its connection, and something can be sent now: where it is not, SAILS_IO_VOLATILE
 *  is dropped. False for NULL, and when it has left. @see sails_io_on_drain() */
SAILS_API bool sails_io_socket_is_writable(const sails_io_socket *socket);

/** What is known of the end of a connection beyond the reason. */
struct sails_io_disconnect_details {
    int err; /**< What lay below the reason: a code of sails/err.h, or -errno; 0: nothing. */
    /** The close code of its WebSocket, RFC 6455 section 7.4: received, or 1005: there was none in the Close, or
     *  1006: it broke. 0: it was not the WebSocket that ended. */
    unsigned close_code;
};

/**
 * Tells how the connection of a socket has ended, in its `disconnecting` and `disconnect` listeners; zeros at
 * any other time, for NULL, and for a socket that has left a connection that goes on.
 *
 * @see Socket.IO documentation, "socket.on("disconnect", (reason, details) => ...)"
 */
SAILS_API struct sails_io_disconnect_details
sails_io_socket_disconnect_details(const sails_io_socket *socket);

/** What the client sent along when it connected: an object; a view, as long as the socket. */
SAILS_API json_t *sails_io_socket_auth(const sails_io_socket *socket);

/** A header of the first request, by its name in any case; a view. NULL: there is none. */
SAILS_API const char *sails_io_socket_header(const sails_io_socket *socket, const char *name);

/** The peer's address as text, "127.0.0.1"; a view, as long as the socket. NULL for NULL. */
SAILS_API const char *sails_io_socket_address(const sails_io_socket *socket);

/** A value of the first request's query, decoded, the last one of that name; a view, as long as the socket. NULL:
 *  there is none, or no memory. */
SAILS_API const char *sails_io_socket_query(sails_io_socket *socket, const char *name);

/**
 * The handshake as Socket.IO describes it: {"headers", "time", "address", "xdomain", "secure",
 * "issued" (ms since 1970), "url", "query", "auth"}.
 *
 * @return A new reference; NULL: no memory, or the socket has been ended.
 * @see    Socket.IO documentation, "socket.handshake"
 */
SAILS_API json_t *sails_io_socket_handshake(const sails_io_socket *socket);

/** Data of the application's own: any JSON value (taken), shown by sails_io_fetch_sockets(). */
SAILS_API int sails_io_socket_set_data(sails_io_socket *socket, json_t *data);

/** A view, until the next sails_io_socket_set_data(). NULL: none was set. */
SAILS_API json_t *sails_io_socket_data(const sails_io_socket *socket);

/** Ends what sails_io_socket_set_user() was given. On the socket's worker. */
typedef void (*sails_io_free_cb)(void *user);

/**
 * Hangs something of the application's on the socket, which nobody else sees.
 *
 * @param user       Goes with the socket, after its `disconnect` listeners, or when another takes its place. A
 *                   socket that is recovered begins without.
 * @param free_user  Ends it; NULL: there is nothing to end.
 * @return 0; SAILS_EINVAL: NULL socket; SAILS_ENOMEM. After an error `user` is still the caller's.
 */
SAILS_API int sails_io_socket_set_user(sails_io_socket *socket, void *user,
                                       sails_io_free_cb free_user);

/** What sails_io_socket_set_user() was given; NULL: nothing. */
SAILS_API void *sails_io_socket_user(const sails_io_socket *socket);

/* ---- listeners of this socket alone ---- */

/**
 * Listens for an event of this socket, after the listeners of its namespace, until sails_io_socket_off() or the
 * end of the socket. One that is added twice is called twice. In its call a listener may end itself and others,
 * and its socket; those that are added in it hear the next event.
 *
 * @param event  NULL: every event.
 * @return 0; SAILS_EINVAL: NULL; SAILS_ERESERVED: as sails_io_on(); SAILS_ENOMEM.
 * @see    Socket.IO documentation, "socket.on(eventName, callback)"
 */
SAILS_API int sails_io_socket_on(sails_io_socket *socket, const char *event,
                                 sails_io_event_cb on_event, void *ctx);

/** As sails_io_socket_on(), for the next one alone. @see "socket.once(eventName, callback)" */
SAILS_API int sails_io_socket_once(sails_io_socket *socket, const char *event,
                                   sails_io_event_cb on_event, void *ctx);

/**
 * Ends listeners of this socket: those of that event (NULL: of all) and that function (NULL: any). Those of its
 * namespace stay.
 *
 * @return 0; SAILS_ENOENT: there was none; SAILS_EINVAL: NULL socket.
 * @see    "socket.off(eventName, callback)"
 */
SAILS_API int sails_io_socket_off(sails_io_socket *socket, const char *event,
                                  sails_io_event_cb on_event);

/* ---- rooms, and what goes to it ---- */

/**
 * Joins a room. Twice is harmless.
 *
 * @return 0; SAILS_EINVAL: NULL, or an empty name; SAILS_ECLOSED: disconnected; SAILS_ETOOBIG: a name of more
 *         than SAILS_ROOM_NAME_MAX bytes, or the limit of rooms per socket; SAILS_ENOMEM.
 */
SAILS_API int sails_io_socket_join(sails_io_socket *socket, const char *room);

/** Leaves a room; a room that it is not in is no error. Errors as sails_io_socket_join(). */
SAILS_API int sails_io_socket_leave(sails_io_socket *socket, const char *room);

/** Whether it is in a room; false for NULL and for names that no room can have. */
SAILS_API bool sails_io_socket_is_in(const sails_io_socket *socket, const char *room);

/** The names of its rooms, its own one included. A new reference; NULL: no memory. */
SAILS_API json_t *sails_io_socket_rooms(const sails_io_socket *socket);

/**
 * Sends an event to this socket.
 *
 * @param flags  SAILS_IO_VOLATILE, SAILS_IO_NO_COMPRESS.
 * @return As sails_io_emit(); SAILS_ECLOSED: disconnected; SAILS_ESLOW: it reads too slowly and is
 *         being disconnected.
 */
SAILS_API int sails_io_socket_emit(sails_io_socket *socket, const char *event, json_t *args,
                                   unsigned flags);

/**
 * The answer to sails_io_socket_emit_with_ack(). Runs once, on the socket's worker.
 *
 * @param status  0; SAILS_ETIMEOUT; SAILS_ECLOSED: the socket is gone (do not use it any more).
 * @param args    The arguments of the answer, an array; a view. NULL unless status is 0.
 */
typedef void (*sails_io_answer_cb)(sails_io_socket *socket, int status, json_t *args, void *ctx);

/** As sails_io_socket_emit(); timeout_ms 0: waits as long as the socket is connected. Rounded up by
 *  at most an eighth. SAILS_ETOOBIG also: too many answers are outstanding. */
SAILS_API int sails_io_socket_emit_with_ack(sails_io_socket *socket, const char *event,
                                            json_t *args, uint64_t timeout_ms,
                                            sails_io_answer_cb on_answer, void *ctx);

/** Sends to everybody whom `target` selects, but this socket. Errors as sails_io_emit(). */
SAILS_API int sails_io_socket_broadcast(sails_io_socket *socket,
                                        const struct sails_io_target *target, const char *event,
                                        json_t *args);

/** Disconnects it from its namespace, or (`close`) ends the connection. Twice is harmless. */
SAILS_API void sails_io_socket_disconnect(sails_io_socket *socket, bool close);

SAILS_END_DECLS

#endif
