#include "endpoints/endpoints.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "engineio/eio_handshake.h"
#include "web/origin.h"

#include <assert.h>
#include <sails/err.h>

/*
 * I1  A connection is in its worker's `open` from its 101 until its last event; for that time it has a reference
 *     of its own, and `ws` is in use.
 * I2  What another thread wants of it is mail, which has a reference, too; delivered when it has closed, or when
 *     the worker has stopped, it has no effect.
 */

struct endpoint {
    struct list in_all;
    struct sails_websocket_def def;
    size_t len;
    char path[];
};

struct sails_websocket {
    atomic_uint refs;
    struct worker *worker;
    const struct endpoint *endpoint;
    struct eio_handshake *request;
    struct list in_worker;
    struct ws_conn ws;
    void *user;
    bool is_open; /* the worker's */
};

/* I1 */
static void websocket_check(const struct sails_websocket *ws)
{
    assert(!ws->is_open || (atomic_load(&ws->refs) > 0 && ws->request != NULL));
    assert(!ws->is_open || !list_is_empty(&ws->in_worker));
    (void)ws;
}

/* ---- paths ---- */

void endpoints_init(struct endpoints *endpoints)
{
    *endpoints = (struct endpoints){.admits = NULL};
    list_init(&endpoints->all);
}

void endpoints_deinit(struct endpoints *endpoints)
{
    while (!list_is_empty(&endpoints->all)) {
        mem_free(container_of(list_take_first(&endpoints->all), struct endpoint, in_all));
    }
    mem_free(endpoints->workers);
    endpoints->workers = NULL;
}

static const struct endpoint *find(const struct endpoints *endpoints, struct str path)
{
    list_each(node, &endpoints->all) {
        const struct endpoint *endpoint = container_of(node, const struct endpoint, in_all);

        if (str_eq((struct str){endpoint->path, endpoint->len}, path)) {
            return endpoint;
        }
    }
    return NULL;
}

int endpoints_add(struct endpoints *endpoints, const char *path,
                  const struct sails_websocket_def *def)
{
    struct str text = str_from(path);
    struct endpoint *endpoint = NULL;

    if (def == NULL || text.len == 0 || text.ptr[0] != '/') {
        return SAILS_EINVAL;
    }
    if (find(endpoints, text) != NULL) {
        return SAILS_ECONFLICT;
    }
    endpoint = mem_calloc(1, sizeof(*endpoint) + text.len + 1);
    if (endpoint == NULL) {
        return SAILS_ENOMEM;
    }
    endpoint->def = *def;
    endpoint->len = text.len;
    memcpy(endpoint->path, text.ptr, text.len);
    list_append(&endpoints->all, &endpoint->in_all);
    return 0;
}

const char *endpoints_below(const struct endpoints *endpoints, struct str path)
{
    path.len -= path.len > 0 && path.ptr[path.len - 1] == '/' ? 1 : 0;
    list_each(node, &endpoints->all) {
        const struct endpoint *endpoint = container_of(node, const struct endpoint, in_all);
        struct str own = {endpoint->path, endpoint->len};

        if (str_starts_with(own, path) && (own.len == path.len || own.ptr[path.len] == '/')) {
            return endpoint->path;
        }
    }
    return NULL;
}

/* ---- workers ---- */

int endpoints_lift(struct endpoints *endpoints, const struct ws_options *options,
                   unsigned n_workers)
{
    endpoints->options = *options;
    endpoints->workers = mem_calloc(n_workers, sizeof(struct endpoint_worker));
    return endpoints->workers != NULL ? 0 : SAILS_ENOMEM;
}

static struct endpoint_worker *part_of(const struct endpoints *endpoints,
                                       const struct worker *worker)
{
    return &endpoints->workers[worker_index(worker)];
}

void endpoints_start(struct endpoints *endpoints, struct worker *worker)
{
    struct endpoint_worker *part = part_of(endpoints, worker);

    list_init(&part->open);
    ws_service_init(&part->service, worker_env(worker), &endpoints->options);
}

/* A close may be the last event at once, of this one or of others. */
void endpoints_drain(struct endpoints *endpoints, struct worker *worker)
{
    struct endpoint_worker *part = part_of(endpoints, worker);
    struct list leaving;
    struct list *node = NULL;

    list_init(&leaving);
    list_splice(&leaving, &part->open);
    while ((node = list_take_first(&leaving)) != NULL) {
        list_append(&part->open, node);
        ws_conn_close(&container_of(node, struct sails_websocket, in_worker)->ws, 1001);
    }
}

/* The links are gone, and with them all connections. */
void endpoints_stop(struct endpoints *endpoints, struct worker *worker)
{
    struct endpoint_worker *part = part_of(endpoints, worker);

    assert(list_is_empty(&part->open)); /* I1 */
    ws_service_deinit(&part->service);
}

/* ---- life of a connection ---- */

sails_websocket *sails_websocket_retain(sails_websocket *ws)
{
    if (ws != NULL) {
        atomic_fetch_add_explicit(&ws->refs, 1, memory_order_relaxed);
    }
    return ws;
}

void sails_websocket_release(sails_websocket *ws)
{
    if (ws != NULL && atomic_fetch_sub_explicit(&ws->refs, 1, memory_order_acq_rel) == 1) {
        mem_free(ws);
    }
}

static void on_message(struct ws_conn *conn, bool is_binary, struct bytes message)
{
    struct sails_websocket *ws = container_of(conn, struct sails_websocket, ws);
    const struct sails_websocket_def *def = &ws->endpoint->def;
    struct buf text = {0};

    websocket_check(ws);
    if (def->on_message == NULL || !ws->is_open) {
        return;
    }
    if (is_binary) {
        def->on_message(ws, true, message.len > 0 ? message.ptr : (const void *)"", message.len,
                        def->ctx);
        return;
    }
    buf_append(&text, message.ptr, message.len);
    buf_append_char(&text, '\0');
    if (buf_error(&text) == 0) {
        def->on_message(ws, false, text.ptr, message.len, def->ctx);
    } else {
        ws_conn_close(conn, 1011);
    }
    buf_deinit(&text);
}

static void on_close(struct ws_conn *conn, unsigned code, int err)
{
    struct sails_websocket *ws = container_of(conn, struct sails_websocket, ws);
    const struct sails_websocket_def *def = &ws->endpoint->def;

    (void)err;
    websocket_check(ws);
    ws->is_open = false;
    list_remove(&ws->in_worker);
    if (def->on_close != NULL) {
        def->on_close(ws, code, def->ctx);
    }
    eio_handshake_destroy(ws->request);
    ws->request = NULL;
    sails_websocket_release(ws);
}

static const struct ws_events events = {.on_message = on_message, .on_close = on_close};

static struct sails_websocket *create(const struct endpoint *endpoint, struct worker *worker,
                                      struct http_exchange *x)
{
    struct sails_websocket *ws = mem_calloc(1, sizeof(*ws));

    if (ws == NULL) {
        return NULL;
    }
    atomic_init(&ws->refs, 1);
    ws->worker = worker;
    ws->endpoint = endpoint;
    ws->request =
        eio_handshake_create(NULL, http_request(x), http_link(x), worker_env(worker)->unix_ms);
    if (ws->request == NULL) {
        mem_free(ws);
        return NULL;
    }
    return ws;
}

static void begin(struct endpoints *endpoints, const struct endpoint *endpoint,
                  struct worker *worker, struct http_exchange *x)
{
    struct endpoint_worker *part = part_of(endpoints, worker);
    struct sails_websocket *ws = create(endpoint, worker, x);

    if (ws == NULL) {
        http_drop(x);
        return;
    }
    if (ws_conn_accept(&ws->ws, &part->service, x, &events) < 0) {
        eio_handshake_destroy(ws->request);
        mem_free(ws);
        return;
    }
    ws->is_open = true;
    list_append(&part->open, &ws->in_worker);
    if (endpoint->def.on_open != NULL) {
        endpoint->def.on_open(ws, endpoint->def.ctx);
    }
}

/* Whether a page may: of this host, or of an origin that is listed. Without an Origin it is no page. */
static bool is_admitted(const struct endpoints *endpoints, const struct http_request *request)
{
    struct str origin = http_header(request, STR("origin"));

    return origin.ptr == NULL || origin_is_of_host(origin, http_header(request, STR("host"))) ||
           (endpoints->admits != NULL && endpoints->admits(endpoints->ctx, origin));
}

bool endpoints_handle(struct endpoints *endpoints, struct worker *worker, struct http_exchange *x)
{
    const struct http_request *request = http_request(x);
    const struct endpoint *endpoint = find(endpoints, request->path);
    struct ws_refusal refusal = {0};

    if (endpoint == NULL) {
        return false;
    }
    if (!is_admitted(endpoints, request)) {
        refusal = (struct ws_refusal){.status = 403, .body = STR("Forbidden")};
        ws_handshake_refuse(x, &refusal);
    } else if (!ws_handshake_check(request, &refusal)) {
        ws_handshake_refuse(x, &refusal);
    } else {
        begin(endpoints, endpoint, worker, x);
    }
    return true;
}

/* ---- sending and closing ---- */

/* From another thread. */
struct parcel {
    struct mail mail;
    struct sails_websocket *ws; /* a reference */
    struct ws_message *message; /* NULL: close it */
    unsigned code;
};

static void deliver(struct worker *worker, struct mail *mail)
{
    struct parcel *parcel = container_of(mail, struct parcel, mail);
    struct sails_websocket *ws = parcel->ws;

    assert(atomic_load(&ws->refs) > 0); /* I2 */
    websocket_check(ws);
    if (worker_is_running(worker) && ws->is_open) {
        if (parcel->message != NULL) {
            (void)ws_conn_send(&ws->ws, parcel->message);
        } else {
            ws_conn_close(&ws->ws, parcel->code);
        }
    }
    ws_message_release(parcel->message);
    sails_websocket_release(ws);
    mem_free(parcel);
}

/* Takes the message. */
static int post(struct sails_websocket *ws, struct ws_message *message, unsigned code)
{
    struct parcel *parcel = mem_alloc(sizeof(*parcel));

    if (parcel == NULL) {
        ws_message_release(message);
        return SAILS_ENOMEM;
    }
    *parcel = (struct parcel){.mail.deliver = deliver,
                              .ws = sails_websocket_retain(ws),
                              .message = message,
                              .code = code};
    worker_post(ws->worker, &parcel->mail);
    return 0;
}

int sails_websocket_send(sails_websocket *ws, bool is_binary, const void *data, size_t len)
{
    struct bytes payload = {data, len};
    struct ws_message *message = NULL;
    int rc = 0;

    if (ws == NULL || (data == NULL && len > 0)) {
        return SAILS_EINVAL;
    }
    if (!is_binary && !utf8_is_valid(payload)) {
        return SAILS_EUTF8;
    }
    message = ws_message_create(is_binary, (struct bytes){NULL, 0}, payload, true);
    if (message == NULL) {
        return SAILS_ENOMEM;
    }
    if (!worker_is_current(ws->worker)) {
        return post(ws, message, 0);
    }
    rc = ws->is_open ? ws_conn_send(&ws->ws, message) : SAILS_ECLOSED;
    ws_message_release(message);
    return rc;
}

int sails_websocket_send_text(sails_websocket *ws, const char *text)
{
    struct str span = str_from(text);

    return text != NULL ? sails_websocket_send(ws, false, span.ptr, span.len) : SAILS_EINVAL;
}

int sails_websocket_close(sails_websocket *ws, unsigned code)
{
    if (ws == NULL || (code != 0 && !ws_close_code_is_valid(code))) {
        return SAILS_EINVAL;
    }
    if (!worker_is_current(ws->worker)) {
        return post(ws, NULL, code);
    }
    if (ws->is_open) {
        ws_conn_close(&ws->ws, code);
    }
    return 0;
}

/* ---- looking ---- */

const char *sails_websocket_header(const sails_websocket *ws, const char *name)
{
    struct str found, value;

    if (ws == NULL || name == NULL || ws->request == NULL) {
        return NULL;
    }
    for (size_t i = 0; eio_handshake_header_at(ws->request, i, &found, &value); i++) {
        if (str_eq_nocase(found, str_from(name))) {
            return value.ptr;
        }
    }
    return NULL;
}

const char *sails_websocket_url(const sails_websocket *ws)
{
    return ws != NULL && ws->request != NULL ? eio_handshake_url(ws->request).ptr : NULL;
}

const char *sails_websocket_ip(const sails_websocket *ws)
{
    return ws != NULL && ws->request != NULL ? eio_handshake_address(ws->request).ptr : NULL;
}

void sails_websocket_set_user(sails_websocket *ws, void *user)
{
    if (ws != NULL) {
        ws->user = user;
    }
}

void *sails_websocket_user(const sails_websocket *ws)
{
    return ws != NULL ? ws->user : NULL;
}
