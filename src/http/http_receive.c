#include "http/http_conn.h"

#include <sails/err.h>

/*
 * The request as it arrives: http_conn.c calls while there are bytes in conn->in, and each call takes
 * some of them, moves the connection to another state, or closes it.
 */

enum {
    /* How much body a client may send that nobody wants before its connection is closed. It is
     * cheaper than a new connection up to about this size. */
    DISCARD_MAX = 256 * 1024
};

/* ---- heads ---- */

static void open_body(struct http_conn *conn, const struct http_head *head)
{
    conn->framing = head->framing;
    conn->body_left = head->content_length;
    conn->chunked = (struct http_chunked){0};
    conn->discarded = 0;
    conn->body_seen = 0;
    conn->body_began_ms = conn->service->env->now_ms;
    if (head->framing == HTTP_FRAMING_NONE) {
        conn->state = HTTP_CONN_ANSWER;
        return;
    }
    conn->state = HTTP_CONN_BODY;
    http_conn_start_deadline(conn, &conn->service->body_deadlines);
}

static void tell_body_end(struct http_exchange *x)
{
    if (x->events != NULL && x->events->on_body_end != NULL) {
        x->events->on_body_end(x);
    }
}

/* The service has returned from on_request and the exchange is still there. */
static void check_accepted(struct http_conn *conn, struct http_exchange *x)
{
    if (x->state == HTTP_X_NEW) {
        http_exchange_fail(x, 0, 500);
    } else if (x->is_too_big && x->state == HTTP_X_ACCEPTED) {
        http_exchange_fail(x, SAILS_ETOOBIG, 413);
    } else if (conn->state == HTTP_CONN_ANSWER) {
        tell_body_end(x);
    }
}

static void on_head_complete(struct http_conn *conn)
{
    size_t n_headers = conn->scan.n_headers;
    struct http_exchange *x = http_exchange_create(conn, &conn->head, n_headers);
    unsigned status = 0;

    conn->scan = (struct http_scan){0};
    if (x == NULL) {
        http_conn_abort(conn);
        return;
    }
    deadline_stop(&conn->deadline);
    status = http_head_read(&x->head, x->headers, n_headers);
    if (status != 0) {
        http_conn_refuse(conn, x, status);
        http_conn_end(conn);
        http_exchange_destroy(x);
        return;
    }
    conn->exchange = x;
    open_body(conn, &x->head);
    conn->service->on_request(conn->service->ctx, x);
    if (conn->exchange == x) {
        check_accepted(conn, x);
    }
}

void http_receive_head(struct http_conn *conn)
{
    struct bytes before = conn->in;
    bool is_done = false;

    if (conn->scan.n_bytes == 0 && conn->written > 0) {
        http_conn_start_deadline(conn,
                                 &conn->service->header_deadlines); /* it was that of keep-alive */
    }
    is_done = http_scan_next(&conn->scan, conn->service->limits, &conn->in);
    buf_append(&conn->head, before.ptr, before.len - conn->in.len);
    if (buf_error(&conn->head) != 0) {
        http_conn_abort(conn);
        return;
    }
    if (!is_done) {
        return;
    }
    if (conn->scan.status != 0) {
        http_conn_refuse(conn, NULL, conn->scan.status);
        http_conn_end(conn);
        return;
    }
    on_head_complete(conn);
}

/* ---- bodies ---- */

static void end_body(struct http_conn *conn)
{
    deadline_stop(&conn->deadline);
    conn->framing = HTTP_FRAMING_NONE;
    if (conn->exchange == NULL) {
        http_conn_go_on(conn);
        return;
    }
    conn->state = HTTP_CONN_ANSWER;
    if (conn->exchange->state == HTTP_X_BEGUN) {
        http_conn_watch_writing(conn);
    }
    tell_body_end(conn->exchange);
}

static void give_piece(struct http_conn *conn, struct bytes piece)
{
    struct http_exchange *x = conn->exchange;

    if (x == NULL) {
        conn->discarded += piece.len;
        if (conn->discarded > DISCARD_MAX) {
            http_conn_end(conn);
        }
        return;
    }
    if (piece.len > x->max_body - x->body_seen) {
        http_exchange_fail(x, SAILS_ETOOBIG, 413);
        return;
    }
    x->body_seen += piece.len;
    if (x->events != NULL && x->events->on_body != NULL) {
        x->events->on_body(x, piece);
    }
}

static void on_broken_body(struct http_conn *conn)
{
    if (conn->exchange != NULL) {
        http_exchange_fail(conn->exchange, SAILS_EPROTO, 400);
    } else {
        http_conn_end(conn);
    }
}

/* The next piece of the body, or nothing but the coding around it; 0, or SAILS_EPROTO. */
static int next_piece(struct http_conn *conn, struct bytes *piece)
{
    if (conn->framing == HTTP_FRAMING_CHUNKED) {
        return http_chunked_next(&conn->chunked, &conn->in, piece);
    }
    piece->ptr = conn->in.ptr;
    piece->len = conn->in.len < conn->body_left ? conn->in.len : (size_t)conn->body_left;
    conn->in = bytes_from_offset(conn->in, piece->len);
    conn->body_left -= piece->len;
    return 0;
}

bool http_receive_is_complete(const struct http_conn *conn)
{
    return conn->framing == HTTP_FRAMING_CHUNKED ? conn->chunked.state == HTTP_CHUNKED_END
                                                 : conn->body_left == 0;
}

/*
 * A byte now and then keeps the deadline from being due, and would keep the connection, the request and what has
 * come of it for ever. Only asked where bytes have come: where none do, the deadline is due. (A peer that takes
 * an answer as slowly needs no such rule: the kernel takes nothing from us until a third of its buffer is free.)
 */
static bool is_dripping(const struct http_conn *conn)
{
    const struct http_limits *limits = conn->service->limits;
    uint64_t took_ms = conn->service->env->now_ms - conn->body_began_ms;
    uint64_t may_ms = limits->body_total_ms;

    if (limits->body_min_rate > 0 && conn->body_seen / limits->body_min_rate > may_ms / 1000) {
        may_ms = conn->body_seen / limits->body_min_rate * 1000;
    }
    return limits->body_total_ms > 0 && took_ms > may_ms;
}

void http_receive_body(struct http_conn *conn)
{
    struct bytes piece = {0};

    http_conn_start_deadline(conn, &conn->service->body_deadlines);
    if (!http_receive_is_complete(conn) && next_piece(conn, &piece) < 0) {
        on_broken_body(conn);
        return;
    }
    conn->body_seen += piece.len;
    if (piece.len > 0) {
        give_piece(conn, piece);
    }
    if (conn->state != HTTP_CONN_BODY || conn->is_body_paused) {
        return;
    }
    if (http_receive_is_complete(conn)) {
        end_body(conn);
    } else if (is_dripping(conn)) {
        http_conn_on_body_due(&conn->deadline, NULL);
    }
}

bool http_receive_can_discard(const struct http_conn *conn)
{
    return conn->framing != HTTP_FRAMING_LENGTH || conn->body_left <= DISCARD_MAX;
}
