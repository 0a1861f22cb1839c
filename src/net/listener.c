#include "net/listener.h"

#include "net/address.h"
#include "net/loop.h"
#include "net/net_state.h"
#include "net/tcp_link.h"
#include "net/tls.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The listening socket is polled and accepted from by ourselves instead of by uv_listen(): so one
 * turn accepts many connections, but a bounded number, and being out of descriptors is ours to
 * handle. Then the socket stays readable, and polling it on would be a busy loop; so the listener
 * rests for a while, and clients wait in the kernel's queue.
 */
enum {
    ACCEPTS_PER_TURN = 64,    /* so that open connections are served, too, in a storm of new ones */
    RETRY_AFTER_MS = 100,     /* of rest; soon enough for those who wait, and costs nothing */
    LOG_AGAIN_AFTER_MS = 1000 /* a line for each failure would fill the disk */
};

static void on_readable(uv_poll_t *poll, int status, int events);

static void accept_again(struct deadline *retry, void *ctx)
{
    struct listener *listener = ctx;

    (void)retry;
    listener_start(listener);
}

int listener_open(struct listener *listener, struct loop *loop, int fd)
{
    int rc = uv_poll_init(loop->uv, &listener->poll, fd);

    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    loop->n_handles++;
    listener->poll.data = loop;
    listener->fd = fd;
    listener->retry = (struct deadline){0};
    deadline_queue_init(&listener->retries, &loop->worker.env.deadlines, RETRY_AFTER_MS,
                        accept_again, listener);
    return 0;
}

void listener_start(struct listener *listener)
{
    (void)uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

void listener_close(struct listener *listener)
{
    if (listener->fd < 0) {
        return;
    }
    deadline_queue_deinit(&listener->retries);
    uv_close((uv_handle_t *)&listener->poll, loop_on_handle_closed);
    (void)close(listener->fd);
    listener->fd = -1;
}

static void log_failure(struct listener *listener, struct loop *loop, int err)
{
    uint64_t now_ms = loop->worker.env.now_ms;

    if (listener->logged_ms != 0 && now_ms - listener->logged_ms < LOG_AGAIN_AFTER_MS) {
        return;
    }
    listener->logged_ms = now_ms;
    log_line(
        loop->worker.env.log, LOG_ERROR, "cannot accept a connection: %s%s", sails_strerror(err),
        err == -EMFILE ? ": raise the hard limit of open files (LimitNOFILE, ulimit -Hn), or set "
                         "maxConnections below it"
                       : "");
}

static void rest(struct listener *listener, struct loop *loop)
{
    (void)uv_poll_stop(&listener->poll);
    deadline_start(&listener->retry, &listener->retries, loop->worker.env.now_ms);
}

static bool is_over_limit(struct net *net)
{
    size_t limit = net->options.max_connections;

    return limit > 0 && atomic_load_explicit(&net->n_connections, memory_order_relaxed) >= limit;
}

static void take_in(struct loop *loop, int fd, const struct sockaddr_storage *from)
{
    struct net *net = loop->net;
    struct peer_address peer = peer_address_from(from);
    struct tcp_link *link = NULL;
    int on = 1;

    if (is_over_limit(net) || !peer_census_admits(&net->census, &peer)) {
        atomic_fetch_add_explicit(&net->n_refused, 1, memory_order_relaxed);
        (void)close(fd);
        return;
    }
    /* What is queued in one turn leaves in one write already; waiting for more only adds delay. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    link = tcp_link_open(loop, fd, peer, NULL);
    if (link == NULL) {
        return;
    }
    if (net->tls != NULL) {
        tls_accept(net->tls, link);
    } else {
        net->events.on_link(net->ctx, &loop->worker, tcp_link_base(link));
    }
}

/* What ends a turn of accepting: nothing left, or an error that stays until something is freed. */
static bool must_rest(int err)
{
    return err == EMFILE || err == ENFILE || err == ENOMEM || err == ENOBUFS;
}

/* False: nothing more to accept now. */
static bool accept_one(struct listener *listener, struct loop *loop)
{
    struct sockaddr_storage from = {0};
    socklen_t len = sizeof(from);
    int fd = accept4(listener->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
        take_in(loop, fd, &from);
        return listener->fd >= 0; /* on_link may have stopped the net */
    }
    if (errno == EAGAIN) {
        return false;
    }
    if (must_rest(errno)) {
        log_failure(listener, loop, -errno);
        rest(listener, loop);
        return false;
    }
    /* ECONNABORTED, EINTR, and the network's errors, which accept() passes on (accept(2)): they
     * concern one connection, which is gone. */
    return true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct loop *loop = poll->data;
    struct worker_scope scope;

    (void)status;
    (void)events;
    loop_enter(&scope, loop);
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        if (!accept_one(&loop->listener, loop)) {
            break;
        }
    }
    worker_leave(&scope);
}
