#include "base/mem.h"
#include "socketio/sio_state.h"

#include <assert.h>

enum {
    /* Of the oldest: looking for one of an address must not cost more than what it may save. */
    HALF_OPEN_LOOKS = 64
};

const struct sio_options sio_default_options = {
    .connect_timeout_ms = 45000,
    .max_attachments = 10, /* as the clients' decoder */
    .json =
        {
            .max_depth = 512, /* Node itself fails at about 5000 (socket-io 23a) */
            /* At most 50 MB for as long as it is worked on, and 50 ms to parse it: what a worker's other
             * clients may be asked to bear. */
            .max_values = 200000,
        },
    .max_acks = 4096,
    .max_rooms = 0,
    .max_namespaces = 64,
    .max_half_open = 10000, /* a handshake and its headers each: 160 MB at the very most */
};

const char *sio_reason_text(enum sio_reason reason)
{
    switch (reason) {
    case SIO_TRANSPORT_CLOSE:
        return "transport close";
    case SIO_TRANSPORT_ERROR:
        return "transport error";
    case SIO_PING_TIMEOUT:
        return "ping timeout";
    case SIO_PARSE_ERROR:
        return "parse error";
    case SIO_FORCED_CLOSE:
        return "forced close";
    case SIO_FORCED_SERVER_CLOSE:
        return "forced server close";
    case SIO_CLIENT_NAMESPACE_DISCONNECT:
        return "client namespace disconnect";
    case SIO_SERVER_NAMESPACE_DISCONNECT:
        return "server namespace disconnect";
    case SIO_SERVER_SHUTTING_DOWN:
        return "server shutting down";
    }
    return "";
}

/* ---- what the engine tells ---- */

static enum sio_reason reason_of(const struct sio_server *server, enum eio_reason reason)
{
    if (server->is_shutting_down) {
        return SIO_SERVER_SHUTTING_DOWN;
    }
    switch (reason) {
    case EIO_TRANSPORT_CLOSE:
        return SIO_TRANSPORT_CLOSE;
    case EIO_TRANSPORT_ERROR:
        return SIO_TRANSPORT_ERROR;
    case EIO_PING_TIMEOUT:
        return SIO_PING_TIMEOUT;
    case EIO_PARSE_ERROR:
        return SIO_PARSE_ERROR;
    case EIO_FORCED_CLOSE:
        return SIO_FORCED_CLOSE;
    }
    return SIO_TRANSPORT_ERROR;
}

static void on_open(void *ctx, struct eio_session *session)
{
    sio_client_open(ctx, session);
}

static void on_message(void *ctx, struct eio_session *session, bool is_binary, struct bytes message)
{
    struct sio_client *client = eio_session_user(session);

    (void)ctx;
    if (client != NULL) {
        sio_client_receive(client, is_binary, message);
    }
}

static void on_close(void *ctx, struct eio_session *session, enum eio_reason reason, int detail)
{
    struct sio_client *client = eio_session_user(session);
    struct sio_server *server = ctx;

    if (client != NULL) {
        const struct sio_client *outer = server->closing;
        struct sio_close outer_close = server->close;

        eio_session_set_user(session, NULL);
        server->closing = client;
        server->close = (struct sio_close){detail, eio_session_close_code(session)};
        sio_client_close(client, reason_of(server, reason));
        server->closing = outer; /* a listener of one may have closed another */
        server->close = outer_close;
    }
}

static void on_upgrade(void *ctx, struct eio_session *session)
{
    const struct sio_server *server = ctx;
    struct sio_client *client = eio_session_user(session);

    if (client != NULL && server->events->on_upgrade != NULL) {
        sio_client_each(client, server->events->on_upgrade);
    }
}

static void on_drain(void *ctx, struct eio_session *session)
{
    const struct sio_server *server = ctx;
    struct sio_client *client = eio_session_user(session);

    if (client != NULL && server->events->on_drain != NULL) {
        sio_client_each(client, server->events->on_drain);
    }
}

static void on_request(void *ctx, const struct http_request *request, const struct link *link,
                       struct eio_decision *decision)
{
    struct sio_server *server = ctx;

    server->hooks->on_request(server->hooks_ctx, request, link, decision);
}

static void on_connection_error(void *ctx, const struct http_request *request, int code,
                                const char *message)
{
    struct sio_server *server = ctx;

    server->hooks->on_connection_error(server->hooks_ctx, request, code, message);
}

static void on_headers(void *ctx, struct http_exchange *x, bool is_handshake)
{
    struct sio_server *server = ctx;

    server->hooks->on_headers(server->hooks_ctx, x, is_handshake);
}

static unsigned on_admit(void *ctx, const struct eio_handshake *handshake)
{
    struct sio_server *server = ctx;

    return server->hooks->on_admit(server->hooks_ctx, handshake);
}

static void on_leave(void *ctx, const struct eio_handshake *handshake)
{
    struct sio_server *server = ctx;

    server->hooks->on_leave(server->hooks_ctx, handshake);
}

static bool on_id(void *ctx, const struct eio_server *engine, struct eio_handshake *handshake,
                  char id[ID_LEN + 1])
{
    struct sio_server *server = ctx;

    return server->hooks->on_id(server->hooks_ctx, engine, handshake, id);
}

static bool on_unknown(void *ctx, struct http_exchange *x, struct str sid)
{
    struct sio_server *server = ctx;

    return server->hooks->on_unknown(server->hooks_ctx, x, sid);
}

void sio_server_set_engine_hooks(struct sio_server *server, const struct eio_events *hooks,
                                 void *ctx)
{
    assert(hooks->on_open == NULL && hooks->on_message == NULL && hooks->on_close == NULL &&
           hooks->on_upgrade == NULL && hooks->on_drain == NULL);
    server->hooks = hooks;
    server->hooks_ctx = ctx;
    server->engine_events.on_request = hooks->on_request != NULL ? on_request : NULL;
    server->engine_events.on_connection_error =
        hooks->on_connection_error != NULL ? on_connection_error : NULL;
    server->engine_events.on_headers = hooks->on_headers != NULL ? on_headers : NULL;
    server->engine_events.on_unknown = hooks->on_unknown != NULL ? on_unknown : NULL;
    server->engine_events.on_id = hooks->on_id != NULL ? on_id : NULL;
    server->engine_events.on_admit = hooks->on_admit != NULL ? on_admit : NULL;
    server->engine_events.on_leave = hooks->on_leave != NULL ? on_leave : NULL;
}

/* ---- time ---- */

/* No namespace was joined in time: the timer stops with the first one (socket-io 4). */
static void on_connect_timeout(struct deadline *deadline, void *ctx)
{
    struct sio_server *server = ctx;

    server->n_half_open--;
    sio_client_give_up(container_of(deadline, struct sio_client, connect_deadline));
}

bool sio_server_end_half_open(struct sio_server *server,
                              bool (*is_it)(const struct eio_session *session, void *ctx),
                              void *ctx)
{
    size_t n = 0;

    list_each(node, &server->connect_deadlines.waiting) {
        struct deadline *deadline = container_of(node, struct deadline, in_queue);
        struct sio_client *client = container_of(deadline, struct sio_client, connect_deadline);

        if (n++ == HALF_OPEN_LOOKS) {
            return false;
        }
        if (is_it == NULL || is_it(client->session, ctx)) {
            sio_client_stop_waiting(client);
            client->is_ending = true;
            eio_session_close(client->session, true);
            return true;
        }
    }
    return false;
}

static void free_gone(struct sio_server *server)
{
    struct list *node = NULL;

    while ((node = list_take_first(&server->gone)) != NULL) {
        sio_socket_free(container_of(node, struct sio_socket, in_client));
    }
}

static void on_turn(struct deadline *deadline, void *ctx)
{
    struct sio_server *server = ctx;
    struct list ready;

    (void)deadline;
    list_init(&ready);
    list_splice(&ready, &server->ready);
    while (!list_is_empty(&ready)) {
        sio_hold_deliver(container_of(list_take_first(&ready), struct sio_kept, in_ready)->owner);
    }
    free_gone(server);
}

void sio_server_need_turn(struct sio_server *server)
{
    if (!deadline_is_running(&server->next_turn)) {
        deadline_start(&server->next_turn, &server->turns, server->env->now_ms);
    }
}

/* ---- life ---- */

struct sio_server *sio_server_create(struct env *env, const struct sio_options *options,
                                     const struct eio_options *engine_options,
                                     const struct sio_events *events, void *ctx)
{
    struct sio_server *server = mem_calloc(1, sizeof(*server));

    if (server == NULL) {
        return NULL;
    }
    server->env = env;
    server->options = options;
    server->events = events;
    server->ctx = ctx;
    server->engine_events = (struct eio_events){
        .on_open = on_open,
        .on_message = on_message,
        .on_close = on_close,
        .on_upgrade = on_upgrade,
        .on_drain = on_drain,
    };
    list_init(&server->ready);
    list_init(&server->gone);
    deadline_ladder_init(&server->ack_limits, &env->deadlines, sio_ack_on_timeout, server);
    deadline_queue_init(&server->connect_deadlines, &env->deadlines, options->connect_timeout_ms,
                        on_connect_timeout, server);
    deadline_queue_init(&server->turns, &env->deadlines, 0, on_turn, server);
    server->no_auth = json_object();
    if (server->no_auth != NULL) {
        server->engine = eio_server_create(env, engine_options, &server->engine_events, server);
    }
    if (server->engine == NULL) {
        sio_server_destroy(server);
        return NULL;
    }
    return server;
}

void sio_server_destroy(struct sio_server *server)
{
    if (server == NULL) {
        return;
    }
    eio_server_destroy(server->engine);
    free_gone(server);
    assert(list_is_empty(&server->ready));
    deadline_ladder_deinit(&server->ack_limits);
    deadline_queue_deinit(&server->connect_deadlines);
    deadline_queue_deinit(&server->turns);
    json_decref(server->no_auth);
    mem_free(server);
}

struct eio_server *sio_server_engine(struct sio_server *server)
{
    return server->engine;
}

void sio_server_shutdown(struct sio_server *server)
{
    server->is_shutting_down = true; /* on_close of each session gives that as the reason */
    eio_server_shutdown(server->engine);
}

void sio_server_end(struct sio_server *server)
{
    eio_server_end(server->engine);
    free_gone(server);
}
