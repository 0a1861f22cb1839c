#include "net/poller.h"

#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

/*
 * A uv_poll_t has 160 bytes, and libuv's table of descriptors 8 to 16 more: a sixth of what an idle connection cost. So the
 * sockets of links are in an epoll instance of our own. Two loops then have to wait as one, which can be done in two ways:
 *
 *     the program's loop      libuv waits, and polls our instance by one handle, `nested`
 *     ours (poller_run)       we wait, and our instance has the descriptor of libuv's (uv_backend_fd)
 *
 * In the second, which every worker has that is not embedded, a turn in which only sockets of links have become ready is one
 * epoll_wait(), as it was, and libuv is not asked. It is when its own descriptor is ready, when a timer of its is due, or when
 * it has something to do at once (uv_backend_timeout() is 0: handles that close or were started, tasks that are left).
 *
 * I1  Our instance is in libuv's, or libuv's in ours, never both: the kernel refuses a circle.
 * I2  What is ready is told from a list that epoll_wait() has made before: a link that goes meanwhile is freed by a task
 *     only, which does not run before the list has ended.
 */

enum {
    READY_MAX = 256
};

/* Whoever is told of libuv's descriptor. */
static char uv_itself;

/* One batch; true: libuv's descriptor was in it, or nothing was. */
static bool dispatch(struct poller *poller, int timeout_ms, uv_loop_t *refresh)
{
    struct epoll_event ready[READY_MAX];
    int n = epoll_wait(poller->epoll, ready, READY_MAX, timeout_ms);
    bool is_uv_due = n <= 0;

    if (refresh != NULL) {
        uv_update_time(refresh);
    }
    for (int i = 0; i < n; i++) {
        if (ready[i].data.ptr == &uv_itself) {
            is_uv_due = true;
        } else {
            poller->on_ready(ready[i].data.ptr, ready[i].events);
        }
    }
    return is_uv_due;
}

/* ---- libuv waits ---- */

static void on_nested(uv_poll_t *poll, int status, int events)
{
    struct loop *loop = poll->data;

    (void)status;
    (void)events;
    (void)dispatch(&loop->poller, 0, NULL);
}

int poller_open(struct poller *poller, struct loop *loop,
                void (*on_ready)(void *who, uint32_t events))
{
    int fd = epoll_create1(EPOLL_CLOEXEC);
    int rc = fd < 0 ? -errno : uv_poll_init(loop->uv, &poller->nested, fd);

    if (rc < 0) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return rc;
    }
    poller->epoll = fd;
    poller->on_ready = on_ready;
    poller->nested.data = loop;
    loop->n_handles++;
    (void)uv_poll_start(&poller->nested, UV_READABLE, on_nested);
    return 0;
}

void poller_close(struct poller *poller)
{
    if (poller->epoll < 0) {
        return;
    }
    uv_close((uv_handle_t *)&poller->nested, loop_on_handle_closed);
    (void)close(poller->epoll);
    poller->epoll = -1;
}

/* ---- sockets ---- */

int poller_add(struct poller *poller, int fd, uint32_t events, void *who)
{
    struct epoll_event event = {.events = events, .data.ptr = who};

    return epoll_ctl(poller->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

void poller_change(struct poller *poller, int fd, uint32_t events, void *who)
{
    struct epoll_event event = {.events = events, .data.ptr = who};
    int rc = epoll_ctl(poller->epoll, EPOLL_CTL_MOD, fd, &event);

    assert(rc == 0); /* it takes no memory */
    (void)rc;
}

void poller_remove(struct poller *poller, int fd)
{
    (void)epoll_ctl(poller->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* ---- we wait ---- */

static bool take_uv_in(struct poller *poller, uv_loop_t *uv)
{
    (void)uv_poll_stop(&poller->nested); /* I1 */
    if (poller_add(poller, uv_backend_fd(uv), EPOLLIN, &uv_itself) < 0) {
        (void)uv_poll_start(&poller->nested, UV_READABLE, on_nested);
        return false;
    }
    return true;
}

/* Until there is something for libuv; what its callbacks have put off comes first. Sockets are asked at least once: whoever
 * works in turns, by a deadline that is due at once, must not keep the others waiting. */
static void serve_sockets(struct poller *poller, struct loop *loop)
{
    uv_loop_t *uv = loop->uv;
    bool is_uv_due = false;

    loop_end_turn(loop);
    do {
        is_uv_due = dispatch(poller, uv_backend_timeout(uv), uv);
        loop_end_turn(loop);
    } while (!is_uv_due && uv_backend_timeout(uv) != 0);
}

void poller_run(struct poller *poller, struct loop *loop)
{
    uv_loop_t *uv = loop->uv;

    if (poller->epoll >= 0 && take_uv_in(poller, uv)) {
        while (poller->epoll >= 0) {
            (void)uv_run(uv, UV_RUN_NOWAIT);
            if (poller->epoll >= 0) {
                serve_sockets(poller, loop);
            }
        }
    }
    (void)uv_run(uv, UV_RUN_DEFAULT); /* what is left closes */
}
