#include "base/macros.h"
#include "base/mem.h"
#include "socketio/sio_msgpack.h"
#include "socketio/sio_state.h"

#include <assert.h>
#include <sails/err.h>

unsigned sio_client_revision(const struct sio_client *client)
{
    return eio_session_revision(client->session) == 3 ? 4 : 5;
}

struct sio_message_options sio_client_message_options(const struct sio_client *client)
{
    return (struct sio_message_options){.parser = client->server->options->parser,
                                        .no_v3 = sio_client_revision(client) == 5};
}

/* ---- beginning and end ---- */

void sio_client_enter(struct sio_client *client)
{
    client->busy++;
}

void sio_client_leave(struct sio_client *client)
{
    client->busy--;
    if (client->busy == 0 && client->is_closed) {
        mem_free(client);
    }
}

void sio_client_stop_waiting(struct sio_client *client)
{
    if (deadline_is_running(&client->connect_deadline)) {
        deadline_stop(&client->connect_deadline);
        client->server->n_half_open--;
    }
}

static void end_sockets(struct sio_client *client, enum sio_reason reason)
{
    while (!list_is_empty(&client->sockets)) {
        sio_socket_end(container_of(client->sockets.next, struct sio_socket, in_client), reason);
    }
}

void sio_client_open(struct sio_server *server, struct eio_session *session)
{
    struct sio_client *client = mem_calloc(1, sizeof(*client));

    if (client == NULL) {
        eio_session_close(session, true);
        return;
    }
    client->server = server;
    client->session = session;
    list_init(&client->sockets);
    eio_session_set_user(session, client);
    sio_client_enter(client);
    if (server->options->max_half_open > 0 &&
        server->n_half_open >= server->options->max_half_open) {
        sio_server_end_half_open(server, NULL, NULL);
    }
    deadline_start(&client->connect_deadline, &server->connect_deadlines, server->env->now_ms);
    server->n_half_open++;
    if (sio_client_revision(client) == 4 && sio_connect_root(client) < 0) {
        sio_client_give_up(client);
    }
    sio_client_leave(client);
}

void sio_client_close(struct sio_client *client, enum sio_reason reason)
{
    client->is_ending = true;
    sio_client_enter(client);
    sio_client_stop_waiting(client);
    sio_kept_destroy(client->partial);
    client->partial = NULL;
    end_sockets(client, reason);
    client->is_closed = true;
    sio_client_leave(client);
}

/*
 * The two ways of socket-io 11: where the transport can be closed now, the engine tells so on a
 * later turn and the reason is "forced close"; where it must wait for a poll, nobody waits for that.
 */
void sio_client_give_up(struct sio_client *client)
{
    bool at_once = false;

    if (client->is_ending) {
        return;
    }
    sio_client_enter(client);
    client->is_ending = true;
    at_once = eio_session_closes_at_once(client->session);
    eio_session_close(client->session, false);
    if (!at_once) {
        end_sockets(client, SIO_FORCED_SERVER_CLOSE);
    }
    sio_client_leave(client);
}

/* A callback may end any of the sockets: those still to be told wait in a list of their own, out of
 * which an ending one takes itself. */
void sio_client_fail(struct sio_client *client, int err)
{
    struct sio_server *server = client->server;
    struct list waiting;

    if (client->is_ending) {
        return;
    }
    client->is_ending = true;
    list_init(&waiting);
    list_splice(&waiting, &client->sockets);
    while (!list_is_empty(&waiting)) {
        struct list *node = list_take_first(&waiting);
        struct sio_socket *socket = container_of(node, struct sio_socket, in_client);

        list_append(&client->sockets, node);
        if (socket->state == SOCKET_CONNECTED) {
            server->events->on_error(server->ctx, socket, err);
        }
    }
    eio_session_refuse(client->session, err);
}

void sio_client_each(struct sio_client *client, void (*call)(void *ctx, struct sio_socket *socket))
{
    struct sio_server *server = client->server;
    struct sio_socket *few[8];
    size_t n = client->n_sockets;
    struct sio_socket **all = n <= ARRAY_LEN(few) ? few : mem_calloc(n, sizeof(*all));
    size_t at = 0;

    if (all == NULL) {
        log_line(server->env->log, LOG_ERROR, "socketio: out of memory, %zu sockets are not told",
                 n);
        return;
    }
    list_each(node, &client->sockets) {
        all[at++] = container_of(node, struct sio_socket, in_client);
    }
    assert(at == n);
    sio_client_enter(client);
    for (size_t i = 0; i < n;
         i++) { /* those that end meanwhile stay in memory until the next turn */
        if (all[i]->state == SOCKET_CONNECTED) {
            call(server->ctx, all[i]);
        }
    }
    sio_client_leave(client);
    mem_free(all != few ? all : NULL);
}

int sio_client_send_disconnect(struct sio_client *client, struct sio_namespace *nsp)
{
    const struct sio_message_options options = sio_client_message_options(client);
    struct sio_message *message = NULL;
    int rc = sio_message_create_raw(SIO_DISCONNECT, sio_namespace_name(nsp), -1,
                                    (struct str){NULL, 0}, &options, &message);

    if (rc == 0) {
        rc = eio_session_send(client->session, message->parts[0]);
        sio_message_release(message);
    }
    return rc == SAILS_ENOMEM ? rc : 0; /* else it is told by the end of the connection */
}

void sio_client_disconnect(struct sio_client *client)
{
    sio_client_enter(client);
    list_each(node, &client->sockets) {
        struct sio_socket *socket = container_of(node, struct sio_socket, in_client);

        if (socket->state == SOCKET_CONNECTED) {
            sio_client_send_disconnect(client, socket->nsp);
        }
    }
    client->is_ending = true;
    eio_session_close(client->session, false);
    end_sockets(client, SIO_SERVER_NAMESPACE_DISCONNECT);
    sio_client_leave(client);
}

/* ---- packets ---- */

void sio_socket_receive(struct sio_socket *socket, const struct sio_packet *packet)
{
    struct sio_server *server = socket->nsp->server;

    switch (packet->type) {
    case SIO_EVENT:
    case SIO_BINARY_EVENT:
        if (packet->event.len > 0) { /* "2" alone means nothing (socket-io 16) */
            server->events->on_event(server->ctx, socket, packet);
        }
        break;
    case SIO_ACK:
    case SIO_BINARY_ACK:
        sio_ack_receive(socket, packet);
        break;
    case SIO_DISCONNECT:
        sio_socket_end(socket, SIO_CLIENT_NAMESPACE_DISCONNECT);
        break;
    case SIO_CONNECT:
    case SIO_CONNECT_ERROR:
        break; /* never for a socket: see dispatch() */
    }
}

/* A whole packet for a socket of the client's. *kept: see sio_hold(). 0, or why the connection fails. */
static int deliver(struct sio_socket *socket, const struct sio_packet *packet, struct str text,
                   struct sio_kept **kept)
{
    assert(socket != NULL);
    if (socket->state == SOCKET_CONNECTING || socket->held != NULL) {
        return sio_hold(socket, packet, text, kept);
    }
    sio_socket_receive(socket, packet);
    return 0;
}

/*
 * Whether the client may send such a packet now is asked first: for who may not nothing is kept or
 * built.
 */
static int dispatch(struct sio_client *client, const struct sio_packet *packet, struct str text)
{
    struct sio_socket *socket = sio_connect_find(client, packet->nsp);
    struct sio_kept *kept = NULL;

    if (packet->type == SIO_CONNECT && socket == NULL) {
        return sio_connect(client, packet);
    }
    if (packet->type == SIO_CONNECT || packet->type == SIO_CONNECT_ERROR || socket == NULL) {
        sio_client_give_up(client); /* connected twice, a server's packet, or not connected */
        return 0;
    }
    if (packet->n_attachments > 0) {
        return sio_kept_create(text, packet, client->server->options->budget, &client->partial);
    }
    return deliver(socket, packet, text, &kept);
}

static int on_text(struct sio_client *client, struct str text)
{
    const struct sio_options *options = client->server->options;
    const struct sio_packet_limits limits = {options->max_attachments, options->json};
    struct sio_packet packet;
    int rc = 0;

    if (client->partial != NULL) {
        return SAILS_EPROTO; /* its attachments come first */
    }
    rc = sio_packet_decode(text, &limits, &packet);
    return rc == 0 ? dispatch(client, &packet, text) : rc;
}

/*
 * With the last attachment a bad placeholder must close the connection, so the arguments are parsed
 * here, and kept for whoever asks for them. The socket may have been disconnected while they came.
 */
static int on_whole(struct sio_client *client, struct sio_kept *kept)
{
    struct sio_socket *socket = sio_connect_find(client, kept->packet.nsp);
    int rc = 0;

    if (socket == NULL) {
        sio_client_give_up(client);
    } else {
        kept->packet.args = sio_packet_args(&kept->packet, &rc);
    }
    if (kept->packet.args != NULL) {
        rc = deliver(socket, &kept->packet, (struct str){NULL, 0}, &kept);
    }
    sio_kept_destroy(kept);
    return rc;
}

static int on_binary(struct sio_client *client, struct bytes attachment)
{
    size_t max = client->server->options->max_packet;
    struct sio_kept *kept = client->partial;
    size_t size = 0;
    int rc = 0;

    if (kept == NULL) {
        return SAILS_EPROTO; /* nobody has announced it */
    }
    if (max > 0 && (!size_add(kept->size, attachment.len, &size) || size > max)) {
        return SAILS_ETOOBIG;
    }
    rc = sio_kept_add(kept, attachment);
    if (rc < 0 || kept->packet.attachments == NULL) {
        return rc;
    }
    client->partial = NULL;
    return on_whole(client, kept);
}

/* Clients of revision 4 write as text what is no event (sio_msgpack.h). */
static int on_packed(struct sio_client *client, bool is_binary, struct bytes message)
{
    const struct json_limits *limits = &client->server->options->json;
    struct sio_msgpack decoded;
    int rc = SAILS_EPROTO;

    if (is_binary) {
        rc = sio_msgpack_decode(message, limits->max_values, &decoded);
    } else if (sio_client_revision(client) == 4) {
        rc = sio_msgpack_decode_text(bytes_str(message), limits, &decoded);
    }
    if (rc == 0) {
        rc = dispatch(client, &decoded.packet, buf_str(&decoded.text));
        sio_msgpack_deinit(&decoded);
    }
    return rc;
}

static int on_message(struct sio_client *client, bool is_binary, struct bytes message)
{
    if (client->server->options->parser == SIO_PARSER_MSGPACK) {
        return on_packed(client, is_binary, message);
    }
    return is_binary ? on_binary(client, message) : on_text(client, bytes_str(message));
}

void sio_client_receive(struct sio_client *client, bool is_binary, struct bytes message)
{
    int rc = 0;

    if (client->is_ending) {
        return;
    }
    sio_client_enter(client);
    rc = on_message(client, is_binary, message);
    if (rc < 0) {
        sio_client_fail(client, rc);
    }
    sio_client_leave(client);
}
