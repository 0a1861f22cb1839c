/*
 * sio.h - Socket.IO, protocol revisions 5 and 4: the clients, namespaces and sockets of one worker.
 *
 * Purpose    Packets over Engine.IO messages: connecting to namespaces, events, acks, rooms.
 * Ownership  The server owns clients and sockets; namespaces are made and destroyed by the floor
 *            above. A socket is valid from on_connecting until on_disconnect (or its refusal) has
 *            returned.
 * Threads    One server per worker; that worker's thread only. A sio_message may be anybody's.
 * Floor      socketio; uses engineio, base.
 *
 *   client  one Engine.IO session           has 0..n sockets, one per namespace
 *   socket  one client in one namespace     has an id, rooms, outstanding acks
 *   namespace (of one worker)               has its sockets and the index of its rooms
 *
 * Packets are handled strictly in the order of arrival, whatever the segmentation (socket-io 23a).
 */
#ifndef SOCKETIO_SIO_H
#define SOCKETIO_SIO_H

#include "engineio/eio.h"
#include "socketio/room_index.h"
#include "socketio/sio_message.h"
#include "socketio/sio_packet.h"

#include <jansson.h>

#include <stdatomic.h>

/* Why a socket went away: exactly these nine (socket-io 11). */
enum sio_reason {
    SIO_TRANSPORT_CLOSE,
    SIO_TRANSPORT_ERROR,
    SIO_PING_TIMEOUT,
    SIO_PARSE_ERROR,
    SIO_FORCED_CLOSE,
    SIO_FORCED_SERVER_CLOSE,
    SIO_CLIENT_NAMESPACE_DISCONNECT,
    SIO_SERVER_NAMESPACE_DISCONNECT,
    SIO_SERVER_SHUTTING_DOWN
};

/* "transport close", ... */
const char *sio_reason_text(enum sio_reason reason);

/* Of the part of a room that lies on this worker: made with its first member, gone with its last. */
enum sio_room_change {
    SIO_ROOM_CREATED,
    SIO_ROOM_JOINED,
    SIO_ROOM_LEFT,
    SIO_ROOM_DELETED
};

/* What the engine knows of a connection's end beyond the reason. */
struct sio_close {
    int detail;    /* the error below the reason; 0: none */
    unsigned code; /* of the WebSocket; 0: it was not that which ended */
};

struct sio_options {
    enum sio_parser parser;      /* of all clients */
    uint64_t connect_timeout_ms; /* 45 s */
    size_t max_attachments;      /* of one packet, received: 10 */
    size_t max_packet;           /* bytes of one with its attachments, received: 0 no limit */
    struct byte_budget *budget;  /* of packets that wait, of all workers; NULL: no limit */
    struct json_limits json;     /* of one packet, received: 512 deep, 200,000 values */
    size_t max_acks;             /* outstanding for one socket: 4096 */
    size_t max_rooms;            /* of one socket, its own not counted: 0 no limit */
    size_t max_namespaces;       /* of one client: 64 */
    size_t max_half_open; /* clients that have joined none: 10,000, then the oldest goes; 0: any */
};

extern const struct sio_options sio_default_options;

struct sio_server;
struct sio_client;
struct sio_socket;
struct sio_namespace;

struct sio_events {
    /*
     * A CONNECT names a namespace. `auth`: an object, borrowed (empty if none was sent). The
     * namespace of this worker, made now if need be; NULL: *why is answered, "Invalid namespace" unless
     * it is set. For
     * revision 4 clients the name comes without its query, raw first and then percent-encoded, if
     * the raw one is unknown (socket-io 5). A name that comes here has no NUL in it (c_text.h).
     */
    struct sio_namespace *(*on_namespace)(void *ctx, struct str name, json_t *auth,
                                          const char **why);
    /*
     * A socket wants in: its id, handshake and auth can be read. The floor above runs its
     * middlewares and calls sio_socket_accept() or sio_socket_refuse(), now or later.
     */
    void (*on_connecting)(void *ctx, struct sio_socket *socket);
    /*
     * An event: packet->type is SIO_EVENT or SIO_BINARY_EVENT, packet->id the ack id or -1. Borrowed.
     * The payload is valid for its type and not yet parsed (see sio_packet.h); but if has_nul_name is set
     * it cannot be parsed, and whoever does not answer it calls sio_socket_fail().
     */
    void (*on_event)(void *ctx, struct sio_socket *socket, const struct sio_packet *packet);
    /* Whether the socket has not got a message with a mark (sio_message.h) yet; false: it is not sent. NULL:
     * it has not. Like the next one never called where nobody marks messages. */
    bool (*is_new)(void *ctx, struct sio_socket *socket, const struct sio_message *message);
    /* A message with a mark was sent to the socket, or could not be sent. */
    void (*on_marked)(void *ctx, struct sio_socket *socket, const struct sio_message *message);
    /* A packet of this client was invalid; each of its connected sockets hears it before it is
     * closed. */
    void (*on_error)(void *ctx, struct sio_socket *socket, int err);
    /* About to go; its rooms are still there. Only for sockets that were accepted. */
    void (*on_disconnecting)(void *ctx, struct sio_socket *socket, enum sio_reason reason);
    /* Gone: in no room, not in the namespace. The last event. Also for a socket that was neither
     * accepted nor refused yet (sio_socket_is_connected() was never true): then it just ends. */
    void (*on_disconnect)(void *ctx, struct sio_socket *socket, enum sio_reason reason);
    /* The connection below a connected socket is a WebSocket now; or all that was queued for it has left. Each
     * of the client's sockets hears it. */
    void (*on_upgrade)(void *ctx, struct sio_socket *socket);
    void (*on_drain)(void *ctx, struct sio_socket *socket);
    /* A room of a namespace that tells of them (sio_namespace_tell_rooms) has changed. The change is over: the
     * callback may join, leave and end as it likes. `socket` has come or gone; own rooms are among them. */
    void (*on_room)(void *ctx, struct sio_socket *socket, enum sio_room_change change,
                    struct str room);
};

/* Borrows all arguments for its life; creates the eio_server below, to which `engine_options` go. NULL: no memory. */
struct sio_server *sio_server_create(struct env *env, const struct sio_options *options,
                                     const struct eio_options *engine_options,
                                     const struct sio_events *events, void *ctx);

/* Sessions that are left end, with their events; so the namespaces are destroyed after it. NULL is
 * harmless. */
void sio_server_destroy(struct sio_server *server);

/* Engine.IO's hooks that pass through (on_request, on_admit, on_leave, on_id, on_unknown, on_connection_error,
 * on_headers), with their ctx; the others are the server's own and must be NULL. Before the first request. */
void sio_server_set_engine_hooks(struct sio_server *server, const struct eio_events *hooks,
                                 void *ctx);

/*
 * Ends the connection of the oldest client that has joined no namespace yet and for which `is_it` says
 * yes (NULL: any), on a later turn. False: there is none, among the 64 oldest.
 */
bool sio_server_end_half_open(struct sio_server *server,
                              bool (*is_it)(const struct eio_session *session, void *ctx),
                              void *ctx);

struct eio_server *sio_server_engine(struct sio_server *server);

/* Ends every session without DISCONNECT packets; sockets hear SIO_SERVER_SHUTTING_DOWN. */
void sio_server_shutdown(struct sio_server *server);

/* Ends the sessions that have no connection just now, as that does. The links are gone. */
void sio_server_end(struct sio_server *server);

/* ---- namespaces ---- */

/*
 * The part of a namespace that lies on this worker. `ack_ids` is its counter of ack ids, shared by
 * all workers (socket-io 8: one per namespace, from 0). name is copied. NULL: no memory.
 */
struct sio_namespace *sio_namespace_create(struct sio_server *server, struct str name,
                                           atomic_uint_fast64_t *ack_ids, void *user);

/* Its sockets must be gone. */
void sio_namespace_destroy(struct sio_namespace *nsp);
struct str sio_namespace_name(const struct sio_namespace *nsp);
void *sio_namespace_user(const struct sio_namespace *nsp);
size_t sio_namespace_count(const struct sio_namespace *nsp);

/* The mark (sio_message.h) up to which all that has one was broadcast here; at first what is set. */
uint64_t sio_namespace_mark(const struct sio_namespace *nsp);
void sio_namespace_set_mark(struct sio_namespace *nsp, uint64_t mark);

/* Nobody is connected, and nobody is connecting. */
bool sio_namespace_is_empty(const struct sio_namespace *nsp);

/* The next ack id. */
uint64_t sio_namespace_take_ack_id(struct sio_namespace *nsp);

/* The connected socket with that id, or NULL. */
struct sio_socket *sio_namespace_find(const struct sio_namespace *nsp, struct str id);

/*
 * Whom an operation concerns (socket-io 12): the members of any of `rooms`, each once, or everybody
 * if there are none; but nobody who is in a room of `except`, nor the socket `except_id`. A room
 * name that is a socket's id stands for that socket (unless it has left its own room), besides an
 * ordinary room of that name.
 */
struct sio_target {
    const struct str *rooms;
    size_t n_rooms;
    const struct str *except;
    size_t n_except;
    struct str except_id; /* empty: nobody */
};

typedef void (*sio_each_cb)(struct sio_socket *socket, void *ctx);

/* Calls `each` for every connected socket that `target` selects. It may disconnect that socket,
 * change rooms, send, and disconnect others; sockets that are gone by then are not visited. Returns
 * how many were; without memory for the list of them, nobody is visited (and it is logged). */
size_t sio_namespace_each(struct sio_namespace *nsp, const struct sio_target *target,
                          sio_each_cb each, void *ctx);

/* How many connected sockets `target` selects. */
size_t sio_namespace_count_selected(struct sio_namespace *nsp, const struct sio_target *target);

/* Calls back for each room but those of the sockets' own ids. No room may change meanwhile. */
void sio_namespace_each_room_sized(const struct sio_namespace *nsp,
                                   void (*each)(struct str name, size_t n_sockets, void *ctx),
                                   void *ctx);

/* Sends to everybody selected. Returns how many; who is slow or gone is not counted.
 * is_volatile: dropped for those who are not writable right now (socket-io 13). */
size_t sio_namespace_broadcast(struct sio_namespace *nsp, const struct sio_target *target,
                               struct sio_message *message, bool is_volatile);

/* From now on on_room tells of its rooms. */
void sio_namespace_tell_rooms(struct sio_namespace *nsp);

/* Tells when a room comes into being and when it is no more: of a socket's own room besides one of that name
 * that others are in. Before anybody is in. */
void sio_namespace_watch_rooms(struct sio_namespace *nsp,
                               void (*on_room)(struct str room, bool exists, void *ctx), void *ctx);

/* Calls back for each room, and for each socket that is in its own; a name may come twice. Nothing may change
 * meanwhile. */
void sio_namespace_each_room(const struct sio_namespace *nsp,
                             void (*each)(struct str room, void *ctx), void *ctx);

/* ---- sockets ---- */

/*
 * Lets a socket in: it is in its own room, then the CONNECT reply is sent. sid: NULL keeps its id;
 * another is that of a recovered session. pid: NULL: none in the reply. 0; SAILS_ENOMEM: the
 * connection closes; SAILS_ECLOSED: gone meanwhile; SAILS_EINVAL: a sid that is empty or longer than
 * its own, or a client of revision 4; SAILS_EEXIST: somebody has that sid. After the last two
 * nothing has changed.
 * Events that were held back while the middlewares ran are delivered on a later turn.
 */
int sio_socket_accept(struct sio_socket *socket, const char *sid, const char *pid);

/* Answers CONNECT_ERROR (socket-io 9: message, or data, or neither) and forgets the socket. `data`
 * is borrowed, may be NULL. */
void sio_socket_refuse(struct sio_socket *socket, const char *message, json_t *data);

const char *sio_socket_id(const struct sio_socket *socket);
struct sio_namespace *sio_socket_namespace(const struct sio_socket *socket);
struct sio_client *sio_socket_client(const struct sio_socket *socket);
struct eio_session *sio_socket_session(const struct sio_socket *socket);
struct eio_handshake *sio_socket_handshake(const struct sio_socket *socket);
json_t *sio_socket_auth(const struct sio_socket *socket); /* a view: an object, {} if none */
bool sio_socket_is_connected(const struct sio_socket *socket);

/* Whether it was ever accepted; in on_disconnect it is not connected any more. */
bool sio_socket_was_connected(const struct sio_socket *socket);
unsigned sio_socket_revision(const struct sio_socket *socket); /* of the protocol: 5 or 4 */

/* While it is told that it goes because its connection has ended: how that was. Zeros at any other time. */
struct sio_close sio_socket_close(const struct sio_socket *socket);
void sio_socket_set_user(struct sio_socket *socket, void *user);
void *sio_socket_user(const struct sio_socket *socket);

/* 0, also when it was in the room already; SAILS_ECLOSED; SAILS_ETOOBIG: max_rooms; SAILS_ENOMEM. */
int sio_socket_join(struct sio_socket *socket, struct str room);

/* Its own room, too, can be left and joined. Not a member: nothing happens. */
void sio_socket_leave(struct sio_socket *socket, struct str room);

/* All rooms but its own. */
void sio_socket_leave_all(struct sio_socket *socket);

bool sio_socket_is_in(const struct sio_socket *socket, struct str room);

/* Calls back for each room, its own one first (if it is in it). */
void sio_socket_each_room(const struct sio_socket *socket, void (*each)(struct str room, void *ctx),
                          void *ctx);

/* 0; SAILS_ECLOSED; SAILS_ENOMEM; SAILS_ESLOW (the connection closes by itself). A volatile one that
 * is dropped is 0. A socket that is still connecting can be sent to, too: clients wait with events
 * for their CONNECT. */
int sio_socket_send(struct sio_socket *socket, struct sio_message *message, bool is_volatile);

/*
 * Waits for the answer to ack id `id`. `on_ack` comes once: with 0 and the packet (borrowed), with
 * SAILS_ETIMEOUT after timeout_ms (0: no limit), or with SAILS_ECLOSED when the socket goes.
 * Timeouts are rounded up to one of a few lengths (deadline.h): by at most an eighth.
 * 0; SAILS_ECLOSED; SAILS_ETOOBIG: max_acks; SAILS_ENOMEM.
 */
typedef void (*sio_ack_cb)(struct sio_socket *socket, int status, const struct sio_packet *answer,
                           void *ctx);
int sio_socket_expect_ack(struct sio_socket *socket, uint64_t id, uint64_t timeout_ms,
                          sio_ack_cb on_ack, void *ctx);

/*
 * Sends the answer to an event of a client. It goes to the connection: also when the socket has left
 * its namespace meanwhile, and while the connection closes in order, as in Node. 0; SAILS_ECLOSED;
 * SAILS_ENOMEM; SAILS_ESLOW.
 */
int sio_ack_send(struct eio_session *session, struct sio_message *answer);

/* Stops waiting, without a call. */
void sio_socket_forget_ack(struct sio_socket *socket, uint64_t id);

/* The client has sent what is no packet: closes its connection, and on_error comes before (socket-io 16). */
void sio_socket_fail(struct sio_socket *socket, int err);

/*
 * DISCONNECT for this namespace; `close`: for all of the client's, and the connection ends. The
 * events come before this returns; the socket stays in memory until the next turn, so that a caller
 * that was itself called back may still ask sio_socket_is_connected(). One that is still connecting
 * is refused, not disconnected: without `close` nothing happens.
 */
void sio_socket_disconnect(struct sio_socket *socket, bool close);

#endif
