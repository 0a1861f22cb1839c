/*
 * sio_connect.c - into a namespace: CONNECT, and the answers to it (socket-io 4, 5, 9).
 */
#include "base/c_text.h"
#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "http/url.h"
#include "socketio/sio_state.h"

#include <sails/err.h>

/* ---- names ---- */

/* Revision 4 clients put a query behind the name; a '#' ends it, too, as in a URL. */
static struct str take_name(struct str *text)
{
    size_t end = 0;

    while (end < text->len && text->ptr[end] != '?' && text->ptr[end] != '#') {
        end++;
    }
    struct str name = {text->ptr, end};

    *text = str_from_offset(*text, end);
    return name;
}

/* What URL parsers encode in a path. */
static bool is_encoded(uint8_t c)
{
    return c <= ' ' || c >= 0x7f || memchr("\"<>`{}", c, 6) != NULL;
}

static bool needs_encoding(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (is_encoded((uint8_t)name.ptr[i])) {
            return true;
        }
    }
    return false;
}

static void encode_name(struct buf *out, struct str name)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = (uint8_t)name.ptr[i];

        if (is_encoded(c)) {
            buf_append(out, (char[]){'%', digits[c >> 4], digits[c & 0xf]}, 3);
        } else {
            buf_append_char(out, (char)c);
        }
    }
}

static struct sio_socket *find_by_name(const struct sio_client *client, struct str name)
{
    list_each(node, &client->sockets) {
        struct sio_socket *socket = container_of(node, struct sio_socket, in_client);

        if (str_eq(sio_namespace_name(socket->nsp), name)) {
            return socket;
        }
    }
    return NULL;
}

struct sio_socket *sio_connect_find(const struct sio_client *client, struct str name)
{
    struct sio_socket *socket = NULL;
    struct buf encoded = {0};

    if (sio_client_revision(client) == 5) {
        return find_by_name(client, name);
    }
    name = take_name(&name);
    socket = find_by_name(client, name);
    if (socket == NULL && needs_encoding(name)) {
        encode_name(&encoded, name);
        socket = buf_error(&encoded) == 0 ? find_by_name(client, buf_str(&encoded)) : NULL;
        buf_deinit(&encoded);
    }
    return socket;
}

/* The namespace of a name, as the floor above knows it. NULL: unknown. */
static struct sio_namespace *resolve(struct sio_client *client, struct str name, json_t *auth,
                                     const char **why)
{
    struct sio_server *server = client->server;
    json_t *given = auth != NULL ? auth : server->no_auth;
    struct sio_namespace *nsp = NULL;
    struct buf encoded = {0};

    if (c_text_is_whole(name)) {
        nsp = server->events->on_namespace(server->ctx, name, given, why);
    }
    if (nsp == NULL && sio_client_revision(client) == 4 && needs_encoding(name)) {
        encode_name(&encoded, name);
        if (buf_error(&encoded) == 0) {
            nsp = server->events->on_namespace(server->ctx, buf_str(&encoded), given, why);
        }
        buf_deinit(&encoded);
    }
    return nsp;
}

/* ---- auth ---- */

static bool is_name(struct buf *key)
{
    return utf8_is_valid(buf_bytes(key)) && c_text_is_whole(buf_str(key));
}

static int set_decoded(json_t *object, struct str name, struct str value)
{
    struct buf key = {0};
    struct buf text = {0};
    int rc = url_decode(&key, name, true, false);

    if (rc == 0) {
        rc = url_decode(&text, value, true, false);
    }
    if (rc == 0 && is_name(&key) && utf8_is_valid(buf_bytes(&text))) {
        json_t *decoded = json_stringn_nocheck(text.ptr != NULL ? text.ptr : "", text.len);

        rc = json_object_setn_new_nocheck(object, key.ptr != NULL ? key.ptr : "", key.len, decoded);
        rc = rc < 0 ? SAILS_ENOMEM : 0;
    }
    buf_deinit(&key);
    buf_deinit(&text);
    return rc;
}

/* A query as an object of texts; of names that come twice the last one counts (socket-io 5), and
 * what is no text, or a name with a NUL in it (c_text.h), is left out. */
static int parse_query(struct str query, json_t **auth)
{
    json_t *object = json_object();
    struct str name;
    struct str value;
    int rc = object != NULL ? 0 : SAILS_ENOMEM;

    while (rc == 0 && url_take_pair(&query, &name, &value)) {
        rc = set_decoded(object, name, value);
    }
    if (rc < 0) {
        json_decref(object);
        return rc;
    }
    *auth = object;
    return 0;
}

/* Nearly nobody sends any auth: an empty object is not kept. */
static json_t *drop_empty(json_t *auth)
{
    if (json_object_size(auth) > 0) {
        return auth;
    }
    json_decref(auth);
    return NULL;
}

/* ---- answers ---- */

/* Sends a packet of the server's own. 0; SAILS_ENOMEM; SAILS_ECLOSED. */
static int answer(struct sio_client *client, enum sio_packet_type type, struct str nsp,
                  struct str payload)
{
    const struct sio_message_options options = sio_client_message_options(client);
    struct sio_message *message = NULL;
    int rc = sio_message_create_raw(type, nsp, -1, payload, &options, &message);

    if (rc == 0) {
        rc = eio_session_send(client->session, message->parts[0]);
        sio_message_release(message);
    }
    return rc == 0 || rc == SAILS_ENOMEM ? rc : SAILS_ECLOSED;
}

/* The parser of MessagePack that clients of revision 4 have takes nothing but a text for an error. */
static bool takes_text_alone(const struct sio_client *client)
{
    return sio_client_revision(client) == 4 &&
           client->server->options->parser == SIO_PARSER_MSGPACK;
}

static int answer_error(struct sio_client *client, struct str nsp, const char *message)
{
    bool as_text = takes_text_alone(client);
    struct buf payload = {0};
    int rc = 0;

    buf_append_str(&payload, as_text ? STR("") : STR("{\"message\":"));
    json_write_string(&payload, str_from(message));
    buf_append_str(&payload, as_text ? STR("") : STR("}"));
    rc = buf_error(&payload);
    if (rc == 0) {
        rc = answer(client, SIO_CONNECT_ERROR, nsp, buf_str(&payload));
    }
    buf_deinit(&payload);
    return rc == SAILS_ECLOSED ? 0 : rc; /* who is gone needs no answer */
}

/* ---- CONNECT ---- */

/* `auth` is taken, and may be NULL. */
static int begin(struct sio_client *client, struct str name, json_t *auth)
{
    struct sio_server *server = client->server;
    struct sio_namespace *nsp = NULL;
    struct sio_socket *socket = NULL;
    const char *why = "Invalid namespace";
    int rc = 0;

    if (client->n_sockets >= server->options->max_namespaces) {
        rc = answer_error(client, name, "Too many namespaces");
        goto out;
    }
    nsp = resolve(client, name, auth, &why);
    if (client->is_ending) {
        goto out; /* the callback has closed the connection */
    }
    if (nsp == NULL) {
        rc = answer_error(client, name, why);
        goto out;
    }
    socket = sio_socket_create(client, nsp, name, auth);
    if (socket == NULL) {
        rc = SAILS_ENOMEM;
        goto out;
    }
    auth = NULL;
    server->events->on_connecting(server->ctx, socket);
out:
    json_decref(auth);
    return rc;
}

int sio_connect(struct sio_client *client, const struct sio_packet *packet)
{
    struct str name = packet->nsp;
    json_t *auth = NULL;
    int rc = 0;

    if (sio_client_revision(client) == 4) {
        struct str rest = packet->nsp;

        name = take_name(&rest);
        if (rest.len > 1 && rest.ptr[0] == '?') {
            struct str query = str_from_offset(rest, 1);

            query.len = str_find(query, '#');
            rc = parse_query(query, &auth);
        }
    } else if (packet->args != NULL) {
        auth = json_incref(packet->args);
    } else if (packet->payload.len > 0) {
        auth = json_parse_valid(packet->payload);
        rc = auth != NULL ? 0 : SAILS_ENOMEM;
    }
    return rc == 0 ? begin(client, name, drop_empty(auth)) : rc;
}

int sio_connect_root(struct sio_client *client)
{
    return begin(client, STR("/"), NULL);
}

/* ---- the floor above decides ---- */

/* {"sid":...[,"pid":...]}; nothing for revision 4 clients, who know their id. */
static int write_welcome(struct buf *out, const struct sio_socket *socket, const char *sid,
                         const char *pid)
{
    int rc = 0;

    if (sio_socket_revision(socket) == 4) {
        return 0;
    }
    buf_append_str(out, STR("{\"sid\":"));
    rc = json_write_string(out, str_from(sid));
    if (rc == 0 && pid != NULL) {
        buf_append_str(out, STR(",\"pid\":"));
        rc = json_write_string(out, str_from(pid));
    }
    buf_append_char(out, '}');
    return rc < 0 ? rc : buf_error(out);
}

/* sid: NULL: it keeps the one it has. */
static void admit(struct sio_socket *socket, const char *sid)
{
    struct sio_server *server = socket->nsp->server;

    if (sid != NULL) {
        memcpy(socket->id, sid, strlen(sid) + 1);
    }
    socket->state = SOCKET_CONNECTED;
    socket->was_connected = true;
    sio_namespace_add(socket->nsp, socket);
    sio_client_stop_waiting(socket->client);
    if (socket->held != NULL) {
        list_append(&server->ready, &socket->held->in_ready);
        sio_server_need_turn(server);
    }
    sio_rooms_enter_own(socket);
}

/* Whether the socket can have that id: a recovered one is as long as a fresh one. */
static int check_sid(const struct sio_socket *socket, const char *sid)
{
    if (sio_socket_revision(socket) == 4 || strlen(sid) > strlen(socket->id) || *sid == '\0') {
        return SAILS_EINVAL;
    }
    return sio_namespace_find(socket->nsp, str_from(sid)) == NULL ? 0 : SAILS_EEXIST;
}

int sio_socket_accept(struct sio_socket *socket, const char *sid, const char *pid)
{
    struct buf payload = {0};
    int rc = 0;

    if (socket->state != SOCKET_CONNECTING || socket->client->is_ending) {
        return SAILS_ECLOSED;
    }
    if (sid != NULL) {
        rc = check_sid(socket, sid);
        if (rc < 0) {
            return rc;
        }
    }
    rc = write_welcome(&payload, socket, sid != NULL ? sid : socket->id, pid);
    if (rc == 0) {
        rc =
            answer(socket->client, SIO_CONNECT, sio_namespace_name(socket->nsp), buf_str(&payload));
    }
    buf_deinit(&payload);
    if (rc == 0) {
        admit(socket, sid);
    } else if (rc == SAILS_ENOMEM) {
        sio_client_give_up(socket->client);
    }
    return rc;
}

/* Socket-io 9. What JSON cannot express is left out. */
static void write_refusal(struct buf *out, const struct sio_client *client, const char *message,
                          json_t *data)
{
    size_t n_binary = 0;

    if (takes_text_alone(client)) {
        if (json_write_string(out, str_from(message != NULL ? message : "")) < 0) {
            buf_clear(out);
            buf_append_str(out, STR("\"\""));
        }
        return;
    }
    if (sio_client_revision(client) == 4) {
        if (data != NULL && json_value_write_binary(out, data, NULL, 0, &n_binary) == 0) {
            return;
        }
        buf_clear(out);
        if (message != NULL && json_write_string(out, str_from(message)) < 0) {
            buf_clear(out);
        }
        return;
    }
    buf_append_char(out, '{');
    if (message != NULL) {
        buf_append_str(out, STR("\"message\":"));
        if (json_write_string(out, str_from(message)) == SAILS_EJSON) {
            buf_append_str(out, STR("\"\""));
        }
    }
    if (data != NULL) {
        buf_append_str(out, message != NULL ? STR(",\"data\":") : STR("\"data\":"));
        json_value_write_binary(out, data, NULL, 0, &n_binary);
    }
    buf_append_char(out, '}');
}

void sio_socket_refuse(struct sio_socket *socket, const char *message, json_t *data)
{
    struct sio_client *client = socket->client;
    bool sent_too_early = socket->held != NULL;
    struct buf payload = {0};
    int rc = 0;

    if (socket->state != SOCKET_CONNECTING) {
        return;
    }
    if (!client->is_ending) {
        write_refusal(&payload, client, message, data);
        rc = buf_error(&payload);
        if (rc == 0) {
            rc = answer(client, SIO_CONNECT_ERROR, sio_namespace_name(socket->nsp),
                        buf_str(&payload));
        }
        buf_deinit(&payload);
    }
    sio_socket_bury(socket);
    if (rc == SAILS_ENOMEM || sent_too_early) {
        sio_client_give_up(client); /* packets for a namespace that it is not in (socket-io 16) */
    }
}
