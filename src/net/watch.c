#include "net/watch.h"

#include "base/macros.h"
#include "base/mem.h"
#include "net/loop.h"

#include <unistd.h>

struct watch {
    uv_poll_t poll; /* its `data` is the worker */
    int fd;
    watch_cb on_events;
    void *ctx;
};

int watch_open(struct loop *loop, int fd, struct watch **out)
{
    struct watch *watch = mem_calloc(1, sizeof(*watch));
    int rc = watch != NULL ? uv_poll_init(loop->uv, &watch->poll, fd) : SAILS_ENOMEM;

    if (rc < 0) {
        (void)close(fd);
        mem_free(watch);
        return rc;
    }
    watch->fd = fd;
    watch->poll.data = loop;
    loop->n_handles++;
    *out = watch;
    return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = container_of(poll, struct watch, poll);
    struct watch_events seen = {.can_read = (events & UV_READABLE) != 0 || status < 0,
                                .can_write = (events & UV_WRITABLE) != 0 || status < 0};
    struct worker_scope scope;

    loop_enter(&scope, poll->data);
    watch->on_events(watch, seen, watch->ctx);
    worker_leave(&scope);
}

void watch_for(struct watch *watch, struct watch_events events, watch_cb on_events, void *ctx)
{
    int wanted = (events.can_read ? UV_READABLE : 0) | (events.can_write ? UV_WRITABLE : 0);

    watch->on_events = on_events;
    watch->ctx = ctx;
    if (wanted != 0) {
        (void)uv_poll_start(&watch->poll, wanted, on_poll); /* fails on closed handles only */
    } else {
        (void)uv_poll_stop(&watch->poll);
    }
}

int watch_fd(const struct watch *watch)
{
    return watch->fd;
}

static void on_closed(uv_handle_t *handle)
{
    struct watch *watch = container_of(handle, struct watch, poll);

    loop_on_handle_closed(handle);
    mem_free(watch);
}

void watch_close(struct watch *watch)
{
    if (watch != NULL) {
        uv_close((uv_handle_t *)&watch->poll, on_closed);
        (void)close(watch->fd);
    }
}
