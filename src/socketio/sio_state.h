/*
 * sio_state.h - what a server, its clients, sockets and namespaces are made of.
 *
 * Purpose    The structs behind sio.h, and the calls between the files that work on them.
 * Ownership  A client belongs to its Engine.IO session and ends with it. A socket belongs to its
 *            client until it ends; then it lies in server->gone, so that whoever called back an
 *            application can still ask for its state, and is freed on the next turn.
 * Threads    That worker's thread only.
 * Floor      socketio, for its own files only.
 *
 *      CONNECTING --accept--> CONNECTED --end--> ENDING --> GONE --> (freed)
 *          |                                       ^         ^
 *          +--end (never accepted)-----------------+         |
 *          +--refuse-----------------------------------------+
 *
 * I1  A socket is in its client's list while CONNECTING or CONNECTED, in its namespace's list and
 *     table while CONNECTED, and in no room once it is GONE.
 * I2  After client->is_ending is set nothing that comes from the client is read.
 * I3  `held` is not empty only while CONNECTING, or between acceptance and the next turn. What
 *     comes for the socket meanwhile queues behind it.
 */
#ifndef SOCKETIO_SIO_STATE_H
#define SOCKETIO_SIO_STATE_H

#include "base/deadline_ladder.h"
#include "socketio/sio.h"
#include "socketio/sio_kept.h"

#include <assert.h>

enum {
    /* Packets that a client sent too early, before its CONNECT was answered. No client that keeps
     * to the protocol does. */
    MAX_HELD_PACKETS = 64,
    MAX_HELD_BYTES = 64 * 1024
};

struct sio_server {
    struct env *env;
    const struct sio_options *options;
    const struct sio_events *events;
    void *ctx;
    struct eio_server *engine;
    struct eio_events engine_events;
    const struct eio_events *hooks; /* NULL: none */
    void *hooks_ctx;
    bool is_shutting_down;
    const struct sio_client
        *closing;           /* whose sockets are told that it has closed; NULL: nobody's */
    struct sio_close close; /* how */
    json_t *no_auth;        /* {}, for all who sent none */
    struct deadline_queue
        connect_deadlines; /* of clients that are in no namespace yet, oldest first */
    size_t n_half_open;    /* how many these are */
    struct deadline_ladder ack_limits;
    struct deadline_queue turns; /* of length 0 */
    struct deadline next_turn;
    struct list
        ready; /* the first packets held of sockets to which they are delivered on the next turn */
    struct list gone; /* sockets that are freed on the next turn */
};

struct sio_client {
    struct sio_server *server;
    struct eio_session *session;
    struct list sockets; /* I1 */
    struct deadline connect_deadline;
    struct sio_kept *partial; /* a packet whose attachments are not all there */
    uint16_t n_sockets;
    uint16_t busy; /* calls into it that have not returned */
    /* Of all its sockets: MAX_HELD_BYTES, and what a packet takes beside its text. */
    uint32_t held_bytes : 23;
    uint32_t n_held : 7;
    uint32_t is_ending : 1; /* I2 */
    uint32_t is_closed : 1; /* the session is gone; freed when nothing is busy */
};

enum socket_state {
    SOCKET_CONNECTING,
    SOCKET_CONNECTED,
    SOCKET_ENDING,
    SOCKET_GONE
};

struct sio_socket {
    struct sio_client *client; /* NULL once it is GONE */
    struct sio_namespace *nsp;
    struct list in_client; /* or, once it is GONE, in server->gone */
    struct list in_nsp;
    struct map_node by_id;
    struct room_member member;
    struct map *acks;      /* struct ack; NULL: none was ever expected */
    struct sio_kept *held; /* I3 */
    json_t *auth;          /* NULL: {} */
    void *user;
    uint32_t stamp; /* the last selection that has seen it: sio_select.c */
    uint8_t state;
    bool in_own_room;
    bool was_connected; /* it has been accepted once */
    char id[];          /* NUL-terminated */
};

/* The budget of an idle connection is a kilobyte in all (a client with one socket, its id). */
static_assert(sizeof(struct sio_client) + sizeof(struct sio_socket) + 24 <= 224,
              "an idle connection costs too much");

struct sio_namespace {
    struct sio_server *server;
    void *user;
    atomic_uint_fast64_t *ack_ids;
    struct list sockets; /* in the order of connecting */
    struct map by_id;
    struct room_index rooms;
    size_t count;     /* CONNECTED */
    size_t n_sockets; /* CONNECTING, too */
    uint64_t mark;    /* every marked message up to it was sent to whomever it concerned */
    uint64_t ahead;   /* the highest mark that has come, and how many above `mark` have */
    size_t n_ahead;
    uint32_t stamp;
    bool tells_rooms;
    size_t name_len;
    char name[];
};

/* ---- sio_socket.c ---- */

/* Asserts I1 and I3, and that its namespace counts right; nothing where asserts are off. */
void sio_socket_check(const struct sio_socket *socket);

/* ---- sio_server.c ---- */

/* Sees to it that on the next turn `ready` is delivered and `gone` is freed. */
void sio_server_need_turn(struct sio_server *server);

/* ---- sio_client.c ---- */

/* The events of the session below. */
void sio_client_open(struct sio_server *server, struct eio_session *session);
void sio_client_receive(struct sio_client *client, bool is_binary, struct bytes message);
void sio_client_close(struct sio_client *client, enum sio_reason reason);

/* Calls back for each of its connected sockets, which it may end. */
void sio_client_each(struct sio_client *client, void (*call)(void *ctx, struct sio_socket *socket));

/* It has joined a namespace, or ends: its connect_deadline does not run any more. */
void sio_client_stop_waiting(struct sio_client *client);

/* While something is busy with the client it stays in memory, whatever callbacks do. */
void sio_client_enter(struct sio_client *client);
void sio_client_leave(struct sio_client *client);

/* DISCONNECT for all its namespaces, and the end of the connection. */
void sio_client_disconnect(struct sio_client *client);

/* Tells the client that a socket of its own leaves. 0, or SAILS_ENOMEM. */
int sio_client_send_disconnect(struct sio_client *client, struct sio_namespace *nsp);

/* It sent something that no client may send now: closes the connection (socket-io 11, "invalid
 * state"). */
void sio_client_give_up(struct sio_client *client);

/* It sent something that is no packet, or memory is out: its sockets hear `err`, then as above. */
void sio_client_fail(struct sio_client *client, int err);

/* Does what a packet for a connected socket says. */
void sio_socket_receive(struct sio_socket *socket, const struct sio_packet *packet);

unsigned sio_client_revision(const struct sio_client *client);

/* Of what this client alone gets. */
struct sio_message_options sio_client_message_options(const struct sio_client *client);

/* ---- sio_connect.c ---- */

/* A CONNECT for a namespace in which the client has no socket. 0, or SAILS_ENOMEM. */
int sio_connect(struct sio_client *client, const struct sio_packet *packet);

/* What revision 4 clients do without asking. 0, or SAILS_ENOMEM. */
int sio_connect_root(struct sio_client *client);

/* The client's socket in the namespace that a packet names, or NULL. */
struct sio_socket *sio_connect_find(const struct sio_client *client, struct str name);

/* ---- sio_socket.c ---- */

/* A new socket, CONNECTING. `auth` may be NULL and is taken on success. NULL: no memory. */
struct sio_socket *sio_socket_create(struct sio_client *client, struct sio_namespace *nsp,
                                     struct str name, json_t *auth);
void sio_socket_end(struct sio_socket *socket, enum sio_reason reason);

/* Forgets a socket that was never accepted, without events. */
void sio_socket_bury(struct sio_socket *socket);

/* When it has been in `gone` for long enough. */
void sio_socket_free(struct sio_socket *socket);

/* ---- sio_rooms.c ---- */

/* It has come into its own room. */
void sio_rooms_enter_own(struct sio_socket *socket);

/* It ends: leaves its rooms, its own one, too. */
void sio_rooms_leave_all(struct sio_socket *socket);

/* ---- sio_hold.c ---- */

/* Keeps a packet for later: *kept is taken if there is one, else it is made. 0; SAILS_ETOOBIG: over
 * the limit; SAILS_ENOMEM. */
int sio_hold(struct sio_socket *socket, const struct sio_packet *packet, struct str text,
             struct sio_kept **kept);
void sio_hold_deliver(struct sio_socket *socket);
void sio_hold_drop(struct sio_socket *socket);

/* ---- sio_ack.c ---- */

/* Of server->ack_limits. */
void sio_ack_on_timeout(struct deadline *deadline, void *ctx);

void sio_ack_receive(struct sio_socket *socket, const struct sio_packet *packet);

/* Tells all who wait that the socket goes (SAILS_ECLOSED). */
void sio_ack_close(struct sio_socket *socket);

/* ---- sio_namespace.c ---- */

/* A message with that mark was sent to whomever it concerned; 0: it has none. */
void sio_namespace_note_mark(struct sio_namespace *nsp, uint64_t mark);

void sio_namespace_add(struct sio_namespace *nsp, struct sio_socket *socket);
void sio_namespace_remove(struct sio_namespace *nsp, struct sio_socket *socket);

#endif
