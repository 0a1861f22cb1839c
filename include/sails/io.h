/**
 * @file sails/io.h
 * @brief The Socket.IO server.
 *
 * For those who know Socket.IO: a namespace (`io.of("/chat")`) is a sails_io_namespace, a `socket`
 * a sails_io_socket, and `io.to("room").except("other").volatile.emit(...)` is one call that takes
 * a sails_io_target. Listeners are set on the namespace, once, and not on every socket: they get the
 * socket as their first argument.
 *
 *     static void on_hello(sails_io_socket *socket, sails_io_event *event, void *ctx)
 *     {
 *         sails_io_event_ack(event, json_pack("[s]", "hello yourself"));
 *     }
 *
 *     sails_app *app = sails_app_create();
 *     sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");
 *
 *     sails_io_on(root, "hello", on_hello, NULL);
 *     return sails_app_run(app, argc, argv);
 *
 * Ownership  JSON values given to a function are taken, also when it fails. Everything else is
 *            borrowed, and copied where it must outlive the call.
 * Threads    A socket belongs to one worker: its listeners run on that worker's thread, and functions
 *            that take a sails_io_socket or a sails_io_event may be called there only, from within a
 *            callback that was given it, or between its connection and the end of its `disconnect`
 *            listener. From other threads, address a socket by its id: every function that takes a
 *            sails_io_namespace may be called from any thread. Listeners, middlewares and namespaces
 *            are defined before the app is lifted.
 * Errors     0 or a negative code of sails/err.h; after an error nothing has been changed or sent.
 *            Every function survives NULL: SAILS_EINVAL, or NULL, false, 0.
 */
#ifndef SAILS_IO_H
#define SAILS_IO_H

#include <jansson.h>

#include <sails/binary.h>
#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

SAILS_BEGIN_DECLS

/** Longest name of a namespace that a client's name makes, in bytes. */
#define SAILS_NAMESPACE_NAME_MAX 255

/** A list of rooms (or of socket ids, which are rooms, too): `SAILS_ROOMS("a", "b")`. */
#define SAILS_ROOMS(...) SAILS_LIST_OF_TEXTS(__VA_ARGS__)

typedef struct sails_io sails_io;
typedef struct sails_io_namespace sails_io_namespace;
typedef struct sio_socket sails_io_socket;
typedef struct sails_io_event sails_io_event;
typedef struct sails_io_ack sails_io_ack;
typedef struct sails_io_next sails_io_next;

/** Flags of a sails_io_target. */
enum {
    /** Dropped for a client that cannot be written to right now. With `sockets.connectionStateRecovery`
     *  one that has no arguments, or a text for the last, gets null behind it: clients would take that
     *  text for the offset that they come back with. */
    SAILS_IO_VOLATILE = 1,
    SAILS_IO_LOCAL = 2,      /**< This node only. */
    SAILS_IO_NO_COMPRESS = 4 /**< Not compressed, even where compression was negotiated. */
};

/**
 * Whom something concerns. `{0}`, or NULL in its place, is everybody in the namespace.
 */
struct sails_io_target {
    /** Members of any of these rooms, each socket once; ends with NULL: see SAILS_ROOMS. NULL:
     *  everybody. An empty list: nobody (so that a name that is missing never means everybody). */
    const char *const *to;
    /** But nobody who is in one of these; ends with NULL. NULL: no exception. */
    const char *const *except;
    unsigned flags; /**< SAILS_IO_... */
    /** As `to` and besides it, in JSON: a text, or a list of texts; borrowed. NULL: there are no more. */
    const json_t *to_json;
    const json_t *except_json; /**< As `except` and besides it. */
};

/*
 * Targets as expressions, where one is an argument: `sails_io_emit(nsp, SAILS_TO("hall"), "news", args)`. They
 * live as long as SAILS_ROOMS (C: the block; C++: the call), and what they name is borrowed.
 *
 * SAILS_TO       the members of these rooms; of a list that is empty, nobody
 * SAILS_EXCEPT   everybody but those who are in one of these
 * SAILS_TO_JSON  the members of the rooms that a JSON text or list names; of NULL, nobody
 */
#ifdef __cplusplus
SAILS_END_DECLS
struct sails_io_target_value {
    struct sails_io_target target;
    const struct sails_io_target *pointer() const
    {
        return &target;
    }
};
SAILS_BEGIN_DECLS
#define SAILS_TO(...)                                                                              \
    (sails_io_target_value{{SAILS_ROOMS(__VA_ARGS__), nullptr, 0, nullptr, nullptr}}.pointer())
#define SAILS_EXCEPT(...)                                                                          \
    (sails_io_target_value{{nullptr, SAILS_ROOMS(__VA_ARGS__), 0, nullptr, nullptr}}.pointer())
#define SAILS_TO_JSON(names)                                                                       \
    (sails_io_target_value{{SAILS_ROOMS(nullptr), nullptr, 0, (names), nullptr}}.pointer())
#else
#define SAILS_TO(...)     (&(const struct sails_io_target){.to = SAILS_ROOMS(__VA_ARGS__)})
#define SAILS_EXCEPT(...) (&(const struct sails_io_target){.except = SAILS_ROOMS(__VA_ARGS__)})
#define SAILS_TO_JSON(names)                                                                       \
    (&(const struct sails_io_target){.to = SAILS_ROOMS(NULL), .to_json = (names)})
#endif

/* ---------------------------------------------------------------------------------------------
 * The server and its namespaces
 * ------------------------------------------------------------------------------------------ */

/** The Socket.IO server of an app; lives as long as the app. NULL for NULL. Any thread. */
SAILS_API sails_io *sails_app_io(sails_app *app);

/**
 * The namespace of that name; it is defined if it is new and the app is not lifted yet. A missing
 * leading '/' is added. The namespace lives as long as the app; but one that a client's name has made
 * (sails_io_of_matching()) goes with its last socket, unless `sockets.cleanupEmptyChildNamespaces` is
 * off: then what was returned may be used for ten seconds more, and must be looked up again later.
 *
 * @return NULL: NULL argument, no memory, or unknown and too late to be defined: the app is lifted, or is just being
 *         lifted and asks functions of sails_io_of_matching(). (In hooks and the bootstrap function it is not too late.)
 * @see    Socket.IO documentation, server API, "server.of(nsp)"
 */
SAILS_API sails_io_namespace *sails_io_of(sails_io *io, const char *name);

/**
 * Tells whether a name is one of a dynamic namespace. Runs on a worker's thread (on several at
 * once, if there are several workers); and in the lift, for each namespace that is defined by name.
 *
 * @param name  As the client sent it; or as it was defined.
 * @param auth  What the client sent along, an object; a view. Empty in the lift.
 */
typedef bool (*sails_io_match_cb)(const char *name, json_t *auth, void *ctx);

/**
 * Defines namespaces by a function: when a client names a namespace that nobody has defined, the
 * functions are asked in the order of definition, and the first that says yes makes it a child of
 * the returned parent, with the parent's middlewares and listeners. What is emitted to the parent
 * reaches all its children. A namespace that was defined by name becomes a child, too, if a function says
 * yes to its name: the parent's middlewares and listeners come before its own. ("/" never does.) Before
 * the lift.
 *
 * There are no more than `sockets.maxDynamicNamespaces` at once, and as many that have gone in the last ten
 * seconds, with names of SAILS_NAMESPACE_NAME_MAX bytes at most; clients are refused what is over.
 *
 * @return The parent; NULL: NULL argument, lifted already, or no memory.
 * @see    Socket.IO documentation, "Dynamic namespaces"
 */
SAILS_API sails_io_namespace *sails_io_of_matching(sails_io *io, sails_io_match_cb match,
                                                   void *ctx);

/** A namespace that has been made: see sails_io_on_new_namespace(), sails_io_add_namespace(). */
typedef void (*sails_io_namespace_cb)(sails_io_namespace *nsp, void *ctx);

/**
 * Defines a namespace at any time, also after the lift: `define` sets its middlewares and listeners, and then
 * clients find it, on every worker. Those that were refused before may try again. It lives as long as the app;
 * sails_io_of() looks it up. Any thread.
 *
 * @param name    A missing leading '/' is added.
 * @param define  Called before this returns, on this thread; for that time alone the namespace's listeners can
 *                be set.
 * @return 0; SAILS_EINVAL: NULL, or an empty name; SAILS_EEXIST: there is one of that name; SAILS_ETOOBIG: a
 *         name of more than SAILS_NAMESPACE_NAME_MAX bytes; SAILS_ESTATE: the app is being lifted or
 *         lowered; SAILS_ENOMEM.
 * @see    Socket.IO documentation, server API, "server.of(nsp)"
 */
SAILS_API int sails_io_add_namespace(sails_io *io, const char *name, sails_io_namespace_cb define,
                                     void *ctx);

/**
 * Sets who hears of namespaces that sails_io_of_matching() makes (on a worker's thread, before their first
 * socket is asked in; they may go again), and of those of sails_io_add_namespace() (on the thread that calls it).
 * Before the lift.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already.
 * @see    Socket.IO documentation, "new_namespace"
 */
SAILS_API int sails_io_on_new_namespace(sails_io *io, sails_io_namespace_cb on_namespace,
                                        void *ctx);

/** The name, "/chat"; a view, as long as the namespace. NULL for NULL and for a parent. Any thread. */
SAILS_API const char *sails_io_namespace_name(const sails_io_namespace *nsp);

/* ---------------------------------------------------------------------------------------------
 * Who may connect
 * ------------------------------------------------------------------------------------------ */

/**
 * Decides about a socket before it is connected: calls sails_io_next_accept() or
 * sails_io_next_refuse() once, now or later. Runs on the socket's worker.
 */
typedef void (*sails_io_middleware_cb)(sails_io_socket *socket, sails_io_next *next, void *ctx);

/**
 * Adds a middleware to a namespace; they run in the order in which they were added. Before the lift.
 *
 * @return 0; SAILS_EINVAL; SAILS_ESTATE: lifted already; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "Middlewares"
 */
SAILS_API int sails_io_use(sails_io_namespace *nsp, sails_io_middleware_cb middleware, void *ctx);

/**
 * Goes on to the next middleware, or connects the socket after the last. Consumes `next`. Any thread.
 * If the client is gone meanwhile, nothing happens. NULL is harmless.
 */
SAILS_API void sails_io_next_accept(sails_io_next *next);

/**
 * Refuses the socket: the client gets a `connect_error` with that message and data. Consumes `next`.
 * The connection stays open; the client may try again. Any thread. NULL is harmless.
 *
 * @param message  NULL: none.
 * @param data     Taken; NULL: none.
 */
SAILS_API void sails_io_next_refuse(sails_io_next *next, const char *message, json_t *data);

/* ---------------------------------------------------------------------------------------------
 * Listeners
 * ------------------------------------------------------------------------------------------ */

/** A socket has connected. It is in its own room; what is emitted to it here follows its reply. */
typedef void (*sails_io_connection_cb)(sails_io_socket *socket, void *ctx);

/**
 * A socket goes (on_disconnecting: its rooms are still there) or is gone (on_disconnect: in no room,
 * and not to be used after the last listener has returned).
 *
 * @param reason  One of: "transport close", "transport error", "ping timeout", "parse error",
 *                "forced close", "forced server close", "client namespace disconnect",
 *                "server namespace disconnect", "server shutting down".
 */
typedef void (*sails_io_disconnect_cb)(sails_io_socket *socket, const char *reason, void *ctx);

/** An event from a client. `event` is valid during the call. */
typedef void (*sails_io_event_cb)(sails_io_socket *socket, sails_io_event *event, void *ctx);

/**
 * Sets a listener: all return 0; SAILS_EINVAL: NULL argument; SAILS_ESTATE: lifted already;
 * SAILS_ENOMEM. Several listeners of one kind run in the order in which they were added.
 */
SAILS_API int sails_io_on_connection(sails_io_namespace *nsp, sails_io_connection_cb on_connection,
                                     void *ctx);

/** A socket goes; errors as sails_io_on_connection(). @see "disconnecting" */
SAILS_API int sails_io_on_disconnecting(sails_io_namespace *nsp,
                                        sails_io_disconnect_cb on_disconnecting, void *ctx);

/** A socket is gone; errors as sails_io_on_connection(). @see "disconnect" */
SAILS_API int sails_io_on_disconnect(sails_io_namespace *nsp, sails_io_disconnect_cb on_disconnect,
                                     void *ctx);

/** Listens for one event; SAILS_ERESERVED: connect, disconnect and the like are not events. */
SAILS_API int sails_io_on(sails_io_namespace *nsp, const char *event, sails_io_event_cb on_event,
                          void *ctx);

/** Listens for every event, before the listeners of its name. @see "socket.onAny(callback)" */
SAILS_API int sails_io_on_any(sails_io_namespace *nsp, sails_io_event_cb on_event, void *ctx);

/** As sails_io_on_any(), before all listeners of that kind that are there. @see "socket.prependAny(callback)" */
SAILS_API int sails_io_prepend_any(sails_io_namespace *nsp, sails_io_event_cb on_event, void *ctx);

/**
 * An event that is about to be sent, once for each call that sends one, whoever gets it. On the thread that has
 * called; it must not send to the namespace itself.
 *
 * @param socket  The one socket that gets it; NULL: as many as a target selects.
 * @param args    An array; a view, during the call.
 */
typedef void (*sails_io_outgoing_cb)(sails_io_namespace *nsp, sails_io_socket *socket,
                                     const char *event, json_t *args, void *ctx);

/** Listens for events that this node's program sends to the namespace. Errors as sails_io_on_connection().
 *  @see "socket.onAnyOutgoing(callback)" */
SAILS_API int sails_io_on_any_outgoing(sails_io_namespace *nsp, sails_io_outgoing_cb on_outgoing,
                                       void *ctx);

/**
 * Listens for the moment at which the connection of a socket, which began with polling, goes on as a WebSocket.
 * Errors as sails_io_on_connection(). @see "socket.conn.on("upgrade")"
 */
SAILS_API int sails_io_on_upgrade(sails_io_namespace *nsp, sails_io_connection_cb on_upgrade,
                                  void *ctx);

/**
 * Listens for the moment at which all that was queued for the connection of a socket has left: a poll has taken
 * it, or the kernel. Who sends much to one socket goes on here. (Over polling, what is sent
 * next waits for the client's next poll.) Errors as
 * sails_io_on_connection(). @see "socket.conn.on("drain")"
 */
SAILS_API int sails_io_on_drain(sails_io_namespace *nsp, sails_io_connection_cb on_drain,
                                void *ctx);

/** What has happened to a room of this node. */
enum sails_io_room_change {
    SAILS_IO_ROOM_CREATED, /**< Its first socket comes. */
    SAILS_IO_ROOM_JOINED,
    SAILS_IO_ROOM_LEFT,
    SAILS_IO_ROOM_DELETED /**< Its last socket has gone. */
};

/**
 * A room has changed; the room that each socket has of its own is one, too. Runs on the worker of the socket. It
 * may change rooms itself, and end the socket.
 *
 * @param room    Its name; a view, during the call.
 * @param socket  Who has come or gone; NULL: it was made, or is no more. These two are told for all workers
 *                together, one after the other, under a lock: in them take no lock of yours in which you change
 *                rooms.
 */
typedef void (*sails_io_room_cb)(sails_io_namespace *nsp, enum sails_io_room_change change,
                                 const char *room, sails_io_socket *socket, void *ctx);

/** Listens for changes of the namespace's rooms on this node. Errors as sails_io_on_connection().
 *  @see "Adapter", "create-room", "join-room", "leave-room", "delete-room" */
SAILS_API int sails_io_on_room_change(sails_io_namespace *nsp, sails_io_room_cb on_room, void *ctx);

/**
 * Looks at every event before any listener does; false keeps it from them. (A client that waits for
 * an ack is not told, unless the function sends it, or says sails_io_event_refuse().) @see "socket.use(fn)"
 */
typedef bool (*sails_io_filter_cb)(sails_io_socket *socket, sails_io_event *event, void *ctx);

/** Adds a filter; they run in the order of adding. Errors as sails_io_on_connection(). */
SAILS_API int sails_io_use_event(sails_io_namespace *nsp, sails_io_filter_cb filter, void *ctx);

/** The name; a view. A number that a client used as a name is given as text. */
SAILS_API const char *sails_io_event_name(const sails_io_event *event);

/**
 * The arguments as an array, parsed when first asked for; binary ones as in sails/binary.h. A view,
 * valid during the callback: json_incref() what must live longer. NULL: no memory, or NULL.
 *
 * All text is valid UTF-8; a half of a surrogate pair, which JSON can say and UTF-8 cannot, becomes
 * U+FFFD. A text may have a NUL in it: json_string_length() tells where it ends. Names of members
 * never have one, nor has the event's: a packet with such a name is invalid.
 */
SAILS_API json_t *sails_io_event_args(sails_io_event *event);

/** The argument at `index`, from 0; NULL: there is none. A view, as above. */
SAILS_API json_t *sails_io_event_arg(sails_io_event *event, size_t index);

/** Whether the client waits for an ack that has not been sent or taken yet. */
SAILS_API bool sails_io_event_wants_ack(const sails_io_event *event);

/**
 * Answers an event, also when the socket was disconnected meanwhile: the answer goes to the client's
 * connection, behind the word that it is disconnected.
 *
 * @param args  Taken. An array: the arguments of the client's callback; any other value: the only
 *              one; NULL: none.
 * @return 0; SAILS_ESTATE: no ack is wanted, or it was sent or taken already; SAILS_ECLOSED: the
 *         client is gone; SAILS_EJSON, SAILS_ETOOBIG: as sails_io_emit(); SAILS_ENOMEM.
 */
SAILS_API int sails_io_event_ack(sails_io_event *event, json_t *args);

/**
 * Tells the client that its event is refused: for filters, which then give false. An ack that is wanted gets
 * {"error": {"message", "data"}}; otherwise the client hears the event "error" with {"message", "data"}.
 *
 * @param message  NULL: none.
 * @param data     Taken; NULL: none.
 * @return As sails_io_event_ack(), or sails_io_socket_emit().
 */
SAILS_API int sails_io_event_refuse(sails_io_event *event, const char *message, json_t *data);

/** Takes the right to answer out of the event, for later. NULL: none is wanted, or no memory. */
SAILS_API sails_io_ack *sails_io_event_take_ack(sails_io_event *event);

/** Answers, from any thread, and consumes `ack`. Errors as sails_io_event_ack(); also when the client
 *  has gone meanwhile 0 is returned: nobody is there to hear. */
SAILS_API int sails_io_ack_send(sails_io_ack *ack, json_t *args);

/** Gives up on answering and frees `ack`. NULL is harmless. */
SAILS_API void sails_io_ack_drop(sails_io_ack *ack);

/* ---------------------------------------------------------------------------------------------
 * Emitting to many
 * ------------------------------------------------------------------------------------------ */

/**
 * Sends an event to everybody whom `target` selects, on all workers (and nodes). Encoded once,
 * whoever receives it.
 *
 * @param target  NULL: everybody in the namespace.
 * @param event   Not a reserved name; may be empty.
 * @param args    Taken. An array: the arguments; any other value: the only one; NULL: none (so what
 *                json_pack() could not make is sent as an event without arguments).
 * @return 0; SAILS_EINVAL: NULL namespace or event, an empty name of a room, a list in JSON that is none;
 *         SAILS_ERESERVED; SAILS_EJSON: a text that is not UTF-8; SAILS_ETOOBIG: a room's name of more than
 *         SAILS_ROOM_NAME_MAX bytes, or more than 10 binary values, which clients refuse (with
 *         `sockets.parser` "msgpack" any number, and SAILS_EJSON for values deeper than 60); SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "Broadcasting events"
 */
SAILS_API int sails_io_emit(sails_io_namespace *nsp, const struct sails_io_target *target,
                            const char *event, json_t *args);

/**
 * All answers to sails_io_emit_with_ack(). Runs once, on a worker's thread.
 *
 * @param status   0: everybody has answered; SAILS_ETIMEOUT: somebody has not, in time or at all;
 *                 SAILS_ECLOSED: the app was lowered meanwhile; SAILS_ENOMEM.
 * @param answers  An array of the first argument of each answer (null if it had none), in the
 *                 order of arrival; a view.
 */
typedef void (*sails_io_answers_cb)(int status, json_t *answers, void *ctx);

/**
 * As sails_io_emit(), and gathers the answers.
 *
 * @param timeout_ms  At least 1. Rounded up by at most an eighth.
 * @return As sails_io_emit(); SAILS_EINVAL also for a timeout of 0 and for a parent namespace. On an
 *         error `on_answers` is not called.
 */
SAILS_API int sails_io_emit_with_ack(sails_io_namespace *nsp, const struct sails_io_target *target,
                                     const char *event, json_t *args, uint64_t timeout_ms,
                                     sails_io_answers_cb on_answers, void *ctx);

/**
 * Makes everybody whom `target` selects join, or leave, each of `rooms`.
 *
 * @param done  Told when all workers of this node have applied it: 0; SAILS_ENOMEM: one could not, to
 *              everybody; SAILS_ECLOSED: the app was lowered meanwhile. NULL: nobody is told.
 * @return 0: on its way; SAILS_EINVAL: NULL namespace, no rooms, an empty name; SAILS_ETOOBIG: a name too long;
 *         SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "Utility methods"
 */
SAILS_API int sails_io_sockets_join(sails_io_namespace *nsp, const struct sails_io_target *target,
                                    const char *const *rooms, sails_done_cb done, void *ctx);

/** As sails_io_sockets_join(), the other way; rooms that somebody is not in are no error. */
SAILS_API int sails_io_sockets_leave(sails_io_namespace *nsp, const struct sails_io_target *target,
                                     const char *const *rooms, sails_done_cb done, void *ctx);

/** Disconnects them from the namespace, or (`close`) ends their connections. Errors as above. */
SAILS_API int sails_io_disconnect_sockets(sails_io_namespace *nsp,
                                          const struct sails_io_target *target, bool close,
                                          sails_done_cb done, void *ctx);

/** Where an operation has been done: `n_confirmed` of `n_nodes` nodes, this one among both. */
struct sails_io_confirmed {
    size_t n_nodes;
    size_t n_confirmed;
};

/**
 * Tells on how many nodes an operation is done. Runs once, on a worker's thread.
 *
 * @param status  0: on all; SAILS_ETIMEOUT: not all have said so within
 *                `sockets.adapterOptions.requestsTimeout`, or Redis was lost; SAILS_ECLOSED: the app was lowered
 *                meanwhile; SAILS_ENOMEM.
 * @param nodes   A view. A node that is alone (Redis is away) is all that there is.
 */
typedef void (*sails_io_confirmed_cb)(int status, const struct sails_io_confirmed *nodes,
                                      void *ctx);

/**
 * As sails_io_sockets_join(), and tells when every node has done it, where that tells of this node only. Nodes
 * in Node do it, too, but do not say so: with such nodes it ends with SAILS_ETIMEOUT and the number of the
 * others. SAILS_IO_LOCAL has no meaning here.
 *
 * @return As there; SAILS_EINVAL also: no callback, or a parent namespace. On an error it is not called.
 */
SAILS_API int sails_io_sockets_join_confirmed(sails_io_namespace *nsp,
                                              const struct sails_io_target *target,
                                              const char *const *rooms,
                                              sails_io_confirmed_cb on_confirmed, void *ctx);

/** As sails_io_sockets_join_confirmed(), the other way. */
SAILS_API int sails_io_sockets_leave_confirmed(sails_io_namespace *nsp,
                                               const struct sails_io_target *target,
                                               const char *const *rooms,
                                               sails_io_confirmed_cb on_confirmed, void *ctx);

/** As sails_io_disconnect_sockets(), likewise. */
SAILS_API int sails_io_disconnect_sockets_confirmed(sails_io_namespace *nsp,
                                                    const struct sails_io_target *target,
                                                    bool close, sails_io_confirmed_cb on_confirmed,
                                                    void *ctx);

/**
 * The sockets that were asked for. Runs once, on a worker's thread.
 *
 * @param sockets  An array of {"id", "handshake": {...}, "rooms": [...], "data": ...}, see
 *                 sails_io_socket_handshake(); a view.
 */
typedef void (*sails_io_sockets_cb)(int status, json_t *sockets, void *ctx);

/** Fetches what is known of everybody whom `target` selects. Errors as sails_io_sockets_join(). */
SAILS_API int sails_io_fetch_sockets(sails_io_namespace *nsp, const struct sails_io_target *target,
                                     sails_io_sockets_cb on_sockets, void *ctx);

/**
 * A list that was asked for. Runs once, on a worker's thread.
 *
 * @param status  0; SAILS_ETIMEOUT: not all nodes have answered within
 *                `sockets.adapterOptions.requestsTimeout`, or Redis was lost; SAILS_ECLOSED: the app was
 *                lowered meanwhile; SAILS_ENOMEM.
 * @param list    An array: what there is, also after an error; a view.
 */
typedef void (*sails_io_list_cb)(int status, json_t *list, void *ctx);

/**
 * Asks for the names of all rooms of a namespace, on every node, each once; a socket that is in the room of
 * its own id counts. A node that is alone (Redis is away) tells of its own.
 *
 * @param flags  0, or SAILS_IO_LOCAL: of this node.
 * @return 0; SAILS_EINVAL: NULL, or a parent namespace; SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 *         On an error `on_rooms` is not called.
 * @see    Socket.IO documentation, "Adapter", `allRooms()`
 */
SAILS_API int sails_io_all_rooms(sails_io_namespace *nsp, unsigned flags, sails_io_list_cb on_rooms,
                                 void *ctx);

/* ---------------------------------------------------------------------------------------------
 * From program to program, over all nodes (sails/app.h: setting `sockets.adapter`)
 * ------------------------------------------------------------------------------------------ */

/** An event of another node's program. */
typedef struct sails_io_server_event sails_io_server_event;

/** The right to answer it. */
typedef struct cluster_answer sails_io_server_ack;

/** An event from another node; `event` is valid during the call. Runs on a worker's thread. */
typedef void (*sails_io_server_event_cb)(sails_io_namespace *nsp, sails_io_server_event *event,
                                         void *ctx);

/**
 * Listens for an event that other nodes' programs emit with sails_io_server_side_emit(), or Socket.IO's
 * `serverSideEmit()`. Of a parent: for its children, too. Before the lift.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: lifted already; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "io.serverSideEmit(eventName[, ...args][, ack])"
 */
SAILS_API int sails_io_on_server_side_event(sails_io_namespace *nsp, const char *event,
                                            sails_io_server_event_cb on_event, void *ctx);

/** Its name; a view. NULL for NULL. */
SAILS_API const char *sails_io_server_event_name(const sails_io_server_event *event);

/** Its arguments, an array; a view, valid during the callback. NULL for NULL. */
SAILS_API json_t *sails_io_server_event_args(const sails_io_server_event *event);

/** Takes the right to answer out of the event, for now or later. NULL: no answer is wanted, or another
 *  listener has it. One that nobody takes is not answered, and who has asked waits in vain. */
SAILS_API sails_io_server_ack *sails_io_server_event_take_ack(sails_io_server_event *event);

/**
 * Answers, from any thread, and consumes `ack`.
 *
 * @param value  Taken; NULL: null.
 * @return 0, also if the other node has gone; SAILS_EINVAL: NULL as `ack`.
 */
SAILS_API int sails_io_server_ack_send(sails_io_server_ack *ack, json_t *value);

/** Gives up on answering and frees `ack`. NULL is harmless. */
SAILS_API void sails_io_server_ack_drop(sails_io_server_ack *ack);

/**
 * Emits an event to the programs of all other nodes: not to this one's, and to no socket. Without other
 * nodes nothing happens.
 *
 * @param args  As of sails_io_emit(). Binary values arrive as {"type": "Buffer", "data": [...]}.
 * @return 0: on its way; SAILS_EINVAL: NULL, or a parent namespace; SAILS_ERESERVED: "connect", "connection",
 *         "new_namespace"; SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "io.serverSideEmit(eventName[, ...args][, ack])"
 */
SAILS_API int sails_io_server_side_emit(sails_io_namespace *nsp, const char *event, json_t *args);

/**
 * As sails_io_server_side_emit(), and gathers what each of the other nodes answers, in the order of arrival.
 * Socket.IO 3 and Sails in Node do not answer: with such nodes it ends with SAILS_ETIMEOUT.
 *
 * @return As there; SAILS_EINVAL also: no callback. On an error it is not called.
 */
SAILS_API int sails_io_server_side_emit_with_ack(sails_io_namespace *nsp, const char *event,
                                                 json_t *args, sails_io_list_cb on_answers,
                                                 void *ctx);

/* ---------------------------------------------------------------------------------------------
 * Looking at the sockets of this node, from any thread
 * ------------------------------------------------------------------------------------------ */

/**
 * A socket, on its worker: as long as the call, and as in its listeners, whatever functions of one socket may be
 * called.
 *
 * @param socket  NULL unless status is 0.
 * @param status  0; SAILS_ENOENT: no socket of this node has that id; SAILS_ECLOSED: the app was lowered
 *                meanwhile.
 */
typedef void (*sails_io_socket_cb)(sails_io_socket *socket, int status, void *ctx);

/**
 * Calls a function with the socket of that id: the way from another thread, or from what was said later, to
 * its handshake, data and rooms. Never before this has returned.
 *
 * @param id  sails_io_socket_id(), sails_req_socket_id().
 * @return 0; SAILS_EINVAL: NULL, or a parent namespace; SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 */
SAILS_API int sails_io_with_socket(sails_io_namespace *nsp, const char *id, sails_io_socket_cb with,
                                   void *ctx);

/**
 * Disconnects the socket of that id from the namespace, or (`close`) ends its connection; on this node that
 * socket alone, whoever else is in a room of that name.
 *
 * @param done  Told 0, SAILS_ENOENT: no socket has that id, or SAILS_ECLOSED. NULL: nobody is told.
 * @return As sails_io_sockets_join().
 * @see    Socket.IO documentation, "socket.disconnect()"
 */
SAILS_API int sails_io_disconnect_socket(sails_io_namespace *nsp, const char *id, bool close,
                                         sails_done_cb done, void *ctx);

/** How many there are; status: 0, or SAILS_ECLOSED: the app was lowered meanwhile. On a worker. */
typedef void (*sails_io_count_cb)(int status, size_t n_sockets, void *ctx);

/**
 * Counts the connected sockets of this node that `target` selects.
 *
 * @param target  NULL: everybody in the namespace. Its flags do not count.
 * @return As sails_io_with_socket(); SAILS_EINVAL, SAILS_ETOOBIG, too: a name.
 * @see    Socket.IO documentation, "io.engine.clientsCount", "namespace.sockets"
 */
SAILS_API int sails_io_count_sockets(sails_io_namespace *nsp, const struct sails_io_target *target,
                                     sails_io_count_cb on_count, void *ctx);

/** A room of a namespace; views, during the call. */
struct sails_io_room {
    const char *name;
    size_t n_sockets;
};

/** The rooms, by name in the order of their bytes. On a worker.
 *  @param status  0; SAILS_ENOMEM; SAILS_ECLOSED: the app was lowered meanwhile. Else `n` is 0. */
typedef void (*sails_io_rooms_cb)(int status, const struct sails_io_room *rooms, size_t n,
                                  void *ctx);

/**
 * Lists the rooms of a namespace on this node, with how many are in them; but not the room that each socket
 * has of its own. Errors as sails_io_with_socket().
 *
 * @see Socket.IO documentation, "adapter.rooms"
 */
SAILS_API int sails_io_list_rooms(sails_io_namespace *nsp, sails_io_rooms_cb on_rooms, void *ctx);

/** The connections of this node, and what has passed over them since the lift: Engine.IO's packets, heartbeats
 *  among them, and the bytes in them, without what transports put around. */
struct sails_io_traffic {
    size_t n_connections; /**< That are open now. */
    uint64_t n_opened;
    uint64_t n_closed;
    uint64_t packets_in;
    uint64_t packets_out;
    uint64_t bytes_in;
    uint64_t bytes_out;
};

/** On a worker.
 *  @param status   0; SAILS_ECLOSED: the app was lowered meanwhile.
 *  @param traffic  A view; NULL unless status is 0. */
typedef void (*sails_io_traffic_cb)(int status, const struct sails_io_traffic *traffic, void *ctx);

/**
 * Counts connections and what has passed over them.
 *
 * @return 0; SAILS_EINVAL: NULL; SAILS_ESTATE: the app is not lifted; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "io.engine.clientsCount", "socket.conn.on("packet")"
 */
SAILS_API int sails_io_count_traffic(sails_io *io, sails_io_traffic_cb on_traffic, void *ctx);

SAILS_END_DECLS

#include <sails/io_socket.h>

#endif
