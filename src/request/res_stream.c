#include "base/mem.h"
#include "base/utf8.h"
#include "http/http.h"
#include "request/res.h"

#include <assert.h>
#include <stdatomic.h>

/*
 * An answer in pieces, from any thread.
 *
 *   sails_stream_write --mail--> deliver --> pieces --pump--> http_write --> client
 *                                                      ^                       |
 *                                  told: more can come +------- on_drain <-----+
 *
 * Over a socket an answer is one message: the pieces are collected, and the request is answered at the
 * end.
 *
 * I1  The end is a piece, too, the last one, which lies in the stream, as ending cannot fail: whoever takes
 *     it out of the line destroys the stream.
 * I2  `waiting` counts the bytes that were written and that neither the client's connection nor, over a
 *     socket, `res.text` has taken.
 */
enum {
    BATCH = 64 * 1024,           /* bytes given to a connection before it is waited for */
    COLLECTED_MAX = 1024 * 1024, /* over a socket: as of files */
};

struct piece {
    struct mail mail;
    struct list in_stream;
    sails_stream *stream;
    struct shared *bytes; /* NULL: the beginning or the end */
};

struct sails_stream {
    struct res_source source;
    struct worker *worker;
    struct sails_req *req;   /* over a socket; NULL: HTTP */
    struct http_exchange *x; /* HTTP: from the head to the end */
    struct list pieces;      /* HTTP: struct piece, not written yet */
    size_t n_unsent;         /* bytes that the connection has been given */
    bool is_draining;        /* it has not taken them all */
    bool is_too_big;         /* over a socket */
    atomic_size_t waiting;   /* I2 */
    atomic_bool is_gone;     /* nobody will get it */
    atomic_bool is_ended;    /* the program does not want to hear any more */
    struct piece beginning;  /* over a socket: nobody else tells that pieces may come */
    struct piece end;        /* I1 */
    sails_stream_cb cb;      /* NULL: none */
    void *ctx;
};

static void tell(sails_stream *stream, int status)
{
    if (stream->cb != NULL && !atomic_load(&stream->is_ended)) {
        stream->cb(stream, status, stream->ctx);
    }
}

/* ---- pieces ---- */

/* Those of the stream itself go with it. */
static void piece_destroy(struct piece *piece)
{
    if (piece->bytes != NULL) {
        shared_release(piece->bytes);
        mem_free(piece);
    }
}

static bool is_end(const struct piece *piece)
{
    return piece == &piece->stream->end;
}

/* On its worker. */
static void stream_check(const sails_stream *stream)
{
    const struct list *last = stream->pieces.prev;

    assert(last == &stream->pieces || last->prev == &stream->pieces ||
           !is_end(container_of(last->prev, const struct piece, in_stream))); /* I1 */
    assert(atomic_load(&stream->is_gone) ||
           atomic_load(&stream->waiting) >= stream->n_unsent); /* I2 */
    assert(stream->is_draining || stream->n_unsent == 0);
    (void)last;
}

static struct piece *take_piece(sails_stream *stream)
{
    return container_of(list_take_first(&stream->pieces), struct piece, in_stream);
}

/* Nobody wants them. Whether the end was among them (I1). */
static bool throw_away(sails_stream *stream)
{
    bool was_end = false;

    while (!list_is_empty(&stream->pieces)) {
        struct piece *piece = take_piece(stream);

        was_end = is_end(piece);
        piece_destroy(piece);
    }
    atomic_store(&stream->waiting, 0);
    return was_end;
}

/* The client has gone, or wants no body. */
static void lose(sails_stream *stream)
{
    stream->x = NULL;
    atomic_store(&stream->is_gone, true);
    if (throw_away(stream)) {
        mem_free(stream);
    } else {
        tell(stream, SAILS_ECLOSED);
    }
}

/* ---- over HTTP ---- */

/* Gives the connection what it may have. False: the stream has ended, or its connection. */
static bool pump(sails_stream *stream)
{
    while (!list_is_empty(&stream->pieces) && stream->n_unsent < BATCH) {
        struct piece *piece = take_piece(stream);
        struct http_exchange *x = stream->x;
        int rc = 0;

        if (is_end(piece)) {
            mem_free(stream);
            http_set_events(x, NULL, NULL);
            http_end(x);
            return false;
        }
        stream->n_unsent += piece->bytes->len;
        stream->is_draining = true;
        rc = http_write(x, piece->bytes);
        piece_destroy(piece);
        if (rc < 0) {
            return false; /* on_abort follows */
        }
    }
    return true;
}

static void on_drain(struct http_exchange *x)
{
    sails_stream *stream = http_user(x);

    stream_check(stream);
    atomic_fetch_sub(&stream->waiting, stream->n_unsent);
    stream->n_unsent = 0;
    stream->is_draining = false;
    if (pump(stream) && !stream->is_draining) {
        tell(stream, 0);
    }
}

static void on_abort(struct http_exchange *x, int err)
{
    (void)err;
    lose(http_user(x));
}

static const struct http_exchange_events stream_events = {
    .on_abort = on_abort,
    .on_drain = on_drain,
};

static sails_stream *stream_of(struct res_source *source)
{
    return container_of(source, sails_stream, source);
}

static bool has_no_body(const struct http_exchange *x, unsigned status)
{
    return http_request(x)->method == HTTP_METHOD_HEAD || status < 200 || status == 204 ||
           status == 304;
}

static void send_source(struct res_source *source, struct http_exchange *x, unsigned status)
{
    sails_stream *stream = stream_of(source);

    if (has_no_body(x, status)) {
        http_respond(x, status, (struct bytes){NULL, 0});
        lose(stream);
        return;
    }
    stream->x = x;
    stream->is_draining = true;
    http_set_events(x, &stream_events, stream);
    if (http_begin(x, status, UINT64_MAX) == 0) {
        pump(stream);
    }
}

static void drop_source(struct res_source *source)
{
    lose(stream_of(source));
}

/* ---- over a socket ---- */

static void answer_collected(sails_stream *stream)
{
    sails_res *res = &stream->req->res;

    if (stream->is_too_big || buf_error(&res->text) < 0) {
        buf_deinit(&res->text);
        res->is_answered = false;
        sails_res_fail(res, "The answer is too big for a socket; it can be had over HTTP.");
        return;
    }
    res->kind = REQUEST_TEXT_BODY;
    if (!utf8_is_valid(buf_bytes(&res->text))) {
        res->json = sails_binary(res->text.ptr, res->text.len);
        res->kind = REQUEST_JSON_BODY;
    }
    request_answer(stream->req);
}

static void add_collected(sails_stream *stream, const struct shared *bytes)
{
    struct buf *text = &stream->req->res.text;

    stream->is_too_big = stream->is_too_big || text->len + bytes->len > COLLECTED_MAX;
    if (!stream->is_too_big) {
        buf_append(text, bytes->data, bytes->len);
    }
    atomic_fetch_sub(&stream->waiting, bytes->len);
}

static void collect(sails_stream *stream, struct piece *piece)
{
    if (is_end(piece)) {
        answer_collected(stream);
        mem_free(stream);
        return;
    }
    if (piece->bytes != NULL) {
        add_collected(stream, piece->bytes);
    }
    piece_destroy(piece);
    if (atomic_load(&stream->waiting) == 0) {
        tell(stream, 0);
    }
}

/* ---- writing ---- */

/* Of a worker that has stopped, or a client that has gone. */
static void refuse(sails_stream *stream)
{
    if (!throw_away(stream)) {
        return;
    }
    if (stream->req != NULL) {
        request_destroy(stream->req); /* nobody else will answer it */
    }
    mem_free(stream);
}

static void deliver(struct worker *worker, struct mail *mail)
{
    struct piece *piece = container_of(mail, struct piece, mail);
    sails_stream *stream = piece->stream;

    if (stream->req != NULL && worker_is_running(worker)) {
        collect(stream, piece);
        return;
    }
    list_append(&stream->pieces, &piece->in_stream);
    stream_check(stream);
    if (stream->req != NULL || atomic_load(&stream->is_gone)) {
        refuse(stream);
    } else if (stream->x != NULL && !stream->is_draining) {
        pump(stream);
    }
}

static void post(struct piece *piece, sails_stream *stream, struct shared *bytes)
{
    *piece = (struct piece){.mail.deliver = deliver, .stream = stream, .bytes = bytes};
    worker_post(stream->worker, &piece->mail);
}

static int write_bytes(sails_stream *stream, struct bytes data)
{
    struct piece *piece = mem_alloc(sizeof(*piece));
    struct shared *bytes = shared_copy(data);

    if (piece == NULL || bytes == NULL) {
        mem_free(piece);
        shared_release(bytes);
        return SAILS_ENOMEM;
    }
    atomic_fetch_add(&stream->waiting, data.len);
    post(piece, stream, bytes);
    return 0;
}

int sails_stream_write(sails_stream *stream, const void *data, size_t len)
{
    size_t waiting = 0;

    if (stream == NULL || (data == NULL && len > 0)) {
        return SAILS_EINVAL;
    }
    if (atomic_load(&stream->is_gone)) {
        return SAILS_ECLOSED;
    }
    waiting = atomic_load(&stream->waiting);
    if (waiting > 0 && (waiting >= SAILS_STREAM_MAX || len > SAILS_STREAM_MAX - waiting)) {
        return SAILS_ESLOW;
    }
    return len > 0 ? write_bytes(stream, (struct bytes){data, len}) : 0;
}

void sails_stream_end(sails_stream *stream)
{
    if (stream != NULL) {
        atomic_store(&stream->is_ended, true);
        post(&stream->end, stream, NULL);
    }
}

/* ---- the beginning ---- */

static sails_stream *stream_create(sails_res *res, sails_stream_cb cb, void *ctx)
{
    sails_stream *stream = mem_calloc(1, sizeof(*stream));

    if (stream == NULL) {
        return NULL;
    }
    stream->source = (struct res_source){.send = send_source, .drop = drop_source};
    stream->worker = res_request(res)->worker;
    stream->cb = cb;
    stream->ctx = ctx;
    list_init(&stream->pieces);
    return stream;
}

int sails_res_begin(sails_res *res, sails_stream_cb cb, void *ctx, sails_stream **out)
{
    sails_stream *stream = NULL;
    int rc = out != NULL ? res_claim(res) : SAILS_EINVAL;

    if (rc < 0) {
        return rc;
    }
    stream = stream_create(res, cb, ctx);
    if (stream == NULL) {
        return res_fail(res, SAILS_ENOMEM);
    }
    *out = stream;
    if (res_is_socket(res)) {
        stream->req = res_request(res);
        post(&stream->beginning, stream, NULL);
        return 0;
    }
    res->kind = REQUEST_SOURCE_BODY;
    res->source = &stream->source;
    return request_answer(res_request(res));
}
