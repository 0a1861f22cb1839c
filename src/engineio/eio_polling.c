/*
 * Packets that one turn of the loop produces leave in one response: the first one starts `flush`,
 * which is due at once, which means when the turn is over. So a message with attachments costs one
 * poll, where the reference needs two.
 *
 * I1  `poll` and `post` are exchanges that have not ended; before one is answered the field is NULL.
 * I2  After eio_polling_end() both are NULL and nothing is queued any more.
 */
#include "engineio/eio_polling.h"

#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "engineio/eio_payload.h"
#include "engineio/eio_text.h"
#include "engineio/eio_websocket.h"

#include <assert.h>
#include <sails/err.h>

static struct eio_server *server_of(const struct eio_polling *p)
{
    return p->session->server;
}

static void polling_check(const struct eio_polling *p)
{
    bool has_nothing = p->poll == NULL && p->post == NULL && p->queue.count == 0;

    assert(p->poll == NULL || p->poll != p->post);                         /* I1 */
    assert(p->session->state != EIO_STATE_CLOSED || has_nothing);          /* I2 */
    assert(p->post != NULL || (p->body.len == 0 && p->body_charged == 0)); /* it belongs to one */
    (void)has_nothing;
    (void)p;
}

int eio_polling_create(struct eio_session *session, const struct eio_query *query)
{
    struct eio_polling *p = mem_calloc(1, sizeof(*p));

    if (p == NULL) {
        return SAILS_ENOMEM;
    }
    p->session = session;
    /* A script cannot carry binary: JSONP always gets base64 (engine-io 7.4). */
    p->b64 = query->b64 || query->is_jsonp;
    p->is_jsonp = query->is_jsonp;
    memcpy(p->jsonp_index, query->jsonp_index, sizeof(p->jsonp_index));
    session->polling = p;
    return 0;
}

static void forget_body(struct eio_polling *p)
{
    buf_deinit(&p->body);
    byte_budget_set(server_of(p)->options->budget, &p->body_charged, 0);
}

static void drop_post(struct eio_polling *p)
{
    struct http_exchange *x = p->post;

    p->post = NULL;
    forget_body(p);
    if (x != NULL) {
        http_drop(x);
    }
}

void eio_polling_destroy(struct eio_polling *p)
{
    if (p == NULL) {
        return;
    }
    eio_polling_end(p);
    eio_queue_deinit(&p->queue);
    mem_free(p);
}

/* ---- down: polls ---- */

/* Binary form only where there is something binary that may be sent so (engine-io 6.3, 6.4). */
static enum eio_payload_form choose_form(const struct eio_polling *p)
{
    if (p->session->revision == 4) {
        return EIO_PAYLOAD_V4;
    }
    return !p->b64 && eio_queue_has_binary(&p->queue) ? EIO_PAYLOAD_V3_BINARY : EIO_PAYLOAD_V3_TEXT;
}

/* Answers the pending poll with a payload. */
static int answer(struct eio_polling *p, struct buf *payload, bool is_binary, bool compressible)
{
    struct http_exchange *x = p->poll;
    struct eio_poll_body body = {
        .payload = payload,
        .is_binary = is_binary,
        .jsonp_index = p->is_jsonp ? p->jsonp_index : NULL,
        .may_compress = compressible,
    };

    p->poll = NULL;
    return eio_answer_poll(server_of(p), x, &body);
}

/* Answers the pending poll with packets without data. */
static void answer_bare(struct eio_polling *p, const enum eio_packet_type *types, size_t n)
{
    enum eio_payload_form form = p->session->revision == 4 ? EIO_PAYLOAD_V4 : EIO_PAYLOAD_V3_TEXT;
    struct buf payload = {0};

    for (size_t i = 0; i < n; i++) {
        eio_payload_append(&payload, form, i == 0, &(struct eio_packet){.type = types[i]});
    }
    answer(p, &payload, false, false);
    buf_deinit(&payload);
}

static void answer_type(struct eio_polling *p, enum eio_packet_type type)
{
    answer_bare(p, &type, 1);
}

/* The whole queue into the pending poll. */
static void flush(struct eio_polling *p)
{
    enum eio_payload_form form = choose_form(p);
    struct buf payload = {0};
    bool compressible = eio_queue_may_compress(&p->queue);
    int rc = 0;

    deadline_stop(&p->flush);
    for (size_t i = 0; i < p->queue.count; i++) {
        struct eio_packet packet = eio_queue_packet(&p->queue, i);

        eio_payload_append(&payload, form, i == 0, &packet);
    }
    eio_queue_clear(&p->queue);
    rc = answer(p, &payload, form == EIO_PAYLOAD_V3_BINARY, compressible);
    buf_deinit(&payload);
    if (rc < 0) {
        eio_session_end(p->session, EIO_TRANSPORT_ERROR, rc); /* packets are lost */
    } else {
        eio_session_drained(p->session);
    }
}

static void on_flush_due(struct deadline *deadline, void *ctx)
{
    struct eio_polling *p = container_of(deadline, struct eio_polling, flush);

    (void)ctx;
    if (p->poll != NULL && p->queue.count > 0) {
        flush(p);
    }
}

int eio_polling_push(struct eio_polling *p, enum eio_packet_type type, struct eio_message *message)
{
    struct eio_server *server = server_of(p);
    int rc = eio_queue_push(&p->queue, type, message, server->options->max_queued);

    if (rc == 0 && p->poll != NULL && !deadline_is_running(&p->flush)) {
        deadline_start(&p->flush, &server->flushes, server->env->now_ms);
    }
    return rc;
}

bool eio_polling_is_pending(const struct eio_polling *p)
{
    return p->poll != NULL;
}

bool eio_polling_is_empty(const struct eio_polling *p)
{
    return p->queue.count == 0;
}

void eio_polling_release_poll(struct eio_polling *p)
{
    if (p->poll != NULL && p->queue.count == 0) {
        answer_type(p, EIO_NOOP);
    }
}

int eio_polling_answer_handshake(struct eio_polling *p, struct http_exchange *x,
                                 struct str open_json)
{
    struct eio_server *server = server_of(p);
    enum eio_payload_form form = p->session->revision == 4 ? EIO_PAYLOAD_V4 : EIO_PAYLOAD_V3_TEXT;
    struct eio_packet open = {.type = EIO_OPEN, .data = str_bytes(open_json)};
    struct buf payload = {0};
    struct eio_poll_body body = {
        .payload = &payload,
        .jsonp_index = p->is_jsonp ? p->jsonp_index : NULL,
        .may_compress = true,
        .is_handshake = true,
    };
    int rc = 0;

    eio_payload_append(&payload, form, true, &open);
    if (server->initial != NULL) {
        struct eio_packet initial = {.type = EIO_MESSAGE,
                                     .data = eio_message_data(server->initial)};

        eio_payload_append(&payload, form, false, &initial);
    }
    rc = eio_answer_poll(server, x, &body);
    buf_deinit(&payload);
    return rc;
}

/* The client has gone while it waited (engine-io 7.1, 5). */
static void on_poll_abort(struct http_exchange *x, int err)
{
    struct eio_polling *p = http_user(x);

    p->poll = NULL;
    eio_session_end(p->session, EIO_TRANSPORT_ERROR, err);
}

static const struct http_exchange_events poll_events = {.on_abort = on_poll_abort};

static void close_for_waiting_client(struct eio_polling *p)
{
    static const enum eio_packet_type goodbye[] = {EIO_NOOP, EIO_CLOSE};

    answer_bare(p, goodbye, ARRAY_LEN(goodbye));
    eio_session_end(p->session, EIO_FORCED_CLOSE, 0);
}

static void on_get(struct eio_polling *p, struct http_exchange *x)
{
    if (p->poll != NULL) { /* engine-io 7.1, 1: overlap */
        eio_answer_empty(x, 400);
        eio_session_end(p->session, EIO_TRANSPORT_ERROR, SAILS_EPROTO);
        return;
    }
    p->poll = x;
    http_accept(x, &poll_events, p, server_of(p)->options->max_http_buffer_size);
    if (p->queue.count > 0) {
        flush(p);
    } else if (p->session->state == EIO_STATE_CLOSING) {
        close_for_waiting_client(p);
    }
}

/* ---- up: POSTs ---- */

/* The client closes: a pending poll ends without a word about it (engine-io 7.2, 5). */
static void on_close_packet(struct eio_polling *p)
{
    if (p->poll != NULL) {
        answer_type(p, EIO_NOOP);
    }
    eio_session_end(p->session, EIO_TRANSPORT_CLOSE, 0);
}

static int dispatch_payload(struct eio_polling *p, enum eio_payload_form form, struct bytes body)
{
    struct eio_session *s = p->session;
    struct eio_payload_decoder decoder;
    struct eio_packet packet;
    int rc = eio_payload_init(&decoder, form, body);

    if (rc < 0) {
        return rc;
    }
    while (s->state != EIO_STATE_CLOSED) {
        rc = eio_payload_next(&decoder, &packet);
        if (rc <= 0) {
            break;
        }
        if (packet.type == EIO_CLOSE) {
            on_close_packet(p);
        } else {
            eio_session_receive(s, &packet);
        }
    }
    eio_payload_deinit(&decoder);
    return rc < 0 ? rc : 0;
}

/* 0; SAILS_EPROTO: parse error; SAILS_ENOMEM. */
static int dispatch_body(struct eio_polling *p, struct buf *body)
{
    enum eio_payload_form form = p->session->revision == 4 ? EIO_PAYLOAD_V4 : EIO_PAYLOAD_V3_TEXT;
    struct buf text = {0};
    int rc = 0;

    if (!p->is_jsonp) {
        return dispatch_payload(p, p->body_is_binary ? EIO_PAYLOAD_V3_BINARY : form,
                                buf_bytes(body));
    }
    if (eio_jsonp_unwrap(&text, buf_str(body))) {
        rc = dispatch_payload(p, form, buf_bytes(&text));
    }
    buf_deinit(&text);
    return rc;
}

static void on_post_body(struct http_exchange *x, struct bytes piece)
{
    struct eio_polling *p = http_user(x);

    buf_append(&p->body, piece.ptr, piece.len);
    if (!byte_budget_set(server_of(p)->options->budget, &p->body_charged, p->body.cap)) {
        p->post = NULL;
        forget_body(p);
        eio_answer_empty(x, 503); /* the session does not mind, as with 413 */
    }
}

/* Of eio_session_refuse(); 0: nothing was refused. */
static unsigned refusal_status(int detail)
{
    return detail == SAILS_ETOOBIG ? 413 : detail == SAILS_EOVERLOAD ? 503 : 0;
}

static void on_post_end(struct http_exchange *x)
{
    struct eio_polling *p = http_user(x);
    struct eio_session *s = p->session;
    struct buf body = p->body;
    int rc = buf_error(&body);

    p->post = NULL;
    buf_init(&p->body);
    if (rc == 0) {
        rc = dispatch_body(p, &body);
    }
    buf_deinit(&body);
    forget_body(p);
    if (rc < 0 && s->state == EIO_STATE_OPEN) {
        eio_session_end(s, rc == SAILS_EPROTO ? EIO_PARSE_ERROR : EIO_TRANSPORT_ERROR, rc);
    }
    if (rc == SAILS_EPROTO) {
        eio_answer_empty(x, 400); /* engine-io 7.2, 6 */
    } else if (rc == 0 && s->state != EIO_STATE_OPEN && refusal_status(s->detail) != 0) {
        eio_answer_empty(x, refusal_status(s->detail));
    } else if (rc < 0) {
        http_drop(x);
    } else {
        eio_answer_ok(server_of(p), x);
    }
}

/* Too much is the client's mistake, answered with 413; anything else is the end (7.2, 3). */
static void on_post_abort(struct http_exchange *x, int err)
{
    struct eio_polling *p = http_user(x);

    p->post = NULL;
    forget_body(p);
    if (err != SAILS_ETOOBIG) {
        eio_session_end(p->session, EIO_TRANSPORT_ERROR, err);
    }
}

static const struct http_exchange_events post_events = {
    .on_body = on_post_body,
    .on_body_end = on_post_end,
    .on_abort = on_post_abort,
};

static void on_post(struct eio_polling *p, struct http_exchange *x)
{
    struct str type = http_header(http_request(x), STR("content-type"));
    bool is_binary = str_eq(type, STR("application/octet-stream"));

    /* One POST at a time (7.2, 1), and no binary payloads in revision 4 (7.2, 2). */
    if (p->post != NULL || (is_binary && p->session->revision == 4)) {
        eio_answer_empty(x, 400);
        eio_session_end(p->session, EIO_TRANSPORT_ERROR, SAILS_EPROTO);
        return;
    }
    p->post = x;
    p->body_is_binary = is_binary;
    http_accept(x, &post_events, p, server_of(p)->options->max_http_buffer_size);
}

void eio_polling_handle(struct eio_polling *p, struct http_exchange *x)
{
    enum http_method method = http_request(x)->method;

    polling_check(p);
    if (method == HTTP_METHOD_GET) {
        on_get(p, x);
    } else if (method == HTTP_METHOD_POST) {
        on_post(p, x);
    } else {
        eio_answer_empty(x, 500); /* as the reference; the session does not mind (3.2) */
    }
}

/* ---- the end ---- */

/* To the client a failure of the connection: it comes back, also where it takes a close for good. */
static void refuse_poll(struct eio_polling *p)
{
    struct http_exchange *x = p->poll;

    p->poll = NULL;
    eio_answer_empty(x, 503);
}

void eio_polling_discard(struct eio_polling *p)
{
    deadline_stop(&p->flush);
    eio_queue_clear(&p->queue);
}

/* Where the close has no room the queue is lost, and eio_polling_end() tells the close alone. */
void eio_polling_say_last(struct eio_polling *p)
{
    if (p->poll != NULL && p->queue.count > 0 && eio_polling_push(p, EIO_CLOSE, NULL) == 0) {
        flush(p);
    }
}

void eio_polling_end(struct eio_polling *p)
{
    eio_polling_discard(p);
    if (p->poll != NULL && server_of(p)->is_shut_down && server_of(p)->options->drain_polling) {
        refuse_poll(p);
    } else if (p->poll != NULL) {
        answer_type(p, EIO_CLOSE);
    }
    drop_post(p);
    if (p->probe != NULL) {
        eio_probe_end(p->probe);
    }
    polling_check(p);
}

void eio_polling_move_queue(struct eio_polling *p, struct eio_websocket *websocket)
{
    int rc = 0;

    for (size_t i = 0; i < p->queue.count && rc == 0; i++) {
        const struct eio_queued *queued = &p->queue.packets[i];

        rc = queued->message != NULL ? eio_websocket_send(websocket, queued->message)
                                     : eio_websocket_send_bare(websocket, queued->type);
    }
    eio_queue_clear(&p->queue);
    if (rc < 0) {
        eio_session_end_later(p->session, EIO_TRANSPORT_ERROR, rc); /* packets are lost */
    }
}

void eio_polling_init_queues(struct eio_server *server)
{
    deadline_queue_init(&server->flushes, &server->env->deadlines, 0, on_flush_due, server);
}
