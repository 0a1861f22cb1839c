#include "net/tcp_link.h"

#include "base/mem.h"
#include "net/loop.h"
#include "net/net_state.h"
#include "net/outq.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The socket is polled (poller.h), read and written by ourselves instead of through uv_tcp_t.
 * A link is smaller by 248 bytes that way, needs no allocation for a write that the kernel does not
 * take at once, can be given to another loop with nothing but its descriptor, and is written to with
 * MSG_NOSIGNAL: libuv uses writev(), for which a program would have to ignore SIGPIPE, and a
 * library should not change what its program's signals do.
 *
 *     OPEN --end()--> ENDED --queue empty--> SHUT --peer's FIN, or linger_ms--> CLOSING
 *       |                |                     |                                   |
 *       +---abort(), error, over the bound-----+-----------------------------------+
 *                                                        a later turn's task: on_close, free
 *
 * In ENDED and SHUT what comes in is read and discarded: a socket that is closed with bytes unread
 * sends RST, which can destroy what the peer has not read yet of our last words (RFC 9112 section
 * 9.6 describes it for HTTP).
 *
 * I1  A function of link_ops calls no event: writing happens in the task, and so does telling of
 *     the end.
 * I2  While `unread` exists the socket is not read, so that bytes keep their order.
 * I3  is_closing: the socket is polled no more, the queue is empty, the task is the one that frees.
 * I4  `interest` is what the socket is polled for, and follows from the flags (wanted_events).
 */

enum {
    PIECES_PER_WRITE = 64,
    READS_PER_TURN = 8, /* a fast sender must not keep the others waiting */
    STALLED_MS = 30000, /* an ended link whose peer takes nothing for so long will never take it */
    LEAVING_MS =
        250, /* while the loop drains: browsers' idle connections are not closed by them for seconds */
    HELD_MS = 3
};

struct tcp_link {
    struct link link;
    struct loop *loop;
    struct task task; /* in the worker's tasks while there is something to flush or to deliver */
    struct list in_loop;
    struct outq out;
    struct unread *unread;
    struct deadline limit; /* runs while ENDED (stalled) and SHUT (lingering), or is_held */
    struct peer_address peer;
    int fd;             /* -1: closed, or on its way to another worker */
    int err;            /* what on_close will tell */
    uint8_t interest;   /* events of epoll */
    bool is_silent : 1; /* what is polled for has come, and nobody wants it: see on_urgent() */
    bool is_paused : 1;
    bool is_blocked : 1; /* the kernel's buffer is full: wait until the socket is writable */
    bool is_held : 1;    /* what is queued leaves when `limit` is due */
    bool owes_drain : 1; /* something was queued since the last on_drain */
    bool has_peer_ended : 1;
    bool is_ended : 1;
    bool is_shut : 1;
    bool is_closing : 1;
};

/* The part of the budget of 1 KiB for a connection that this floor may take. */
static_assert(sizeof(struct tcp_link) <= 168, "a plain link has grown");

static struct tcp_link *of(const struct link *base)
{
    return container_of(base, struct tcp_link, link);
}

struct link *tcp_link_base(struct tcp_link *link)
{
    return &link->link;
}

struct loop *tcp_link_worker(const struct tcp_link *link)
{
    return link->loop;
}

/* ---- closing ---- */

static void run_last_task(struct task *task)
{
    struct tcp_link *link = container_of(task, struct tcp_link, task);
    struct loop *loop = link->loop;

    if (link->link.events != NULL) { /* NULL: on_link has aborted it */
        link->link.events->on_close(&link->link, link->err);
    }
    loop_link_gone(loop, &link->in_loop);
    mem_free(link);
}

/* Makes I3 hold. The descriptor is closed by the caller, or has another owner. */
static void begin_closing(struct tcp_link *link, int err)
{
    link->is_closing = true;
    link->err = err;
    outq_clear(&link->out);
    mem_free(link->unread);
    link->unread = NULL;
    loop_cancel(&link->task);
    deadline_stop(&link->limit);
    poller_remove(&link->loop->poller, link->fd);
    link->fd = -1;
    link->task.run = run_last_task;
    loop_defer(link->loop, &link->task);
}

static void close_with(struct tcp_link *link, int err)
{
    int fd = link->fd;

    if (link->is_closing) {
        return;
    }
    begin_closing(link, err);
    (void)close(fd);
    net_uncount(link->loop->net, &link->peer);
}

void tcp_link_fail(struct tcp_link *link, int err)
{
    close_with(link, link->is_ended ? 0 : err); /* who has said its last word is told 0 */
}

/* ---- what the socket is polled for ---- */

static bool wants_to_read(const struct tcp_link *link)
{
    return !link->is_closing && !link->has_peer_ended && link->unread == NULL &&
           (link->is_ended || !link->is_paused);
}

static uint8_t wanted_events(const struct tcp_link *link)
{
    unsigned events = (wants_to_read(link) ? EPOLLIN : 0u) | (link->is_blocked ? EPOLLOUT : 0u);

    /* Errors are reported whatever is asked for. */
    return (uint8_t)(events != 0 ? events : EPOLLPRI);
}

static void update_interest(struct tcp_link *link)
{
    uint8_t events = wanted_events(link);

    if (link->is_closing || events == link->interest) {
        return;
    }
    link->interest = events;
    link->is_silent = false;
    poller_change(&link->loop->poller, link->fd, events, link);
}

static void link_check(const struct tcp_link *link)
{
    if (link->is_closing) {
        assert(link->fd < 0 && link->unread == NULL && outq_is_empty(&link->out)); /* I3 */
        assert(!deadline_is_running(&link->limit));
    } else {
        assert(link->interest == wanted_events(link)); /* I4 */
    }
}

/* ---- writing ---- */

static void close_if_done(struct tcp_link *link)
{
    if (link->is_shut && link->has_peer_ended) {
        close_with(link, 0);
    }
}

static void linger(struct tcp_link *link)
{
    struct loop *loop = link->loop;

    assert(!link->is_closing); /* the limit would outlive it */
    deadline_start(&link->limit, loop->state == LOOP_DRAINING ? &loop->leaving : &loop->lingering,
                   loop->worker.env.now_ms);
}

static void shut(struct tcp_link *link)
{
    if (shutdown(link->fd, SHUT_WR) != 0) {
        close_with(link, 0); /* ENOTCONN: the connection has gone already */
        return;
    }
    link->is_shut = true;
    linger(link);
    close_if_done(link);
}

static void restart_stalled(struct tcp_link *link)
{
    deadline_start(&link->limit, &link->loop->stalled, link->loop->worker.env.now_ms);
}

/* send() for the one message that most turns bring: it costs the kernel less than sendmsg(), which has
 * to fetch the list of pieces first (bench/broadcast.c shows it). */
static ssize_t send_some(const struct tcp_link *link)
{
    struct iovec pieces[PIECES_PER_WRITE];
    struct msghdr message = {.msg_iov = pieces};

    message.msg_iovlen = outq_peek(&link->out, pieces, PIECES_PER_WRITE);
    if (message.msg_iovlen == 1) {
        return send(link->fd, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
    }
    return sendmsg(link->fd, &message, MSG_NOSIGNAL);
}

/*
 * Gives the kernel what it takes. 0, also if it does not take all (is_blocked); -errno. Calls no
 * event, so that link_ops.write may use it (I1).
 */
static int send_queue(struct tcp_link *link)
{
    while (!outq_is_empty(&link->out) && !link->is_blocked) {
        ssize_t n = send_some(link);

        if (n >= 0) {
            outq_consume(&link->out, (size_t)n);
        } else if (errno == EAGAIN) {
            link->is_blocked = true;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

static void on_queue_empty(struct tcp_link *link)
{
    if (link->is_ended && !link->is_shut) {
        shut(link);
    } else if (link->owes_drain && !link->is_ended) {
        link->owes_drain = false;
        if (link->link.events->on_drain != NULL) {
            link->link.events->on_drain(&link->link);
        }
    }
}

static void flush(struct tcp_link *link)
{
    size_t before = link->out.bytes;
    int rc = send_queue(link);

    if (rc < 0) {
        tcp_link_fail(link, rc);
        return;
    }
    if (link->is_ended && !link->is_shut && link->out.bytes < before) {
        restart_stalled(link);
    }
    update_interest(link);
    if (outq_is_empty(&link->out)) {
        on_queue_empty(link);
    }
}

static void on_writable(struct tcp_link *link)
{
    link->is_blocked = false;
    flush(link);
}

/* ---- reading ---- */

static void deliver(struct tcp_link *link, struct bytes data)
{
    if (!link->is_ended) {
        link->link.events->on_data(&link->link, data);
    }
}

static void on_peer_end(struct tcp_link *link)
{
    link->has_peer_ended = true;
    update_interest(link);
    if (link->is_ended) {
        close_if_done(link);
    } else {
        link->link.events->on_end(&link->link);
    }
}

/* False: nothing more can be read now. */
static bool read_once(struct tcp_link *link, bool until_error)
{
    uint8_t *buffer = link->loop->read_buffer;
    ssize_t n = recv(link->fd, buffer, READ_BUFFER_SIZE, 0);

    if (n > 0) {
        deliver(link, (struct bytes){buffer, (size_t)n});
        /* Less than asked for: there was no more, and asking again would tell only that. */
        return n == READ_BUFFER_SIZE || until_error;
    }
    if (n == 0) {
        on_peer_end(link);
        return false;
    }
    if (errno == EINTR) {
        return true;
    }
    if (errno != EAGAIN) {
        tcp_link_fail(link, -errno);
    }
    return false;
}

static void read_some(struct tcp_link *link, bool until_error)
{
    for (int i = 0; i < READS_PER_TURN && wants_to_read(link); i++) {
        if (!read_once(link, until_error)) {
            return;
        }
    }
}

static void deliver_unread(struct tcp_link *link)
{
    struct unread *unread = link->unread;

    link->unread = NULL;
    deliver(link, (struct bytes){unread->data, unread->len});
    mem_free(unread);
    update_interest(link);
}

/* ---- the loop calls ---- */

/* The error that the socket has; one that polls as broken without saying why was reset. */
static int socket_error(int fd)
{
    int err = 0;
    socklen_t len = sizeof(err);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0) {
        err = errno;
    }
    return err != 0 ? -err : -ECONNRESET;
}

/* The connection has broken. What the peer sent before is still there, and the protocol should have it. */
static void on_broken(struct tcp_link *link)
{
    read_some(link, true);
    if (!link->is_closing) {
        tcp_link_fail(link, socket_error(link->fd));
    }
}

/*
 * Nobody wants to read or write, and yet there is something: urgent data, which a peer can send for as long as it
 * likes, or its end behind what has not been read. From now on only what changes is told (EPOLLET), until somebody
 * wants something again.
 */
static void on_urgent(struct tcp_link *link)
{
    if (!link->is_silent) {
        link->is_silent = true;
        poller_change(&link->loop->poller, link->fd, EPOLLET, link);
    }
}

/* EPOLLHUP alone, both directions are closed, is whatever was waited for. */
static uint32_t events_of(const struct tcp_link *link, uint32_t told)
{
    return told == EPOLLHUP ? link->interest : told;
}

void tcp_link_on_ready(void *who, uint32_t told)
{
    struct tcp_link *link = who;
    uint32_t events = events_of(link, told);
    struct worker_scope scope;

    if (link->is_closing) {
        return;
    }
    loop_enter(&scope, link->loop);
    if ((events & EPOLLERR) != 0) {
        on_broken(link);
    } else {
        if ((events & EPOLLPRI) != 0) {
            on_urgent(link);
        }
        if ((events & EPOLLOUT) != 0) {
            on_writable(link);
        }
        if ((events & EPOLLIN) != 0) {
            read_some(link, false);
        }
    }
    link_check(link);
    worker_leave(&scope);
}

static void run_task(struct task *task)
{
    struct tcp_link *link = container_of(task, struct tcp_link, task);

    if (link->unread != NULL && (link->is_ended || !link->is_paused)) {
        deliver_unread(link);
    }
    if (!link->is_closing && !link->is_held) {
        flush(link);
    }
    link_check(link);
}

static void on_limit(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    close_with(container_of(deadline, struct tcp_link, limit), 0);
}

/* ---- link_ops ---- */

static bool is_over_bound(const struct tcp_link *link, size_t more)
{
    return !outq_admits(&link->out, more, link->loop->net->options.max_queue);
}

static int tcp_write(struct link *base, struct shared *data)
{
    struct tcp_link *link = of(base);
    int rc = 0;

    worker_assert_no_other(&link->loop->worker);
    if (link->is_closing || link->is_ended) {
        return SAILS_ECLOSED;
    }
    if (data->len == 0) {
        return 0;
    }
    if (is_over_bound(link, data->len)) {
        /* One turn may say more than the bound to a peer who reads all of it. */
        rc = send_queue(link);
        if (rc < 0) {
            close_with(link, rc);
            return SAILS_ECLOSED;
        }
        if (is_over_bound(link, data->len)) {
            close_with(link, SAILS_ESLOW);
            return SAILS_ESLOW;
        }
        update_interest(link);
    }
    rc = outq_push(&link->out, data);
    if (rc < 0) {
        return rc;
    }
    link->owes_drain = true;
    if (!link->is_blocked && !link->is_held) {
        loop_defer(link->loop, &link->task);
    }
    return 0;
}

static void tcp_flush_apart(struct link *base)
{
    struct tcp_link *link = of(base);
    int rc = 0;

    if (link->is_closing || link->is_ended) {
        return;
    }
    rc = send_queue(link);
    if (rc < 0) {
        close_with(link, rc);
        return;
    }
    update_interest(link);
    link->is_held = true;
    deadline_start(&link->limit, &link->loop->held, link->loop->worker.env.now_ms);
}

static void on_held_enough(struct deadline *deadline, void *ctx)
{
    struct tcp_link *link = container_of(deadline, struct tcp_link, limit);

    (void)ctx;
    link->is_held = false;
    if (!link->is_blocked) {
        loop_defer(link->loop, &link->task);
    }
}

static void tcp_end(struct link *base)
{
    struct tcp_link *link = of(base);

    if (link->is_closing || link->is_ended) {
        return;
    }
    link->is_ended = true;
    link->is_held = false;
    mem_free(link->unread);
    link->unread = NULL;
    restart_stalled(link);
    update_interest(link); /* what comes now is thrown away, also where the link was paused */
    loop_defer(link->loop, &link->task);
}

static void tcp_abort(struct link *base)
{
    worker_assert_no_other(&of(base)->loop->worker);
    close_with(of(base), 0);
}

static void tcp_pause(struct link *base, bool paused)
{
    struct tcp_link *link = of(base);

    worker_assert_no_other(&link->loop->worker);
    if (link->is_closing) {
        return;
    }
    link->is_paused = paused;
    if (!paused && link->unread != NULL) {
        loop_defer(link->loop, &link->task);
    }
    update_interest(link);
}

static size_t tcp_queued(const struct link *base)
{
    return of(base)->out.bytes;
}

static int tcp_move(struct link *base, unsigned loop, struct bytes unread)
{
    return tcp_link_depart(of(base), loop, &(struct move_state){.unread = unread});
}

static void tcp_peer(const struct link *base, char out[64])
{
    peer_address_text(&of(base)->peer, out);
}

static const struct link_ops tcp_ops = {
    .write = tcp_write,
    .flush_apart = tcp_flush_apart,
    .end = tcp_end,
    .abort = tcp_abort,
    .pause = tcp_pause,
    .queued = tcp_queued,
    .move = tcp_move,
    .peer = tcp_peer,
};

/* ---- for the floor ---- */

struct tcp_link *tcp_link_open(struct loop *loop, int fd, struct peer_address peer,
                               struct unread *unread)
{
    struct tcp_link *link = mem_calloc(1, sizeof(*link));

    if (link == NULL || poller_add(&loop->poller, fd, EPOLLIN, link) < 0) {
        (void)close(fd);
        mem_free(unread);
        mem_free(link);
        return NULL;
    }
    link->link.ops = &tcp_ops;
    link->loop = loop;
    link->task.run = run_task;
    link->peer = peer;
    link->fd = fd;
    link->interest = EPOLLIN;
    link->unread = unread;
    loop_link_added(loop, &link->in_loop);
    net_count(loop->net, &peer);
    if (unread != NULL) {
        loop_defer(loop, &link->task);
    }
    update_interest(link);
    return link;
}

void tcp_link_give_back(struct tcp_link *link, struct bytes rest)
{
    assert(link->unread == NULL); /* I2: else these bytes would not have come */
    if (link->is_closing || link->is_ended || rest.len == 0) {
        return;
    }
    link->unread = unread_create(rest, (struct bytes){0});
    if (link->unread == NULL) {
        tcp_link_fail(link, SAILS_ENOMEM);
        return;
    }
    if (!link->is_paused) {
        loop_defer(link->loop, &link->task);
    }
    update_interest(link);
}

/*
 * What this turn has queued (a TLS session ticket, say) mostly fits into the kernel's buffer. An
 * error is left to the next flush to find.
 */
static bool can_depart(struct tcp_link *link)
{
    if (link->is_closing || link->is_ended) {
        return false;
    }
    (void)send_queue(link);
    update_interest(link);
    return outq_is_empty(&link->out);
}

/*
 * Own unread bytes are there if the link is moved before it was given what it came with, or while
 * it is paused; what the caller has not used was received before them.
 */
int tcp_link_depart(struct tcp_link *link, unsigned loop, const struct move_state *with)
{
    struct move_state all = *with;
    struct arrival *arrival = NULL;
    struct unread *joined = NULL;
    int fd = link->fd;
    int rc = 0;

    if (!can_depart(link)) {
        return SAILS_ESTATE;
    }
    if (link->unread != NULL) {
        joined = unread_create(with->unread, (struct bytes){link->unread->data, link->unread->len});
        if (joined == NULL) {
            return SAILS_ENOMEM;
        }
        all.unread = (struct bytes){joined->data, joined->len};
    }
    rc = move_prepare(link->loop, loop, &all, &arrival);
    mem_free(joined);
    if (rc < 0) {
        return rc;
    }
    begin_closing(link, 0);
    move_commit(arrival, fd, link->peer);
    return 0;
}

void tcp_links_init(struct loop *loop)
{
    deadline_queue_init(&loop->held, &loop->worker.env.deadlines, HELD_MS, on_held_enough, loop);
    deadline_queue_init(&loop->lingering, &loop->worker.env.deadlines, loop->net->options.linger_ms,
                        on_limit, loop);
    deadline_queue_init(&loop->stalled, &loop->worker.env.deadlines, STALLED_MS, on_limit, loop);
}

void tcp_links_hurry(struct loop *loop)
{
    uint64_t limit_ms = loop->net->options.linger_ms;

    deadline_queue_init(&loop->leaving, &loop->worker.env.deadlines,
                        limit_ms < LEAVING_MS ? limit_ms : LEAVING_MS, on_limit, loop);
    list_each(node, &loop->links) {
        struct tcp_link *link = container_of(node, struct tcp_link, in_loop);

        if (link->is_shut && !link->is_closing) {
            linger(link);
        }
    }
}

void tcp_links_abort(struct loop *loop)
{
    list_each(node, &loop->links) {
        close_with(container_of(node, struct tcp_link, in_loop), 0);
    }
}
