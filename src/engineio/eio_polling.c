/*
 * Packets that one turn of the loop produces leave in one response: the first one starts `flush`,
 * which is due at once, which means when the turn is over. So a message with attachments costs one
 * poll, where the reference needs two.
 *
 * I1  `poll` is an exchange that has not ended; before it is answered the field is NULL.
 * I2  After eio_polling_end() it is NULL, there is no POST, and nothing is queued any more.
 */
#include "engineio/eio_polling.h"

#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "engineio/eio_payload.h"
#include "engineio/eio_websocket.h"

#include <assert.h>
#include <sails/err.h>

static struct eio_server *server_of(const struct eio_polling *p)
{
    return p->session->server;
}

static void polling_check(const struct eio_polling *p)
{
    bool has_nothing =
        p->poll == NULL && p->post.x == NULL && p->post.rest == NULL && p->queue.count == 0;

    assert(p->poll == NULL || p->poll != p->post.x);              /* I1 */
    assert(p->session->state != EIO_STATE_CLOSED || has_nothing); /* I2 */
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

bool eio_polling_has_room(const struct eio_polling *p, const struct eio_load *more)
{
    return eio_queue_admits(&p->queue, more, server_of(p)->options->max_queued);
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

/* ---- up ---- */

/* Without a word about it (engine-io 7.2, 5). */
void eio_polling_leave(struct eio_polling *p)
{
    if (p->poll != NULL) {
        answer_type(p, EIO_NOOP);
    }
    eio_session_end(p->session, EIO_TRANSPORT_CLOSE, 0);
}

void eio_polling_handle(struct eio_polling *p, struct http_exchange *x)
{
    enum http_method method = http_request(x)->method;

    polling_check(p);
    if (method == HTTP_METHOD_GET) {
        on_get(p, x);
    } else if (method == HTTP_METHOD_POST) {
        eio_post_begin(p, x);
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
    eio_post_end(&p->post);
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
    eio_post_init_queue(server);
}
