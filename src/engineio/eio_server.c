/*
 * A request runs through the checks of engine-io 3 in their order; the first one that fails answers
 * it. What passes goes to the session that it names, or opens one (eio_opening.h).
 */
#include "engineio/eio_server.h"

#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "engineio/eio_cors.h"
#include "engineio/eio_opening.h"
#include "engineio/eio_polling.h"
#include "engineio/eio_session.h"
#include "engineio/eio_websocket.h"

#include <sails/err.h>

/* ---- upgrades that nobody wants (engine-io 1) ---- */

struct unwanted {
    struct list in_server;
    struct deadline deadline;
    struct http_exchange *x;
};

static void destroy_unwanted(struct unwanted *u)
{
    deadline_stop(&u->deadline);
    list_remove(&u->in_server);
    mem_free(u);
}

static void on_unwanted_due(struct deadline *deadline, void *ctx)
{
    struct unwanted *u = container_of(deadline, struct unwanted, deadline);
    struct http_exchange *x = u->x;

    (void)ctx;
    destroy_unwanted(u);
    http_drop(x);
}

static void on_unwanted_abort(struct http_exchange *x, int err)
{
    (void)err;
    destroy_unwanted(http_user(x));
}

static const struct http_exchange_events unwanted_events = {.on_abort = on_unwanted_abort};

void eio_server_destroy_upgrade(struct eio_server *server, struct http_exchange *x)
{
    struct unwanted *u = NULL;

    if (!server->options->destroy_upgrade) {
        eio_answer_empty(x, 404);
        return;
    }
    u = mem_calloc(1, sizeof(*u));
    if (u == NULL) {
        http_drop(x);
        return;
    }
    u->x = x;
    list_append(&server->unwanted, &u->in_server);
    deadline_start(&u->deadline, &server->unwanteds, server->env->now_ms);
    http_accept(x, &unwanted_events, u, server->options->max_http_buffer_size);
}

/* ---- life ---- */

/* Frames that never change: a packet without data for each type, and the answer to a probe. */
static bool make_frames(struct eio_server *server)
{
    bool ok = true;

    for (size_t i = 0; i < ARRAY_LEN(server->bare); i++) {
        uint8_t type = (uint8_t)('0' + i);

        server->bare[i] =
            ws_message_create(false, (struct bytes){&type, 1}, (struct bytes){0}, false);
        ok = ok && server->bare[i] != NULL;
    }
    server->probe_answer =
        ws_message_create(false, str_bytes(STR("3")), str_bytes(STR("probe")), false);
    ok = ok && server->probe_answer != NULL;
    if (server->options->initial_packet != NULL) {
        server->initial = eio_message_create(
            false, str_bytes(str_from(server->options->initial_packet)), true, true);
        ok = ok && server->initial != NULL;
    }
    return ok;
}

static void release_frame(struct ws_message *m)
{
    if (m != NULL) {
        ws_message_release(m);
    }
}

static void release_frames(struct eio_server *server)
{
    for (size_t i = 0; i < ARRAY_LEN(server->bare); i++) {
        release_frame(server->bare[i]);
    }
    release_frame(server->probe_answer);
    eio_message_release(server->initial);
}

static void init_queues(struct eio_server *server)
{
    eio_session_init_queues(server);
    eio_polling_init_queues(server);
    eio_probe_init_queues(server);
    deadline_queue_init(&server->unwanteds, &server->env->deadlines,
                        server->options->destroy_upgrade_timeout_ms, on_unwanted_due, server);
    server->ws_options = (struct ws_options){
        .max_message = server->options->max_http_buffer_size,
        .max_fragments = 16384, /* as ws (websocket 2) */
        .budget = server->options->budget,
        .deflate = server->options->per_message_deflate,
        .deflate_options = server->options->deflate,
        .close_timeout_ms = 30000,
    };
    ws_service_init(&server->ws, server->env, &server->ws_options);
}

static void deinit_queues(struct eio_server *server)
{
    struct deadline_queue *queues[] = {&server->pings,     &server->pongs,   &server->windows,
                                       &server->closings,  &server->endings, &server->flushes,
                                       &server->upgrades,  &server->noops,   &server->unwanteds,
                                       &server->deliveries};

    for (size_t i = 0; i < ARRAY_LEN(queues); i++) {
        deadline_queue_deinit(queues[i]);
    }
    ws_service_deinit(&server->ws);
}

static struct str without_slash(struct str path)
{
    return path.len > 0 && path.ptr[path.len - 1] == '/' ? (struct str){path.ptr, path.len - 1}
                                                         : path;
}

struct eio_server *eio_server_create(struct env *env, const struct eio_options *options,
                                     const struct eio_events *events, void *ctx)
{
    struct eio_server *server = mem_calloc(1, sizeof(*server));

    if (server == NULL) {
        return NULL;
    }
    server->env = env;
    server->options = options;
    server->events = events;
    server->ctx = ctx;
    server->path = without_slash(str_from(options->path));
    eio_commons_init(&server->commons, env->hash_key);
    list_init(&server->decisions);
    list_init(&server->unwanted);
    if (!make_frames(server)) {
        release_frames(server);
        mem_free(server);
        return NULL;
    }
    init_queues(server);
    return server;
}

void eio_server_destroy(struct eio_server *server)
{
    if (server == NULL) {
        return;
    }
    eio_server_end(server);
    eio_opening_forget_all(server);
    while (!list_is_empty(&server->unwanted)) {
        struct unwanted *u = container_of(server->unwanted.next, struct unwanted, in_server);
        struct http_exchange *x = u->x;

        destroy_unwanted(u);
        http_drop(x);
    }
    deinit_queues(server);
    release_frames(server);
    map_deinit(&server->sessions);
    eio_commons_deinit(&server->commons);
    mem_free(server);
}

void eio_server_shutdown(struct eio_server *server)
{
    server->is_shut_down = true;
    map_each(node, &server->sessions) {
        eio_session_close(container_of(node, struct eio_session, by_id), true);
    }
}

/* Sessions that are still open hear their end; then all are freed that waited for a later turn. */
void eio_server_end(struct eio_server *server)
{
    struct map_node *node = NULL;

    while ((node = map_first(&server->sessions)) != NULL) {
        eio_session_end(container_of(node, struct eio_session, by_id), EIO_FORCED_CLOSE, 0);
    }
    while (server->n_sessions_alive > 0) {
        struct list *first = list_take_first(&server->endings.waiting);

        eio_session_destroy(container_of(container_of(first, struct deadline, in_queue),
                                         struct eio_session, deadline));
    }
}

size_t eio_server_count(const struct eio_server *server)
{
    return server->sessions.count;
}

const struct eio_traffic *eio_server_traffic(const struct eio_server *server)
{
    return &server->traffic;
}

struct eio_session *eio_server_find(const struct eio_server *server, struct str id)
{
    uint64_t hash = hash_str(server->env->hash_key, id);

    for (struct map_node *n = map_find(&server->sessions, hash); n != NULL; n = map_find_next(n)) {
        struct eio_session *s = container_of(n, struct eio_session, by_id);

        if (str_eq((struct str){s->id, ID_LEN}, id)) {
            return s;
        }
    }
    return NULL;
}

/* ---- requests ---- */

/* A request on its way through the checks. */
struct check {
    struct eio_server *server;
    struct http_exchange *x;
    const struct http_request *request;
    struct eio_query query;
    bool is_upgrade;
    struct eio_session *session; /* that the sid names */
};

/* "/engine.io/" and what is below it; without add_trailing_slash "/engine.io", too. */
static bool is_ours(const struct eio_server *server, struct str path)
{
    if (!str_starts_with(path, server->path)) {
        return false;
    }
    path = str_from_offset(path, server->path.len);
    return path.len == 0 ? !server->options->add_trailing_slash : path.ptr[0] == '/';
}

/* Other upgrades than to WebSocket may be ignored (RFC 9110 section 7.8), and polling does. */
static bool wants_websocket(const struct check *c)
{
    if (!c->request->is_upgrade || (c->server->options->transports & EIO_ALLOW_WEBSOCKET) == 0) {
        return false;
    }
    return c->query.transport != EIO_QUERY_POLLING ||
           str_list_has(http_header(c->request, STR("upgrade")), STR("websocket"));
}

/* Sessions of other workers: the connection moves there, and begins anew. */
static bool try_move(const struct check *c)
{
    int worker = id_worker(str_from(c->query.sid));

    return worker >= 0 && (unsigned)worker != c->server->env->worker &&
           http_move(c->x, (unsigned)worker) == 0;
}

/* engine-io 3, check 2: what no header may carry. */
static bool is_valid_origin(struct str origin)
{
    for (size_t i = 0; i < origin.len; i++) {
        uint8_t c = (uint8_t)origin.ptr[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_enabled(const struct check *c)
{
    unsigned transports = c->server->options->transports;

    switch (c->query.transport) {
    case EIO_QUERY_POLLING:
        return (transports & EIO_ALLOW_POLLING) != 0;
    case EIO_QUERY_WEBSOCKET:
        return (transports & EIO_ALLOW_WEBSOCKET) != 0;
    case EIO_QUERY_UNKNOWN:
        break;
    }
    return false;
}

/* Checks 3a to 3c. -1: all is well. */
static int check_session(struct check *c)
{
    c->session = eio_server_find(c->server, str_from(c->query.sid));
    if (c->session == NULL) {
        return EIO_UNKNOWN_SID;
    }
    if (!c->is_upgrade && (c->query.transport == EIO_QUERY_POLLING) !=
                              (eio_session_transport(c->session) == EIO_POLLING)) {
        return EIO_BAD_REQUEST;
    }
    return c->query.revision == c->session->revision ? -1 : EIO_BAD_REQUEST;
}

/* Checks 4a and 4b. */
static int check_handshake(const struct check *c)
{
    if (c->request->method != HTTP_METHOD_GET) {
        return EIO_BAD_HANDSHAKE_METHOD;
    }
    return c->query.transport == EIO_QUERY_WEBSOCKET && !c->is_upgrade ? EIO_BAD_REQUEST : -1;
}

/* All checks up to the floor above's. An error code, or -1. */
static int check_request(struct check *c)
{
    int code = -1;

    if (!is_enabled(c)) {
        return EIO_UNKNOWN_TRANSPORT;
    }
    if (!is_valid_origin(http_header(c->request, STR("origin")))) {
        return EIO_BAD_REQUEST;
    }
    code = c->query.has_sid ? check_session(c) : check_handshake(c);
    /* engine-io 3.2: the reference lets in who upgrades to polling, only to close. */
    if (code < 0 && (c->query.transport == EIO_QUERY_WEBSOCKET) != c->is_upgrade) {
        code = EIO_BAD_REQUEST;
    }
    return code;
}

/* Whether the floor above knows who has the session of a poll. */
static bool is_elsewhere(const struct check *c)
{
    const struct eio_server *server = c->server;

    return !c->is_upgrade && c->query.transport == EIO_QUERY_POLLING &&
           server->events->on_unknown != NULL &&
           server->events->on_unknown(server->ctx, c->x, str_from(c->query.sid));
}

/* The WebSocket handshake itself; what ws_conn_accept() relies on. */
static bool check_upgrade(const struct check *c)
{
    struct ws_refusal refusal = {0};

    if (ws_handshake_check(c->request, &refusal)) {
        return true;
    }
    ws_handshake_refuse(c->x, &refusal);
    return false;
}

/* The request has passed. */
static void go_on(const struct check *c)
{
    if (c->is_upgrade && !check_upgrade(c)) {
        return;
    }
    if (c->session == NULL) {
        eio_opening_begin(c->server, c->x, &c->query);
        return;
    }
    if (!c->is_upgrade) {
        eio_polling_handle(c->session->polling, c->x);
        return;
    }
    eio_probe_begin(c->session, c->x, c->query.b64);
}

static void handle(struct check *c)
{
    int code = 0;

    if (c->query.has_sid && try_move(c)) {
        return;
    }
    c->is_upgrade = wants_websocket(c);
    if (c->is_upgrade && c->server->is_shut_down) {
        eio_answer_refuse_status(c->x, true, 503);
        return;
    }
    switch (eio_cors_apply(&c->server->options->cors, c->x)) {
    case 0:
        break;
    case 1:
        return;
    default:
        http_drop(c->x);
        return;
    }
    code = check_request(c);
    if (code == EIO_UNKNOWN_SID && is_elsewhere(c)) {
        return;
    }
    if (code >= 0) {
        eio_answer_refuse(c->server, c->x, c->is_upgrade, (enum eio_error_code)code, NULL);
        return;
    }
    go_on(c);
}

bool eio_server_handle(struct eio_server *server, struct http_exchange *x)
{
    struct check c = {.server = server, .x = x, .request = http_request(x)};

    if (!is_ours(server, c.request->path)) {
        return false;
    }
    if (eio_query_parse(&c.query, c.request->query) < 0) {
        http_drop(x);
    } else {
        handle(&c);
    }
    return true;
}
