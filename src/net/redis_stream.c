#include "net/redis_stream.h"

#include "base/macros.h"
#include "base/mem.h"
#include "net/loop.h"
#include "net/outq.h"

#include <assert.h>
#include <errno.h>

/*
 * hiredis reads replies (redis_reply.h); its own connections are not used. Those of version 0.14 look
 * names up within the loop, write without MSG_NOSIGNAL (a server that is gone would end the process by
 * SIGPIPE), know no time limits, and call back outside of a worker's turn.
 *
 * I1  Events are told with depth > 0. Who closes then only marks it; the outermost caller frees.
 */

enum {
    PIECES_PER_WRITE = 64,
    READS_PER_TURN = 4 /* then the worker's other connections have their turn */
};

struct redis_stream {
    struct loop *loop;
    struct watch *watch;   /* NULL: closed, or lost */
    struct redis_tls *tls; /* NULL: plain */
    struct redis_reader *reader;
    struct outq out;
    bool is_blocked; /* the kernel takes no more: the watch will tell */
    struct task flush;
    const struct redis_stream_events *events;
    void *ctx;
    unsigned depth; /* I1 */
    bool is_closed;
};

static void destroy(struct redis_stream *stream)
{
    redis_reader_destroy(stream->reader);
    redis_tls_destroy(stream->tls);
    outq_clear(&stream->out);
    mem_free(stream);
}

static void enter(struct redis_stream *stream)
{
    stream->depth++;
}

static void leave(struct redis_stream *stream)
{
    stream->depth--;
    if (stream->depth == 0 && stream->is_closed) {
        destroy(stream);
    }
}

static void stop(struct redis_stream *stream)
{
    loop_cancel(&stream->flush);
    watch_close(stream->watch);
    stream->watch = NULL;
}

static void lose(struct redis_stream *stream, int err)
{
    assert(stream->depth > 0); /* I1 */
    stop(stream);
    stream->events->on_lost(stream->ctx, err);
}

/* ---- writing ---- */

static void on_socket(struct watch *watch, struct watch_events events, void *ctx);

static void watch_socket(struct redis_stream *stream)
{
    struct watch_events wanted = {.can_read = true, .can_write = stream->is_blocked};

    watch_for(stream->watch, wanted, on_socket, stream);
}

/* 0; -EAGAIN: the kernel takes no more; another -errno: the socket has failed. */
static int write_some(struct redis_stream *stream)
{
    struct iovec pieces[PIECES_PER_WRITE];
    struct msghdr message = {.msg_iov = pieces};
    ssize_t n = 0;

    message.msg_iovlen = outq_peek(&stream->out, pieces, PIECES_PER_WRITE);
    n = sendmsg(watch_fd(stream->watch), &message, MSG_NOSIGNAL);
    if (n < 0) {
        return errno == EINTR ? 0 : -errno;
    }
    outq_consume(&stream->out, (size_t)n);
    return 0;
}

static void write_out(struct redis_stream *stream)
{
    int rc = 0;

    while (rc == 0 && !outq_is_empty(&stream->out)) {
        rc = write_some(stream);
    }
    if (rc < 0 && rc != -EAGAIN) {
        lose(stream, rc);
        return;
    }
    if (stream->is_blocked != (rc < 0)) {
        stream->is_blocked = rc < 0;
        watch_socket(stream);
    }
}

static void flush(struct task *task)
{
    struct redis_stream *stream = container_of(task, struct redis_stream, flush);

    enter(stream);
    write_out(stream);
    leave(stream);
}

/* What TLS wants on the wire, if it is anything. 0; SAILS_ENOMEM. */
static int push_tls(struct redis_stream *stream)
{
    struct buf wire = {0};
    struct shared *bytes = NULL;
    int rc = redis_tls_take(stream->tls, &wire);

    if (rc == 0 && wire.len > 0) {
        bytes = shared_copy(buf_bytes(&wire));
        rc = bytes != NULL ? outq_push(&stream->out, bytes) : SAILS_ENOMEM;
        shared_release(bytes);
    }
    buf_deinit(&wire);
    return rc;
}

static int push(struct redis_stream *stream, struct shared *bytes)
{
    int rc = 0;

    if (stream->tls == NULL) {
        return outq_push(&stream->out, bytes);
    }
    rc = redis_tls_write(stream->tls, shared_bytes(bytes));
    return rc == 0 ? push_tls(stream) : rc;
}

int redis_stream_write(struct redis_stream *stream, struct shared *bytes)
{
    int rc = push(stream, bytes);

    if (rc == 0 && !stream->is_blocked && stream->watch != NULL) {
        loop_defer(stream->loop, &stream->flush);
    }
    return rc;
}

/* ---- reading ---- */

static void read_replies(struct redis_stream *stream, struct bytes data)
{
    int rc = redis_reader_feed(stream->reader, data);

    while (rc == 0 && stream->watch != NULL) {
        struct redis_reply *reply = NULL;

        rc = redis_reader_next(stream->reader, &reply);
        if (rc < 0 || reply == NULL) {
            break;
        }
        assert(stream->depth > 0); /* I1 */
        stream->events->on_reply(stream->ctx, reply);
        redis_reply_destroy(reply);
    }
    if (rc < 0) {
        lose(stream, rc);
    }
}

static void take_wire(struct redis_stream *stream, struct bytes wire)
{
    struct buf plain = {0};
    int rc = 0;

    if (stream->tls == NULL) {
        read_replies(stream, wire);
        return;
    }
    rc = redis_tls_feed(stream->tls, wire, &plain);
    if (rc == 0) {
        rc = push_tls(stream);
    }
    if (rc < 0) {
        lose(stream, rc);
    } else {
        write_out(stream);
    }
    if (rc == 0 && plain.len > 0 && stream->watch != NULL) {
        read_replies(stream, buf_bytes(&plain));
    }
    buf_deinit(&plain);
}

static void read_in(struct redis_stream *stream)
{
    uint8_t *buffer = stream->loop->read_buffer;

    for (int i = 0; i < READS_PER_TURN && stream->watch != NULL; i++) {
        ssize_t n = recv(watch_fd(stream->watch), buffer, READ_BUFFER_SIZE, 0);

        if (n > 0) {
            take_wire(stream, (struct bytes){buffer, (size_t)n});
        } else if (n == 0) {
            lose(stream, SAILS_ECLOSED);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            lose(stream, -errno);
        }
    }
}

static void on_socket(struct watch *watch, struct watch_events events, void *ctx)
{
    struct redis_stream *stream = ctx;

    (void)watch;
    enter(stream);
    if (events.can_write) {
        write_out(stream);
    }
    if (events.can_read) {
        read_in(stream);
    }
    leave(stream);
}

/* ---- life ---- */

int redis_stream_open(struct loop *loop, struct watch *watch, struct redis_tls *tls,
                      size_t max_reply, const struct redis_stream_events *events, void *ctx,
                      struct redis_stream **out)
{
    struct redis_stream *stream = mem_calloc(1, sizeof(*stream));
    struct redis_reader *reader = redis_reader_create(max_reply);

    if (stream == NULL || reader == NULL) {
        redis_reader_destroy(reader);
        redis_tls_destroy(tls);
        mem_free(stream);
        watch_close(watch);
        return SAILS_ENOMEM;
    }
    stream->loop = loop;
    stream->watch = watch;
    stream->tls = tls;
    stream->reader = reader;
    stream->flush.run = flush;
    stream->events = events;
    stream->ctx = ctx;
    if (tls != NULL && push_tls(stream) < 0) {
        redis_stream_close(stream);
        return SAILS_ENOMEM;
    }
    watch_socket(stream);
    if (!outq_is_empty(&stream->out)) {
        loop_defer(loop, &stream->flush); /* the handshake */
    }
    *out = stream;
    return 0;
}

/* What was written in this turn, too, as far as the kernel takes it: it may be what a worker says at its end. */
static void write_last(struct redis_stream *stream)
{
    while (stream->watch != NULL && !outq_is_empty(&stream->out) && write_some(stream) == 0) {
    }
}

void redis_stream_close(struct redis_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    enter(stream);
    stream->is_closed = true;
    write_last(stream);
    stop(stream);
    leave(stream); /* I1 */
}
