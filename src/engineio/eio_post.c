/*
 *   begin --> reading --> delivering --all delivered--> answered
 *                |         |      ^
 *                |         +------+  the next turn, after DELIVERED_AT_ONCE
 *                +--> dropped <---+  the session, or the client, has gone
 *
 * I1  `x` and `rest` are not both set: either a body is being read, or it is being delivered.
 * I2  What is being delivered just now is in nobody's hands but deliver()'s: whoever ends the session meanwhile
 *     drops nothing under its feet.
 */
#include "engineio/eio_post.h"

#include "base/mem.h"
#include "engineio/eio_answer.h"
#include "engineio/eio_payload.h"
#include "engineio/eio_polling.h"
#include "engineio/eio_text.h"

#include <assert.h>
#include <sails/err.h>

enum {
    DELIVERED_AT_ONCE = 64 * 1024 /* bytes; and the packet that ends behind them */
};

/* A body that is whole. */
struct eio_delivery {
    struct deadline next_turn;
    struct eio_polling *polling;
    struct http_exchange *x;
    struct buf body; /* the decoder reads it */
    size_t charged;
    struct eio_payload_decoder decoder;
};

static struct eio_server *server_of(const struct eio_polling *p)
{
    return p->session->server;
}

static void post_check(const struct eio_post *post)
{
    assert(post->x == NULL || post->rest == NULL);                          /* I1 */
    assert(post->x != NULL || (post->body.len == 0 && post->charged == 0)); /* it belongs to one */
    (void)post;
}

static void forget_body(struct eio_polling *p, struct buf *body, size_t *charged)
{
    buf_deinit(body);
    byte_budget_set(server_of(p)->options->budget, charged, 0);
}

/* ---- delivering ---- */

static void discard(struct eio_delivery *d)
{
    eio_payload_deinit(&d->decoder);
    forget_body(d->polling, &d->body, &d->charged);
}

/* What is no form of JSONP's has no packets. */
static int begin_delivery(struct eio_delivery *d, bool is_binary)
{
    struct eio_polling *p = d->polling;
    enum eio_payload_form form = p->session->revision == 4 ? EIO_PAYLOAD_V4 : EIO_PAYLOAD_V3_TEXT;
    struct buf text = {0};

    if (p->is_jsonp) {
        d->decoder.is_done = !eio_text_unwrap_jsonp(&text, buf_str(&d->body));
        buf_deinit(&d->body);
        d->body = text;
    } else if (is_binary) {
        form = EIO_PAYLOAD_V3_BINARY;
    }
    return d->decoder.is_done ? 0 : eio_payload_init(&d->decoder, form, buf_bytes(&d->body));
}

/* As many packets as one turn has time for. 1: some are left; 0: none; or why there are none, SAILS_EPROTO or
 * SAILS_ENOMEM. */
static int deliver(struct eio_delivery *d)
{
    struct eio_session *s = d->polling->session;
    size_t before = d->decoder.rest.len;
    struct eio_packet packet;

    while (s->state != EIO_STATE_CLOSED) {
        int rc = 0;

        if (before - d->decoder.rest.len >= DELIVERED_AT_ONCE) {
            return 1;
        }
        rc = eio_payload_next(&d->decoder, &packet);
        if (rc <= 0) {
            return rc;
        }
        if (packet.type == EIO_CLOSE) {
            eio_polling_leave(d->polling);
        } else {
            eio_session_receive(s, &packet);
        }
    }
    return 0;
}

/* Of eio_session_refuse(); 0: nothing was refused. */
static unsigned refusal_status(int detail)
{
    return detail == SAILS_ETOOBIG ? 413 : detail == SAILS_EOVERLOAD ? 503 : 0;
}

/* `rc`: of deliver(). */
static void finish(struct eio_delivery *d, int rc)
{
    struct eio_session *s = d->polling->session;
    struct http_exchange *x = d->x;

    discard(d);
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
        eio_answer_ok(s->server, x);
    }
}

static void put_off(struct eio_delivery *d)
{
    struct eio_server *server = server_of(d->polling);

    d->polling->post.rest = d;
    deadline_start(&d->next_turn, &server->deliveries, server->env->now_ms);
    post_check(&d->polling->post);
}

static void on_next_turn(struct deadline *deadline, void *ctx)
{
    struct eio_delivery *d = container_of(deadline, struct eio_delivery, next_turn);
    int rc = 0;

    (void)ctx;
    d->polling->post.rest = NULL; /* I2 */
    rc = deliver(d);
    if (rc > 0) {
        put_off(d);
    } else {
        finish(d, rc);
        mem_free(d);
    }
}

/* Nearly every body is delivered at once, from the stack. */
static void begin(struct eio_delivery *d, bool is_binary)
{
    struct eio_delivery *kept = NULL;
    int rc = buf_error(&d->body);

    rc = rc == 0 ? begin_delivery(d, is_binary) : rc;
    rc = rc == 0 ? deliver(d) : rc;
    if (rc > 0) {
        kept = mem_alloc(sizeof(*kept));
        rc = kept != NULL ? rc : SAILS_ENOMEM;
    }
    if (kept != NULL) {
        *kept = *d;
        put_off(kept);
    } else {
        finish(d, rc);
    }
}

/* ---- reading ---- */

static void on_body(struct http_exchange *x, struct bytes piece)
{
    struct eio_polling *p = http_user(x);
    struct eio_post *post = &p->post;

    buf_append(&post->body, piece.ptr, piece.len);
    if (!byte_budget_set(server_of(p)->options->budget, &post->charged, post->body.cap)) {
        post->x = NULL;
        forget_body(p, &post->body, &post->charged);
        eio_answer_empty(x, 503); /* the session does not mind, as with 413 */
    }
}

static void on_body_end(struct http_exchange *x)
{
    struct eio_polling *p = http_user(x);
    struct eio_post *post = &p->post;
    struct eio_delivery d = {.polling = p, .x = x, .body = post->body, .charged = post->charged};
    bool is_binary = post->is_binary;

    *post = (struct eio_post){.x = NULL}; /* I2 */
    begin(&d, is_binary);
}

/* Too much is the client's mistake, answered with 413; anything else is the end (7.2, 3). */
static void on_abort(struct http_exchange *x, int err)
{
    struct eio_polling *p = http_user(x);
    struct eio_post *post = &p->post;

    if (post->rest != NULL) {
        post->rest->x = NULL;
    }
    post->x = NULL;
    forget_body(p, &post->body, &post->charged);
    if (err != SAILS_ETOOBIG) {
        eio_session_end(p->session, EIO_TRANSPORT_ERROR, err);
    }
}

static const struct http_exchange_events events = {
    .on_body = on_body,
    .on_body_end = on_body_end,
    .on_abort = on_abort,
};

void eio_post_begin(struct eio_polling *p, struct http_exchange *x)
{
    struct str type = http_header(http_request(x), STR("content-type"));
    bool is_binary = str_eq(type, STR("application/octet-stream"));
    bool is_second = p->post.x != NULL || p->post.rest != NULL;

    /* One POST at a time (7.2, 1), and no binary payloads in revision 4 (7.2, 2). */
    if (is_second || (is_binary && p->session->revision == 4)) {
        eio_answer_empty(x, 400);
        eio_session_end(p->session, EIO_TRANSPORT_ERROR, SAILS_EPROTO);
        return;
    }
    p->post.x = x;
    p->post.is_binary = is_binary;
    http_accept(x, &events, p, server_of(p)->options->max_http_buffer_size);
}

/* ---- the end ---- */

void eio_post_end(struct eio_post *post)
{
    struct http_exchange *x = post->x;
    struct eio_delivery *rest = post->rest;

    post->x = NULL;
    post->rest = NULL;
    forget_body(container_of(post, struct eio_polling, post), &post->body, &post->charged);
    if (rest != NULL) {
        deadline_stop(&rest->next_turn);
        x = rest->x;
        discard(rest);
        mem_free(rest);
    }
    if (x != NULL) {
        http_drop(x);
    }
}

void eio_post_init_queue(struct eio_server *server)
{
    deadline_queue_init(&server->deliveries, &server->env->deadlines, 0, on_next_turn, server);
}
