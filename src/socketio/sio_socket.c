#include "base/ids.h"
#include "base/macros.h"
#include "base/mem.h"
#include "socketio/sio_state.h"

#include <assert.h>
#include <sails/err.h>

/* ---- life ---- */

static struct sio_socket *allocate(size_t id_len)
{
    size_t size = 0;
    struct sio_socket *socket = NULL;

    if (size_add(sizeof(*socket) + 1, id_len, &size)) {
        socket = mem_calloc(1, size);
    }
    return socket;
}

/* Clients of revision 4 compute their id by themselves, so it must be this one (socket-io 6). */
static struct sio_socket *create_v4(const struct sio_client *client, struct str name)
{
    struct str sid = str_from(eio_session_id(client->session));
    bool is_root = str_eq(name, STR("/"));
    size_t prefix_len = is_root ? 0 : name.len + 1;
    struct sio_socket *socket = allocate(prefix_len + sid.len);

    if (socket == NULL) {
        return NULL;
    }
    if (!is_root) {
        memcpy(socket->id, name.ptr, name.len);
        socket->id[name.len] = '#';
    }
    memcpy(socket->id + prefix_len, sid.ptr, sid.len + 1);
    return socket;
}

static struct sio_socket *create_v5(const struct sio_client *client)
{
    struct sio_socket *socket = allocate(ID_LEN);

    if (socket != NULL) {
        id_make(client->server->env, socket->id);
    }
    return socket;
}

struct sio_socket *sio_socket_create(struct sio_client *client, struct sio_namespace *nsp,
                                     struct str name, json_t *auth)
{
    struct sio_socket *socket =
        sio_client_revision(client) == 4 ? create_v4(client, name) : create_v5(client);

    if (socket == NULL) {
        return NULL;
    }
    socket->client = client;
    socket->nsp = nsp;
    socket->auth = auth;
    socket->state = SOCKET_CONNECTING;
    room_member_init(&socket->member);
    list_append(&client->sockets, &socket->in_client);
    client->n_sockets++;
    nsp->n_sockets++;
    return socket;
}

static void leave_client(struct sio_socket *socket)
{
    list_remove(&socket->in_client);
    socket->client->n_sockets--;
}

/* The rest of it: no event comes any more. */
static void retire(struct sio_socket *socket, struct sio_server *server)
{
    socket->client = NULL;
    socket->nsp->n_sockets--;
    list_append(&server->gone, &socket->in_client);
    sio_server_need_turn(server);
}

void sio_socket_bury(struct sio_socket *socket)
{
    struct sio_server *server = socket->client->server;

    socket->state = SOCKET_ENDING;
    leave_client(socket);
    sio_rooms_leave_all(socket);
    sio_ack_close(socket);
    sio_hold_drop(socket);
    socket->state = SOCKET_GONE;
    retire(socket, server);
    sio_socket_check(socket);
}

void sio_socket_end(struct sio_socket *socket, enum sio_reason reason)
{
    struct sio_server *server = socket->nsp->server;
    bool was_connected = socket->state == SOCKET_CONNECTED;

    if (socket->state > SOCKET_CONNECTED) {
        return; /* a callback below has asked for it again */
    }
    socket->state = SOCKET_ENDING;
    leave_client(socket);
    if (was_connected) {
        server->events->on_disconnecting(server->ctx, socket, reason);
        sio_namespace_remove(socket->nsp, socket);
    }
    sio_rooms_leave_all(socket);
    sio_ack_close(socket);
    sio_hold_drop(socket);
    socket->state = SOCKET_GONE;
    server->events->on_disconnect(server->ctx, socket, reason);
    retire(socket, server);
    sio_socket_check(socket);
}

void sio_socket_free(struct sio_socket *socket)
{
    if (socket->acks != NULL) {
        map_deinit(socket->acks);
        mem_free(socket->acks);
    }
    json_decref(socket->auth);
    mem_free(socket);
}

void sio_socket_disconnect(struct sio_socket *socket, bool close)
{
    if (socket->state > SOCKET_CONNECTED) {
        return;
    }
    if (close) {
        sio_client_disconnect(socket->client);
        return;
    }
    if (socket->state == SOCKET_CONNECTED) {
        if (sio_client_send_disconnect(socket->client, socket->nsp) < 0) {
            sio_client_give_up(socket->client); /* else the client would never know */
        }
        sio_socket_end(socket, SIO_SERVER_NAMESPACE_DISCONNECT);
    }
}

void sio_socket_fail(struct sio_socket *socket, int err)
{
    if (socket->client != NULL) {
        sio_client_fail(socket->client, err);
    }
}

/* ---- invariants ---- */

void sio_socket_check(const struct sio_socket *socket)
{
    const struct sio_namespace *nsp = socket->nsp;
    bool is_young = socket->state <= SOCKET_CONNECTED;

    assert(list_is_linked(&socket->in_client) == (is_young || socket->client == NULL)); /* I1 */
    assert(socket->state == SOCKET_ENDING || /* on_disconnecting still finds it there */
           list_is_linked(&socket->in_nsp) == (socket->state == SOCKET_CONNECTED)); /* I1 */
    assert(socket->state != SOCKET_GONE || socket->member.count == 0);              /* I1 */
    assert(socket->held == NULL || socket->state == SOCKET_CONNECTING ||
           list_is_linked(&socket->held->in_ready)); /* I3 */
    assert(nsp->count == nsp->by_id.count && nsp->count <= nsp->n_sockets);
    (void)nsp;
    (void)is_young;
}

/* ---- what it is ---- */

const char *sio_socket_id(const struct sio_socket *socket)
{
    return socket->id;
}

struct sio_namespace *sio_socket_namespace(const struct sio_socket *socket)
{
    return socket->nsp;
}

struct sio_client *sio_socket_client(const struct sio_socket *socket)
{
    return socket->client;
}

struct eio_session *sio_socket_session(const struct sio_socket *socket)
{
    return socket->client->session;
}

struct eio_handshake *sio_socket_handshake(const struct sio_socket *socket)
{
    return eio_session_handshake(socket->client->session);
}

json_t *sio_socket_auth(const struct sio_socket *socket)
{
    return socket->auth != NULL ? socket->auth : socket->nsp->server->no_auth;
}

bool sio_socket_is_connected(const struct sio_socket *socket)
{
    return socket->state == SOCKET_CONNECTED;
}

bool sio_socket_was_connected(const struct sio_socket *socket)
{
    return socket->was_connected;
}

unsigned sio_socket_revision(const struct sio_socket *socket)
{
    return sio_client_revision(socket->client);
}

struct sio_close sio_socket_close(const struct sio_socket *socket)
{
    const struct sio_server *server = socket->nsp->server;

    return socket->client != NULL && socket->client == server->closing ? server->close
                                                                       : (struct sio_close){0};
}

void sio_socket_set_user(struct sio_socket *socket, void *user)
{
    socket->user = user;
}

void *sio_socket_user(const struct sio_socket *socket)
{
    return socket->user;
}

/* ---- sending ---- */

static bool is_new_to(struct sio_socket *socket, const struct sio_message *message)
{
    const struct sio_server *server = socket->nsp->server;

    return message->mark == 0 || server->events->is_new == NULL ||
           server->events->is_new(server->ctx, socket, message);
}

int sio_socket_send(struct sio_socket *socket, struct sio_message *message, bool is_volatile)
{
    struct eio_session *session = NULL;
    int rc = 0;

    sio_socket_check(socket);
    if (socket->state > SOCKET_CONNECTED) {
        return SAILS_ECLOSED;
    }
    if (!is_new_to(socket, message)) {
        return 0;
    }
    session = socket->client->session;
    if (is_volatile && !eio_session_is_writable(session)) {
        return 0;
    }
    rc = sio_message_send(message, session, eio_session_send);
    if (message->mark != 0) {
        struct sio_server *server = socket->nsp->server;

        server->events->on_marked(server->ctx, socket, message);
    }
    return rc;
}
