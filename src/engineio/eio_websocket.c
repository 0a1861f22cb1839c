/*
 *     upgrade request --> probing --"5"--> the session's transport
 *                            |                   |
 *                            +---> closing <-----+        (session is NULL)
 *
 * I1  session->websocket == w: w is the transport. session->websocket != w: w is the probe of
 *     session->polling. session == NULL: neither.
 */
#include "engineio/eio_websocket.h"

#include "base/base64.h"
#include "base/mem.h"
#include "engineio/eio_polling.h"

#include <assert.h>
#include <sails/err.h>

static struct eio_websocket *websocket_of(struct ws_conn *ws)
{
    return container_of(ws, struct eio_websocket, ws);
}

/* I1 */
static void websocket_check(const struct eio_websocket *w)
{
    const struct eio_polling *polling = w->session != NULL ? w->session->polling : NULL;
    bool is_probe = polling != NULL && polling->probe != NULL && polling->probe->websocket == w;

    assert(w->session == NULL || (w->session->websocket == w) != is_probe);
    (void)is_probe;
}

static bool is_transport(const struct eio_websocket *w)
{
    return w->session != NULL && w->session->websocket == w;
}

/* ---- sending ---- */

/* A frame that only this session gets. */
static int send_own(struct eio_websocket *w, bool is_binary, struct bytes prefix, struct bytes data,
                    bool may_compress)
{
    struct ws_message *m = ws_message_create(is_binary, prefix, data, may_compress);
    int rc = m != NULL ? ws_conn_send(&w->ws, m) : SAILS_ENOMEM;

    if (m != NULL) {
        ws_message_release(m);
    }
    return rc;
}

/* "b..." in revision 4, "b4..." in revision 3 (engine-io 6.1, 6.2). */
static int send_base64(struct eio_websocket *w, const struct eio_message *message)
{
    struct buf text = {0};
    int rc = 0;

    buf_append_str(&text, w->session->revision == 4 ? STR("b") : STR("b4"));
    base64_encode(&text, eio_message_data(message));
    rc = buf_error(&text);
    if (rc == 0) {
        rc = send_own(w, false, (struct bytes){0}, buf_bytes(&text), message->v4.may_compress);
    }
    buf_deinit(&text);
    return rc;
}

int eio_websocket_send(struct eio_websocket *w, struct eio_message *message)
{
    static const uint8_t v3_type[] = {EIO_MESSAGE};

    if (message->is_binary && w->ws.note != 0) {
        return send_base64(w, message);
    }
    if (w->session->revision == 4) {
        return ws_conn_send(&w->ws, &message->v4);
    }
    if (message->v3 != NULL) {
        return ws_conn_send(&w->ws, message->v3);
    }
    return send_own(w, true, (struct bytes){v3_type, sizeof(v3_type)}, eio_message_data(message),
                    message->v4.may_compress);
}

int eio_websocket_send_bare(struct eio_websocket *w, enum eio_packet_type type)
{
    return ws_conn_send(&w->ws, w->session->server->bare[type]);
}

int eio_websocket_send_open(struct eio_websocket *w, struct str open_json)
{
    static const uint8_t type[] = {'0'};

    return send_own(w, false, (struct bytes){type, sizeof(type)}, str_bytes(open_json), true);
}

bool eio_websocket_is_writable(const struct eio_websocket *w)
{
    return ws_conn_is_writable(&w->ws);
}

/* ---- probing (engine-io 10) ---- */

/* The probe has failed, or is over: polling goes on without it. Gives its websocket. */
static struct eio_websocket *take_websocket(struct eio_probe *probe)
{
    struct eio_websocket *w = probe->websocket;

    w->session->polling->probe = NULL;
    deadline_stop(&probe->timeout);
    deadline_stop(&probe->noop);
    mem_free(probe);
    return w;
}

void eio_probe_end(struct eio_probe *probe)
{
    eio_websocket_close(take_websocket(probe), 0);
}

static void start_noops(struct eio_probe *probe, struct eio_server *server)
{
    deadline_start(&probe->noop, &server->noops, server->env->now_ms);
}

static void on_timeout_due(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    eio_probe_end(container_of(deadline, struct eio_probe, timeout));
}

/* The client pauses polling once its pending poll has come back. It may have begun another one
 * before it heard of the probe's answer, so this goes on until the upgrade. */
static void on_noop_due(struct deadline *deadline, void *ctx)
{
    struct eio_probe *probe = container_of(deadline, struct eio_probe, noop);

    eio_polling_release_poll(probe->websocket->session->polling);
    start_noops(probe, ctx);
}

static void answer_probe(struct eio_websocket *w)
{
    struct eio_server *server = w->session->server;
    struct eio_probe *probe = w->session->polling->probe;

    if (ws_conn_send(&w->ws, server->probe_answer) < 0) {
        eio_probe_end(probe);
        return;
    }
    eio_polling_release_poll(w->session->polling);
    if (!deadline_is_running(&probe->noop)) {
        start_noops(probe, server);
    }
}

static void on_probe_packet(struct eio_websocket *w, const struct eio_packet *packet)
{
    struct eio_session *s = w->session;

    if (packet->type == EIO_PING && str_eq(bytes_str(packet->data), STR("probe"))) {
        answer_probe(w);
    } else if (packet->type == EIO_UPGRADE) {
        take_websocket(s->polling->probe);
        eio_session_switch(s, w);
    } else {
        eio_probe_end(s->polling->probe);
    }
}

/* ---- receiving ---- */

static void on_packet(struct eio_websocket *w, const struct eio_packet *packet)
{
    if (is_transport(w)) {
        eio_session_receive(w->session, packet);
    } else {
        on_probe_packet(w, packet);
    }
}

static void on_broken_packet(struct eio_websocket *w, int err)
{
    if (!is_transport(w)) {
        eio_probe_end(w->session->polling->probe);
    } else if (w->session->state == EIO_STATE_OPEN) {
        eio_session_end(w->session, err == SAILS_EPROTO ? EIO_PARSE_ERROR : EIO_TRANSPORT_ERROR,
                        err);
    }
}

static void on_text(struct eio_websocket *w, struct str text)
{
    struct buf scratch = {0};
    struct eio_packet packet;
    int rc = eio_packet_decode_text(w->session->revision, text, &scratch, &packet);

    if (rc == 0) {
        on_packet(w, &packet);
    } else {
        on_broken_packet(w, rc);
    }
    buf_deinit(&scratch);
}

static void on_ws_message(struct ws_conn *ws, bool is_binary, struct bytes message)
{
    struct eio_websocket *w = websocket_of(ws);
    struct eio_packet packet;

    websocket_check(w);
    if (w->session == NULL) {
        return;
    }
    if (!is_binary) {
        on_text(w, bytes_str(message));
    } else if (eio_packet_decode_binary(w->session->revision, message, &packet)) {
        on_packet(w, &packet);
    } else if (!is_transport(w)) {
        eio_probe_end(w->session->polling->probe);
    }
}

/* engine-io 11.2: only what the client did wrong is an error. */
static enum eio_reason reason_of(int err)
{
    bool is_error = err == SAILS_EPROTO || err == SAILS_EUTF8 || err == SAILS_ETOOBIG ||
                    err == SAILS_EDEFLATE || err == SAILS_ESLOW || err == SAILS_ENOMEM;

    return is_error ? EIO_TRANSPORT_ERROR : EIO_TRANSPORT_CLOSE;
}

static void on_ws_close(struct ws_conn *ws, unsigned code, int err)
{
    struct eio_websocket *w = websocket_of(ws);
    struct eio_session *s = w->session;

    websocket_check(w);
    if (is_transport(w)) {
        s->websocket = NULL;
        s->close_code = (uint16_t)code;
        eio_session_end(s, reason_of(err), err);
    } else if (s != NULL) {
        take_websocket(s->polling->probe);
    }
    mem_free(w);
}

static void on_ws_drain(struct ws_conn *ws)
{
    struct eio_websocket *w = websocket_of(ws);

    if (is_transport(w)) {
        eio_session_drained(w->session);
    }
}

static const struct ws_events ws_events = {
    .on_message = on_ws_message,
    .on_close = on_ws_close,
    .on_drain = on_ws_drain,
};

/* ---- beginning and end ---- */

struct eio_websocket *eio_websocket_accept(struct eio_server *server, struct http_exchange *x,
                                           bool b64, bool is_handshake)
{
    struct eio_websocket *w = mem_calloc(1, sizeof(*w));

    if (w == NULL) {
        http_drop(x);
        return NULL;
    }
    if (server->events->on_headers != NULL) {
        server->events->on_headers(server->ctx, x, is_handshake);
    }
    if (ws_conn_accept(&w->ws, &server->ws, x, &ws_events) < 0) {
        mem_free(w);
        return NULL;
    }
    w->ws.note = b64 ? 1 : 0;
    return w;
}

void eio_websocket_close(struct eio_websocket *w, unsigned code)
{
    w->session = NULL;
    ws_conn_close(&w->ws, code);
}

static bool has_websocket(const struct eio_session *s)
{
    return s->polling == NULL || s->polling->probe != NULL;
}

void eio_probe_begin(struct eio_session *s, struct http_exchange *x, bool b64)
{
    struct eio_server *server = s->server;
    struct eio_websocket *w = eio_websocket_accept(server, x, b64, false);
    struct eio_probe *probe = NULL;

    if (w == NULL) {
        return;
    }
    if (!has_websocket(s)) {
        probe = mem_calloc(1, sizeof(*probe));
    }
    if (probe == NULL) {
        eio_websocket_close(w, 0);
        return;
    }
    probe->websocket = w;
    w->session = s;
    s->polling->probe = probe;
    deadline_start(&probe->timeout, &server->upgrades, server->env->now_ms);
}

void eio_probe_init_queues(struct eio_server *server)
{
    enum {
        NOOP_CHECK_MS = 100 /* engine-io 13 */
    };
    struct deadline_set *set = &server->env->deadlines;

    deadline_queue_init(&server->upgrades, set, server->options->upgrade_timeout_ms, on_timeout_due,
                        server);
    deadline_queue_init(&server->noops, set, NOOP_CHECK_MS, on_noop_due, server);
}
