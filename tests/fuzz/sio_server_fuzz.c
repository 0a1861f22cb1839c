/*
 * A Socket.IO server with one client of each revision. The input is a list of steps, two bytes each
 * and what they need behind them: messages of the clients, and the application's doing. What must
 * hold: nothing crashes or leaks; events come only for connected sockets; every socket ends once.
 */
#include "base/mem.h"
#include "socketio/sio.h"

#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    N_CLIENTS = 2,
    N_NAMESPACES = 3,
    N_SOCKETS = 16
};

struct client {
    struct link link;
    struct world *world;
    bool is_closing;
    bool is_closed;
    bool has_written;
};

struct world {
    struct env env;
    struct http_service http;
    struct eio_options engine_options;
    struct sio_options options;
    struct sio_server *server;
    struct sio_namespace *nsps[N_NAMESPACES];
    atomic_uint_fast64_t ack_ids;
    struct client clients[N_CLIENTS];
    struct sio_socket *sockets[N_SOCKETS]; /* that have not ended */
    bool decides_later;
};

static void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

/* ---- links ---- */

static struct client *client_of(struct link *link)
{
    return container_of(link, struct client, link);
}

static int on_write(struct link *link, struct shared *data)
{
    (void)data;
    client_of(link)->has_written = true;
    return client_of(link)->is_closing ? SAILS_ECLOSED : 0;
}

static void on_link_end(struct link *link)
{
    client_of(link)->is_closing = true;
}

static void on_pause(struct link *link, bool paused)
{
    (void)link;
    (void)paused;
}

static size_t on_queued(const struct link *link)
{
    (void)link;
    return 0;
}

static int on_move(struct link *link, unsigned worker, struct bytes unread)
{
    (void)link;
    (void)worker;
    (void)unread;
    return SAILS_EINVAL;
}

static void on_peer(const struct link *link, char out[64])
{
    (void)link;
    memcpy(out, "::1", sizeof("::1"));
}

static void flush_apart(struct link *link)
{
    (void)link; /* what is written is there at once */
}

static const struct link_ops ops = {.flush_apart = flush_apart,
                                    .write = on_write,
                                    .end = on_link_end,
                                    .abort = on_link_end,
                                    .pause = on_pause,
                                    .queued = on_queued,
                                    .move = on_move,
                                    .peer = on_peer};

static void feed(struct client *client, const void *data, size_t len)
{
    if (!client->is_closing && !client->is_closed && len > 0) {
        client->link.events->on_data(&client->link, (struct bytes){data, len});
    }
}

/* A frame with a mask of zeros. */
static void feed_frame(struct client *client, bool is_binary, const uint8_t *data, size_t len)
{
    const uint8_t head[] = {
        is_binary ? 0x82 : 0x81, 0xfe, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, 0};
    const uint8_t short_head[] = {head[0], (uint8_t)(0x80 | len), 0, 0, 0, 0};

    if (len < 126) {
        feed(client, short_head, sizeof(short_head));
    } else {
        feed(client, head, sizeof(head));
    }
    feed(client, data, len);
}

static void run_turn(struct world *w)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        struct client *client = &w->clients[i];

        if (client->has_written && !client->is_closing && !client->is_closed &&
            client->link.events->on_drain != NULL) {
            client->has_written = false;
            client->link.events->on_drain(&client->link);
        }
        if (client->is_closing && !client->is_closed) {
            client->is_closed = true;
            client->link.events->on_close(&client->link, 0);
        }
    }
    deadlines_run(&w->env.deadlines, w->env.now_ms);
}

static void fill_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    memset(out, 7, len);
}

/* ---- the application ---- */

static struct sio_namespace *on_namespace(void *ctx, struct str name, json_t *auth,
                                          const char **why)
{
    struct world *w = ctx;

    require(json_is_object(auth) && why != NULL);
    for (size_t i = 0; i < N_NAMESPACES; i++) {
        if (str_eq(sio_namespace_name(w->nsps[i]), name)) {
            return w->nsps[i];
        }
    }
    return NULL;
}

static void forget(struct world *w, const struct sio_socket *socket)
{
    size_t n = 0;

    for (size_t i = 0; i < N_SOCKETS; i++) {
        if (w->sockets[i] == socket) {
            w->sockets[i] = NULL;
            n++;
        }
    }
    require(n == 1);
}

static void on_connecting(void *ctx, struct sio_socket *socket)
{
    struct world *w = ctx;

    for (size_t i = 0; i < N_SOCKETS; i++) {
        if (w->sockets[i] == NULL) {
            w->sockets[i] = socket;
            break;
        }
    }
    if (!w->decides_later) {
        sio_socket_accept(socket, NULL, NULL);
    }
}

static void send_args(struct sio_socket *socket, const struct sio_packet *packet)
{
    const struct world *w = sio_namespace_user(sio_socket_namespace(socket));
    const struct sio_message_options options = {.parser = w->options.parser};
    const struct sio_target all = {0};
    struct sio_message *message = NULL;
    json_t *args = sio_packet_args(packet, NULL);

    require(args != NULL);
    if (sio_message_create(sio_namespace_name(sio_socket_namespace(socket)), "e", args, NULL,
                           packet->id, &options, &message) == 0) {
        sio_namespace_broadcast(sio_socket_namespace(socket), &all, message, false);
        sio_message_release(message);
    }
    json_decref(args);
}

static void on_ack(struct sio_socket *socket, int status, const struct sio_packet *answer,
                   void *ctx)
{
    (void)socket;
    (void)ctx;
    require((status == 0) == (answer != NULL));
}

/* Names choose what an application could do. */
static void on_event(void *ctx, struct sio_socket *socket, const struct sio_packet *packet)
{
    char *name = sio_packet_event_name(packet);

    (void)ctx;
    require(name != NULL && sio_socket_is_connected(socket));
    send_args(socket, packet);
    switch (name[0]) {
    case 'j':
        sio_socket_join(socket, str_from(name));
        break;
    case 'l':
        sio_socket_leave_all(socket);
        break;
    case 'q':
        sio_socket_expect_ack(socket, 1, 100, on_ack, NULL);
        break;
    case 'd':
        sio_socket_disconnect(socket, false);
        break;
    case 'D':
        sio_socket_disconnect(socket, true);
        break;
    default:
        break;
    }
    mem_free(name);
}

static void on_error(void *ctx, struct sio_socket *socket, int err)
{
    (void)ctx;
    require(err < 0 && sio_socket_is_connected(socket));
}

static void on_disconnecting(void *ctx, struct sio_socket *socket, enum sio_reason reason)
{
    (void)ctx;
    (void)reason;
    sio_socket_join(socket, STR("last"));
}

static void on_disconnect(void *ctx, struct sio_socket *socket, enum sio_reason reason)
{
    require(sio_reason_text(reason)[0] != '\0');
    forget(ctx, socket);
}

/* Who hears of a room may leave it, and end the socket. */
static void on_room(void *ctx, struct sio_socket *socket, enum sio_room_change change,
                    struct str room)
{
    (void)ctx;
    require(room.len > 0);
    if (change == SIO_ROOM_JOINED && room.len == 3) {
        sio_socket_leave(socket, room);
    } else if (change == SIO_ROOM_LEFT && room.len == 4) {
        sio_socket_disconnect(socket, false);
    }
}

static const struct sio_events events = {.on_namespace = on_namespace,
                                         .on_connecting = on_connecting,
                                         .on_event = on_event,
                                         .on_error = on_error,
                                         .on_disconnecting = on_disconnecting,
                                         .on_disconnect = on_disconnect,
                                         .on_room = on_room};

static void on_request(void *ctx, struct http_exchange *x)
{
    struct world *w = ctx;

    require(eio_server_handle(sio_server_engine(w->server), x));
}

/* ---- life ---- */

#define UPGRADE(eio)                                                                               \
    "GET /engine.io/?EIO=" eio "&transport=websocket HTTP/1.1\r\nHost: x\r\n"                      \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

static void begin(struct world *w, enum sio_parser parser)
{
    static const char *const names[N_NAMESPACES] = {"/", "/a", "/%C3%A9"};
    static const char *const upgrades[N_CLIENTS] = {UPGRADE("4"), UPGRADE("3")};

    *w = (struct world){.engine_options = eio_default_options, .options = sio_default_options};
    w->options.parser = parser;
    w->engine_options.allow_eio3 = true;
    w->env.now_ms = 1;
    w->env.random = fill_random;
    deadline_set_init(&w->env.deadlines);
    w->http = (struct http_service){
        .env = &w->env, .limits = &http_default_limits, .on_request = on_request, .ctx = w};
    http_service_init(&w->http);
    w->server = sio_server_create(&w->env, &w->options, &w->engine_options, &events, w);
    for (size_t i = 0; i < N_NAMESPACES; i++) {
        w->nsps[i] = sio_namespace_create(w->server, str_from(names[i]), &w->ack_ids, w);
        sio_namespace_tell_rooms(w->nsps[i]);
    }
    for (size_t i = 0; i < N_CLIENTS; i++) {
        w->clients[i] = (struct client){.link = {.ops = &ops}, .world = w};
        require(http_conn_open(&w->http, &w->clients[i].link) == 0);
        feed(&w->clients[i], upgrades[i], strlen(upgrades[i]));
    }
    run_turn(w);
}

static void end(struct world *w)
{
    for (size_t i = 0; i < N_CLIENTS; i++) {
        w->clients[i].is_closing = true;
    }
    run_turn(w);
    sio_server_destroy(w->server);
    for (size_t i = 0; i < N_NAMESPACES; i++) {
        require(sio_namespace_count(w->nsps[i]) == 0);
        sio_namespace_destroy(w->nsps[i]);
    }
    for (size_t i = 0; i < N_SOCKETS; i++) {
        require(w->sockets[i] == NULL);
    }
    http_service_deinit(&w->http);
}

static void refuse(struct world *w, struct sio_socket *socket)
{
    if (!sio_socket_is_connected(socket)) {
        forget(w, socket);
        sio_socket_refuse(socket, "no", NULL);
    }
}

static void act(struct world *w, unsigned action, unsigned which)
{
    struct sio_socket *socket = w->sockets[which % N_SOCKETS];

    switch (action) {
    case 0:
        run_turn(w);
        break;
    case 1:
        w->decides_later = !w->decides_later;
        break;
    case 2:
        w->env.now_ms += which * 100;
        run_turn(w);
        break;
    case 3:
        if (socket != NULL) {
            sio_socket_accept(socket, NULL, which % 2 == 0 ? "pid" : NULL);
        }
        break;
    case 4:
        if (socket != NULL) {
            refuse(w, socket);
        }
        break;
    case 5:
        if (socket != NULL) {
            sio_socket_disconnect(socket, which >= N_SOCKETS);
        }
        break;
    default:
        break;
    }
}

/*
 * A step: what (0 to 3: a message, text or binary, of one client; above: the application), a length
 * or which socket, and the message. One whose first byte is 0xff is for a server that speaks MessagePack.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w;

    begin(&w, size > 0 && *data == 0xff ? SIO_PARSER_MSGPACK : SIO_PARSER_TEXT);
    data += w.options.parser == SIO_PARSER_MSGPACK ? 1 : 0;
    size -= w.options.parser == SIO_PARSER_MSGPACK ? 1 : 0;
    while (size >= 2) {
        unsigned what = data[0] % 12;
        size_t len = data[1];

        data += 2;
        size -= 2;
        if (what >= 4) {
            act(&w, what - 4, (unsigned)len);
            continue;
        }
        len = len < size ? len : size;
        feed_frame(&w.clients[what / 2], what % 2 == 1, data, len);
        data += len;
        size -= len;
    }
    end(&w);
    return 0;
}
