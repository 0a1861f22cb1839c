#include "http/http_conn.h"

#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

/*
 *            +---------------------- nothing is queued ----------------------+
 *            v                                                               |
 *   --open--> HEAD --head--> BODY --end of body--> ANSWER --response--> FLUSH
 *               |              |                      ^
 *               |              +-- answered already --)--> FLUSH, once the rest is thrown away
 *               +--------------- no body -------------+        any --> CLOSED
 *
 * Bytes that come in HEAD or BODY are worked on where they are; those that come in ANSWER or FLUSH
 * are held, up to a bound, and worked on when the response before them has left. So are those of a
 * BODY that is paused; then the link is paused at once, and more than the last read is never held.
 *
 * I1  Something is held only in ANSWER, FLUSH or CLOSED, in a paused BODY, or while busy with it.
 * I2  exchange != NULL in ANSWER; it may be in BODY and CLOSED; it is not in HEAD and FLUSH.
 * I3  While busy the connection is not freed and starts no request but from its own loop, so that
 *     a callback which answers, or gives the link away, leaves the loop something to come back to.
 * I4  The body is paused only in BODY. While its deadline runs it is about to go on.
 */

enum {
    /* Pipelined bytes held while a response is pending. Over it the link is paused, and can no
     * longer tell that the peer has gone, so it should hold what an honest client sends. */
    HELD_MAX = 16 * 1024
};

static void settle(struct http_conn *conn);

static void conn_destroy(struct http_conn *conn)
{
    deadline_stop(&conn->deadline);
    list_remove(&conn->in_service);
    buf_deinit(&conn->head);
    buf_deinit(&conn->held);
    mem_free(conn);
}

void http_conn_start_deadline(struct http_conn *conn, struct deadline_queue *queue)
{
    deadline_start(&conn->deadline, queue, conn->service->env->now_ms);
}

/* ---- closing ---- */

static bool close_state(struct http_conn *conn)
{
    if (conn->state == HTTP_CONN_CLOSED) {
        return false;
    }
    conn->state = HTTP_CONN_CLOSED;
    deadline_stop(&conn->deadline);
    return true;
}

void http_conn_end(struct http_conn *conn)
{
    if (close_state(conn)) {
        link_end(conn->link);
    }
}

void http_conn_abort(struct http_conn *conn)
{
    if (close_state(conn)) {
        link_abort(conn->link);
    }
}

void http_conn_give_away(struct http_conn *conn)
{
    close_state(conn);
    if (conn->is_paused) {
        link_pause(conn->link, false);
    }
    conn->link->user = NULL;
    conn->link = NULL;
    conn->is_gone = true;
    if (!conn->is_busy) {
        conn_destroy(conn);
    }
}

/* ---- bytes out ---- */

static uint64_t taken_by_peer(const struct http_conn *conn)
{
    return conn->written - link_queued(conn->link);
}

void http_conn_watch_writing(struct http_conn *conn)
{
    if (link_queued(conn->link) > 0) {
        conn->taken_before = taken_by_peer(conn);
        http_conn_start_deadline(conn, &conn->service->write_deadlines);
    }
}

int http_conn_write(struct http_conn *conn, struct shared *data)
{
    int rc = data == NULL ? SAILS_ENOMEM : 0;

    if (rc == 0 && conn->state == HTTP_CONN_CLOSED) {
        rc = SAILS_ECLOSED;
    }
    if (rc == 0) {
        rc = link_write(conn->link, data);
    }
    if (rc == 0) {
        conn->written += data->len;
        if (conn->state == HTTP_CONN_ANSWER && !deadline_is_running(&conn->deadline)) {
            http_conn_watch_writing(conn);
        }
    } else {
        http_conn_abort(conn);
    }
    shared_release(data);
    return rc;
}

/* ---- from one request to the next ---- */

static struct bytes held_bytes(const struct http_conn *conn)
{
    return bytes_from_offset(buf_bytes(&conn->held), conn->held_from);
}

struct bytes http_conn_unread(const struct http_conn *conn)
{
    return conn->is_busy ? conn->in : held_bytes(conn);
}

static void become_idle(struct http_conn *conn)
{
    conn->state = HTTP_CONN_HEAD;
    http_conn_start_deadline(conn, &conn->service->keep_alive_deadlines);
}

/*
 * What is held waits for on_drain even where the queue is empty already, unless the loop is at work
 * anyway: otherwise a service that answers one request would be called with the next one before
 * its http_respond() has returned.
 */
void http_conn_go_on(struct http_conn *conn)
{
    conn->state = HTTP_CONN_FLUSH;
    if (link_queued(conn->link) > 0) {
        http_conn_watch_writing(conn);
    } else if (conn->is_busy || held_bytes(conn).len == 0) {
        become_idle(conn);
    } else {
        http_conn_start_deadline(conn, &conn->service->write_deadlines);
    }
}

void http_conn_answered(struct http_conn *conn, bool keep_alive)
{
    conn->exchange = NULL;
    if (conn->state == HTTP_CONN_CLOSED) {
        return;
    }
    if (!keep_alive) {
        http_conn_end(conn);
        return;
    }
    if (conn->state != HTTP_CONN_BODY) {
        http_conn_go_on(conn);
    } else {
        http_conn_pause_body(conn, false); /* what is left is thrown away */
    }
    if (!conn->is_busy) {
        settle(conn);
    }
}

/* ---- bytes in ---- */

/* A body that was paused in its last piece has an end to tell, and no bytes any more. */
static bool has_work(const struct http_conn *conn)
{
    if (conn->is_body_paused) {
        return false;
    }
    return conn->in.len > 0 || (conn->state == HTTP_CONN_BODY && http_receive_is_complete(conn));
}

/* Works on `in` as far as it goes; what has to wait is left in conn->in. False: conn is freed. */
static bool work(struct http_conn *conn, struct bytes in)
{
    assert(!conn->is_busy);
    conn->in = in;
    conn->is_busy = true;
    while (has_work(conn)) {
        if (conn->state == HTTP_CONN_HEAD) {
            http_receive_head(conn);
        } else if (conn->state == HTTP_CONN_BODY) {
            http_receive_body(conn);
        } else {
            break;
        }
    }
    conn->is_busy = false;
    if (conn->is_gone) {
        conn_destroy(conn);
        return false;
    }
    return true;
}

static void set_paused(struct http_conn *conn, bool paused)
{
    if (conn->is_paused != paused) {
        conn->is_paused = paused;
        link_pause(conn->link, paused);
    }
}

static void hold(struct http_conn *conn, struct bytes data)
{
    buf_consume(&conn->held, conn->held_from);
    conn->held_from = 0;
    buf_append(&conn->held, data.ptr, data.len);
    if (buf_error(&conn->held) != 0) {
        http_conn_abort(conn);
    } else if (conn->held.len > HELD_MAX) {
        set_paused(conn, true);
    }
}

static void work_on_held(struct http_conn *conn)
{
    if (!work(conn, held_bytes(conn))) {
        return;
    }
    conn->held_from = conn->held.len - conn->in.len;
    if (conn->in.len == 0 || conn->state == HTTP_CONN_CLOSED) {
        buf_deinit(&conn->held);
        conn->held_from = 0;
    }
    if (conn->state != HTTP_CONN_CLOSED) {
        set_paused(conn, conn->is_body_paused || held_bytes(conn).len > HELD_MAX);
    }
    settle(conn);
}

/* The response has left, the next request may be there already. */
static void resume(struct http_conn *conn)
{
    become_idle(conn);
    work_on_held(conn);
}

/* A body goes on where nobody else's callback is under way: its owner may call from anywhere. */
void http_conn_pause_body(struct http_conn *conn, bool paused)
{
    if (conn->state != HTTP_CONN_BODY) {
        return;
    }
    if (!paused && conn->is_body_paused) {
        http_conn_start_deadline(conn, &conn->service->resume_deadlines);
    } else if (paused) {
        if (!conn->is_body_paused) {
            conn->body_paused_ms = conn->service->env->now_ms;
        }
        conn->is_body_paused = true; /* I4 */
        deadline_stop(&conn->deadline);
        set_paused(conn, true);
    }
}

void http_conn_on_resume_due(struct deadline *deadline, void *ctx)
{
    struct http_conn *conn = container_of(deadline, struct http_conn, deadline);

    (void)ctx;
    conn->is_body_paused = false;
    conn->body_began_ms += conn->service->env->now_ms - conn->body_paused_ms;
    http_conn_start_deadline(conn, &conn->service->body_deadlines);
    work_on_held(conn);
}

static void conn_check(const struct http_conn *conn)
{
    enum http_conn_state state = conn->state;
    bool may_hold = state == HTTP_CONN_ANSWER || state == HTTP_CONN_FLUSH ||
                    state == HTTP_CONN_CLOSED || conn->is_body_paused || conn->is_busy;

    assert(may_hold || held_bytes(conn).len == 0);               /* I1 */
    assert(state != HTTP_CONN_ANSWER || conn->exchange != NULL); /* I2 */
    assert((state != HTTP_CONN_HEAD && state != HTTP_CONN_FLUSH) ||
           conn->exchange == NULL);                                                        /* I2 */
    assert(!conn->is_body_paused || state == HTTP_CONN_BODY || state == HTTP_CONN_CLOSED); /* I4 */
    (void)may_hold;
    (void)state;
}

/*
 * The end of the peer's side, and the shutdown of ours, once nothing that was received waits to be
 * worked on. Who ends its side while a response is pending has gone away, as in Node: for a long
 * poll that is the usual way of going.
 */
static void settle(struct http_conn *conn)
{
    bool is_last = conn->has_ended || conn->service->draining;

    conn_check(conn);
    switch (conn->state) {
    case HTTP_CONN_HEAD:
        if (is_last && conn->scan.n_bytes == 0) {
            http_conn_end(conn);
        } else if (conn->has_ended) {
            http_conn_refuse(conn, NULL, 400);
            http_conn_end(conn);
        }
        break;
    case HTTP_CONN_FLUSH:
        if (is_last && held_bytes(conn).len == 0) {
            http_conn_end(conn);
        }
        break;
    case HTTP_CONN_BODY:
    case HTTP_CONN_ANSWER:
        if (conn->has_ended && conn->exchange != NULL) {
            http_exchange_fail(conn->exchange, SAILS_ECLOSED, 0);
        } else if (conn->has_ended) {
            http_conn_end(conn);
        }
        break;
    case HTTP_CONN_CLOSED:
        break;
    }
}

static void on_data(struct link *link, struct bytes data)
{
    struct http_conn *conn = link->user;

    if (conn->state == HTTP_CONN_CLOSED) {
        return;
    }
    if (conn->state == HTTP_CONN_ANSWER || conn->state == HTTP_CONN_FLUSH || conn->is_body_paused) {
        hold(conn, data);
        return;
    }
    if (!work(conn, data)) {
        return;
    }
    if (conn->in.len > 0 && conn->state != HTTP_CONN_CLOSED) {
        hold(conn, conn->in);
    }
    settle(conn);
}

static void on_drain(struct link *link)
{
    struct http_conn *conn = link->user;
    struct http_exchange *x = conn->exchange;

    if (conn->state == HTTP_CONN_FLUSH) {
        resume(conn);
        return;
    }
    if (conn->state == HTTP_CONN_ANSWER) {
        deadline_stop(&conn->deadline);
    }
    if (x != NULL && x->state == HTTP_X_BEGUN && x->events != NULL && x->events->on_drain != NULL) {
        x->events->on_drain(x);
    }
}

static void on_end(struct link *link)
{
    struct http_conn *conn = link->user;

    conn->has_ended = true;
    settle(conn);
}

static void on_close(struct link *link, int err)
{
    struct http_conn *conn = link->user;

    (void)err;
    close_state(conn);
    if (conn->exchange != NULL) {
        http_exchange_fail(conn->exchange, SAILS_ECLOSED, 0);
    }
    conn_destroy(conn);
}

static const struct link_events conn_events = {
    .on_data = on_data,
    .on_drain = on_drain,
    .on_end = on_end,
    .on_close = on_close,
};

int http_conn_open(struct http_service *service, struct link *link)
{
    struct http_conn *conn = mem_calloc(1, sizeof(*conn));

    if (conn == NULL) {
        return SAILS_ENOMEM;
    }
    conn->service = service;
    conn->link = link;
    list_append(&service->conns, &conn->in_service);
    http_conn_start_deadline(conn, &service->header_deadlines);
    link->events = &conn_events;
    link->user = conn;
    return 0;
}

/* ---- time ---- */

static struct http_conn *conn_of(struct deadline *deadline)
{
    return container_of(deadline, struct http_conn, deadline);
}

/* A browser that opens a connection in advance and then needs none gets no answer it has not asked
 * for. */
void http_conn_on_header_due(struct deadline *deadline, void *ctx)
{
    struct http_conn *conn = conn_of(deadline);

    (void)ctx;
    if (conn->scan.n_bytes > 0) {
        http_conn_refuse(conn, NULL, 408);
    }
    http_conn_end(conn);
}

void http_conn_on_body_due(struct deadline *deadline, void *ctx)
{
    struct http_conn *conn = conn_of(deadline);

    (void)ctx;
    if (conn->exchange != NULL) {
        http_exchange_fail(conn->exchange, SAILS_ETIMEOUT, 408);
    } else {
        http_conn_end(conn);
    }
}

void http_conn_on_keep_alive_due(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    http_conn_end(conn_of(deadline));
}

void http_conn_on_write_due(struct deadline *deadline, void *ctx)
{
    struct http_conn *conn = conn_of(deadline);

    (void)ctx;
    if (link_queued(conn->link) == 0) {
        if (conn->state == HTTP_CONN_FLUSH) {
            resume(conn);
        }
    } else if (taken_by_peer(conn) > conn->taken_before) {
        http_conn_watch_writing(conn);
    } else {
        http_conn_abort(conn); /* on_close tells the exchange */
    }
}

void http_conn_drain(struct http_conn *conn)
{
    if (!conn->is_busy) {
        settle(conn);
    }
}
