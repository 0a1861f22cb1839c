#include "base/mem.h"
#include "http/http_conn.h"
#include "http/http_fields.h"

#include <assert.h>
#include <sails/err.h>

enum {
    /* Up to this size a piece is copied between its chunk's lines: one write instead of three. */
    CHUNK_COPY_MAX = 1024
};

struct http_exchange *http_exchange_create(struct http_conn *conn, struct buf *head,
                                           size_t max_headers)
{
    struct http_exchange *x = mem_calloc(1, sizeof(*x) + max_headers * sizeof(struct http_header));

    if (x == NULL) {
        return NULL;
    }
    x->conn = conn;
    x->max_body = SIZE_MAX; /* without http_accept() the body is thrown away, and bounded there */
    x->head.bytes = *head;
    buf_init(head);
    return x;
}

void http_exchange_destroy(struct http_exchange *x)
{
    http_head_deinit(&x->head);
    buf_deinit(&x->fields);
    mem_free(x);
}

/* ---- the request ---- */

const struct http_request *http_request(const struct http_exchange *x)
{
    return &x->head.request;
}

struct link *http_link(const struct http_exchange *x)
{
    return x->conn->link;
}

struct env *http_env(const struct http_exchange *x)
{
    return x->conn->service->env;
}

void *http_user(const struct http_exchange *x)
{
    return x->user;
}

bool http_body_has_ended(const struct http_exchange *x)
{
    return x->conn->framing == HTTP_FRAMING_NONE;
}

void http_pause(struct http_exchange *x, bool paused)
{
    if (x->state != HTTP_X_OVER) {
        http_conn_pause_body(x->conn, paused);
    }
}

void http_accept(struct http_exchange *x, const struct http_exchange_events *events, void *user,
                 size_t max_body)
{
    struct http_conn *conn = x->conn;

    assert(x->state == HTTP_X_NEW);
    x->state = HTTP_X_ACCEPTED;
    x->max_body = max_body;
    http_set_events(x, events, user);
    if (x->head.framing == HTTP_FRAMING_LENGTH && x->head.content_length > max_body) {
        x->is_too_big = true; /* told when on_request has returned */
        return;
    }
    if (x->head.expects_continue && http_conn_unread(conn).len == 0) {
        /* A failure closes the connection, and on_abort tells. */
        (void)http_conn_write(conn, shared_copy(str_bytes(STR("HTTP/1.1 100 Continue\r\n\r\n"))));
    }
}

void http_set_events(struct http_exchange *x, const struct http_exchange_events *events, void *user)
{
    x->events = events;
    x->user = user;
}

/* ---- headers of the response ---- */

int http_add_header(struct http_exchange *x, struct str name, struct str value)
{
    x->has_framing_fields |= http_fields_is_framing(name);
    return http_fields_add(&x->fields, name, value);
}

int http_add_lines(struct http_exchange *x, struct str lines)
{
    assert(http_fields_are_lines(lines));
    if (!buf_reserve(&x->fields, lines.len)) {
        x->fields.failed = false; /* the caller hears of it, and the lines before are whole */
        return SAILS_ENOMEM;
    }
    buf_append_str(&x->fields, lines);
    x->has_framing_fields = true; /* perhaps */
    return 0;
}

int http_set_header(struct http_exchange *x, struct str name, struct str value)
{
    x->has_framing_fields |= http_fields_is_framing(name);
    return http_fields_set(&x->fields, name, value);
}

static bool asks_to_close(struct str fields)
{
    struct str line, name, value;

    while (http_fields_take_line(&fields, &line, &name, &value)) {
        if (str_eq_nocase(name, STR("Connection")) && str_list_has(value, STR("close"))) {
            return true;
        }
    }
    return false;
}

/* ---- responses ---- */

/* Who waits for "100 Continue" and does not get it may send the body or not: nobody can tell what
 * the next byte would be (RFC 9110 section 10.1.1). */
static bool can_stay_open(const struct http_exchange *x)
{
    const struct http_conn *conn = x->conn;
    bool is_last = conn->service->draining || conn->has_ended;
    bool is_ambiguous = x->head.expects_continue && x->state == HTTP_X_NEW;

    return x->head.keep_alive && !is_ambiguous && http_receive_can_discard(conn) &&
           !(is_last && http_conn_unread(conn).len == 0) &&
           !(x->has_framing_fields && asks_to_close(buf_str(&x->fields)));
}

static bool has_no_body(const struct http_exchange *x, unsigned status)
{
    return x->head.request.method == HTTP_METHOD_HEAD || status < 200 || status == 204 ||
           status == 304;
}

static enum http_response_framing framing_of(const struct http_exchange *x, unsigned status,
                                             uint64_t length)
{
    if (has_no_body(x, status)) {
        bool tells_length = status >= 200 && status != 204 && status != 304;

        return tells_length && length != UINT64_MAX ? HTTP_RESPONSE_NO_BODY_LEN
                                                    : HTTP_RESPONSE_NO_BODY;
    }
    if (length != UINT64_MAX) {
        return HTTP_RESPONSE_LENGTH;
    }
    return x->head.request.is_http_1_0 ? HTTP_RESPONSE_UNTIL_CLOSE : HTTP_RESPONSE_CHUNKED;
}

/* The head, and `body` where it follows at once. NULL: no memory. */
static struct shared *make_response(struct http_exchange *x, unsigned status, struct bytes body)
{
    struct http_service *service = x->conn->service;
    struct http_response response = {
        .status = status,
        .framing = x->framing,
        .length = x->left,
        .fields = buf_str(&x->fields),
        .has_plain_fields = !x->has_framing_fields,
        .date = http_service_date(service),
        .keep_alive = x->keep_alive,
        .keep_alive_s = service->limits->keep_alive_ms / 1000,
        .body = body,
    };

    return http_response_make(&response);
}

int http_respond(struct http_exchange *x, unsigned status, struct bytes body)
{
    struct http_conn *conn = x->conn;
    bool keep_alive = false;
    int rc = 0;

    if (x->state == HTTP_X_BEGUN || x->state == HTTP_X_OVER) {
        return SAILS_ESTATE;
    }
    x->left = body.len;
    x->framing = framing_of(x, status, body.len);
    x->keep_alive = can_stay_open(x);
    rc = http_conn_write(conn, make_response(x, status, body));
    keep_alive = x->keep_alive;
    conn->exchange = NULL;
    http_exchange_destroy(x);
    http_conn_answered(conn, keep_alive);
    return rc;
}

int http_begin(struct http_exchange *x, unsigned status, uint64_t length)
{
    if (x->state == HTTP_X_BEGUN || x->state == HTTP_X_OVER) {
        return SAILS_ESTATE;
    }
    x->left = length;
    x->framing = framing_of(x, status, length);
    x->keep_alive = x->framing != HTTP_RESPONSE_UNTIL_CLOSE && can_stay_open(x);
    x->state = HTTP_X_BEGUN;
    return http_conn_write(x->conn, make_response(x, status, (struct bytes){NULL, 0}));
}

static int write_small_chunk(struct http_exchange *x, const struct shared *piece)
{
    char size[24];
    size_t n = (size_t)snprintf(size, sizeof(size), "%zx\r\n", piece->len);
    struct shared *chunk = shared_create(n + piece->len + 2);

    if (chunk != NULL) {
        memcpy(chunk->data, size, n);
        memcpy(chunk->data + n, piece->data, piece->len);
        memcpy(chunk->data + n + piece->len, "\r\n", 2);
    }
    return http_conn_write(x->conn, chunk);
}

static int write_chunk(struct http_exchange *x, struct shared *piece)
{
    char size[24];
    size_t n = 0;
    int rc = 0;

    if (piece->len <= CHUNK_COPY_MAX) {
        return write_small_chunk(x, piece);
    }
    n = (size_t)snprintf(size, sizeof(size), "%zx\r\n", piece->len);
    rc = http_conn_write(x->conn, shared_copy((struct bytes){(const uint8_t *)size, n}));
    if (rc == 0) {
        rc = http_conn_write(x->conn, shared_retain(piece));
    }
    if (rc == 0) {
        rc = http_conn_write(x->conn, shared_copy(str_bytes(STR("\r\n"))));
    }
    return rc;
}

int http_write(struct http_exchange *x, struct shared *piece)
{
    if (x->state != HTTP_X_BEGUN) {
        return SAILS_ESTATE;
    }
    if (piece->len == 0) {
        return 0; /* as a chunk it would be the end */
    }
    switch (x->framing) {
    case HTTP_RESPONSE_NO_BODY:
    case HTTP_RESPONSE_NO_BODY_LEN:
    case HTTP_RESPONSE_UPGRADE:
        return 0;
    case HTTP_RESPONSE_CHUNKED:
        return write_chunk(x, piece);
    case HTTP_RESPONSE_LENGTH:
        if (piece->len > x->left) {
            http_conn_abort(x->conn);
            return SAILS_EINVAL;
        }
        x->left -= piece->len;
        break;
    case HTTP_RESPONSE_UNTIL_CLOSE:
        break;
    }
    return http_conn_write(x->conn, shared_retain(piece));
}

static int write_end(struct http_exchange *x)
{
    if (x->conn->state == HTTP_CONN_CLOSED) {
        return SAILS_ECLOSED;
    }
    if (x->framing == HTTP_RESPONSE_LENGTH && x->left > 0) {
        http_conn_abort(x->conn);
        return SAILS_EINVAL;
    }
    if (x->framing == HTTP_RESPONSE_CHUNKED) {
        return http_conn_write(x->conn, shared_copy(str_bytes(STR("0\r\n\r\n"))));
    }
    return 0;
}

int http_end(struct http_exchange *x)
{
    struct http_conn *conn = x->conn;
    bool keep_alive = x->keep_alive;
    int rc = 0;

    if (x->state != HTTP_X_BEGUN) {
        return SAILS_ESTATE;
    }
    rc = write_end(x);
    conn->exchange = NULL;
    http_exchange_destroy(x);
    http_conn_answered(conn, keep_alive);
    return rc;
}

/* ---- refusals ---- */

void http_conn_refuse(struct http_conn *conn, struct http_exchange *x, unsigned status)
{
    struct buf own = {0};
    struct buf *fields = x != NULL ? &x->fields : &own;
    struct str text = str_from(http_status_text(status));
    bool is_head = x != NULL && x->head.request.method == HTTP_METHOD_HEAD;
    struct http_response response = {
        .status = status,
        .framing = is_head ? HTTP_RESPONSE_NO_BODY_LEN : HTTP_RESPONSE_LENGTH,
        .length = text.len,
        .date = http_service_date(conn->service),
        .body = str_bytes(text),
    };

    /* Without memory for its type the text still says what it is. */
    (void)http_fields_set(fields, STR("Content-Type"), STR("text/plain; charset=utf-8"));
    response.fields = buf_str(fields);
    (void)http_conn_write(conn, http_response_make(&response));
    buf_deinit(&own);
}

void http_exchange_fail(struct http_exchange *x, int err, unsigned status)
{
    struct http_conn *conn = x->conn;
    bool has_begun = x->state == HTTP_X_BEGUN;

    if (status != 0 && !has_begun && conn->state != HTTP_CONN_CLOSED) {
        http_conn_refuse(conn, x, status);
    }
    conn->exchange = NULL;
    if (has_begun) {
        http_conn_abort(conn); /* so that nobody takes what has been sent for the whole */
    } else {
        http_conn_end(conn);
    }
    x->state = HTTP_X_OVER;
    if (x->events != NULL && x->events->on_abort != NULL) {
        x->events->on_abort(x, err);
    }
    http_exchange_destroy(x);
}

void http_drop(struct http_exchange *x)
{
    struct http_conn *conn = x->conn;

    if (x->state == HTTP_X_OVER) {
        return;
    }
    conn->exchange = NULL;
    http_conn_abort(conn);
    http_exchange_destroy(x);
}

void http_refuse_raw(struct http_exchange *x, struct str raw)
{
    struct http_conn *conn = x->conn;

    if (x->state == HTTP_X_OVER) {
        return;
    }
    conn->exchange = NULL;
    if (raw.len > 0) {
        (void)http_conn_write(conn, shared_copy(str_bytes(raw)));
    }
    http_conn_end(conn);
    http_exchange_destroy(x);
}

/* ---- leaving ---- */

static struct shared *make_upgrade(struct http_exchange *x)
{
    struct http_response response = {
        .status = 101,
        .framing = HTTP_RESPONSE_UPGRADE,
        .fields = buf_str(&x->fields),
    };

    return http_response_make(&response);
}

struct link *http_upgrade(struct http_exchange *x, struct buf *unread)
{
    struct http_conn *conn = x->conn;
    struct link *link = conn->link;
    struct bytes behind = http_conn_unread(conn);
    struct buf copy = {0};

    if (x->state == HTTP_X_BEGUN || x->state == HTTP_X_OVER || !http_body_has_ended(x)) {
        return NULL;
    }
    if (conn->has_ended) {
        return NULL; /* the next owner would never hear of it */
    }
    buf_append(&copy, behind.ptr, behind.len);
    if (buf_error(&copy) != 0 || http_conn_write(conn, make_upgrade(x)) < 0) {
        buf_deinit(&copy);
        return NULL;
    }
    *unread = copy;
    conn->exchange = NULL;
    http_exchange_destroy(x);
    http_conn_give_away(conn);
    link->ops->flush_apart(link);
    return link;
}

int http_move(struct http_exchange *x, unsigned worker)
{
    struct http_conn *conn = x->conn;
    struct bytes behind = http_conn_unread(conn);
    struct buf all = {0};
    int rc = 0;

    assert(x->state == HTTP_X_NEW);
    buf_append_str(&all, buf_str(&x->head.bytes));
    buf_append(&all, behind.ptr, behind.len);
    rc = buf_error(&all);
    if (rc == 0) {
        rc = conn->link->ops->move(conn->link, worker, buf_bytes(&all));
    }
    buf_deinit(&all);
    if (rc == 0) {
        conn->exchange = NULL;
        conn->state = HTTP_CONN_CLOSED;
        deadline_stop(&conn->deadline);
        http_exchange_destroy(x);
    }
    return rc;
}
