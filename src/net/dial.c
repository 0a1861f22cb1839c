#include "net/dial.h"

#include "base/macros.h"
#include "base/mem.h"
#include "net/address.h"
#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <unistd.h>

/*
 * LOOKING_UP --addresses--> TRYING --connected--> done
 *      |                     |  ^ |
 *      +--> done: error      +--+ +--no address left--> done: the last one's error
 *
 * While it looks up, the thread pool has `host`, `port`, `addresses`, `n_addresses` and `result`; the
 * worker's thread has the rest.
 *
 * I1  Who cancels while it looks up only marks it; the job's end frees it.
 */

enum {
    ADDRESSES_MAX = 8 /* a name with more is one of a crowd, of which any will do */
};

struct dial {
    uv_work_t lookup;
    struct loop *loop;
    unsigned port;
    struct address addresses[ADDRESSES_MAX];
    size_t n_addresses;
    size_t next;
    int result; /* of the lookup, then of the last address */
    struct watch *watch;
    struct task begin;
    bool is_looking_up;
    bool is_cancelled;
    dial_cb on_done;
    void *ctx;
    char host[];
};

static void dial_check(const struct dial *dial)
{
    assert(!dial->is_cancelled || dial->is_looking_up);             /* I1 */
    assert(dial->is_looking_up || dial->next <= dial->n_addresses); /* else the pool's */
    assert(dial->watch == NULL || !dial->is_looking_up);
    (void)dial;
}

static void finish(struct dial *dial, int err)
{
    struct watch *watch = dial->watch;
    dial_cb on_done = dial->on_done;
    void *ctx = dial->ctx;

    mem_free(dial);
    on_done(err, watch, ctx);
}

/* ---- one address after the other ---- */

static void try_next(struct dial *dial);

static void give_up_address(struct dial *dial, int err)
{
    watch_close(dial->watch);
    dial->watch = NULL;
    dial->result = err;
    try_next(dial);
}

static void on_connected(struct watch *watch, struct watch_events events, void *ctx)
{
    struct dial *dial = ctx;
    int err = 0;
    socklen_t len = sizeof(err);

    (void)events;
    dial_check(dial);
    watch_for(watch, (struct watch_events){0}, on_connected, dial);
    if (getsockopt(watch_fd(watch), SOL_SOCKET, SO_ERROR, &err, &len) != 0) {
        err = errno;
    }
    if (err != 0) {
        give_up_address(dial, -err);
        return;
    }
    finish(dial, 0);
}

/* Small commands must not wait for each other, and a peer that has vanished should be found out. */
static void prepare_socket(int fd)
{
    int on = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static int begin_address(struct dial *dial, const struct address *address)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int rc = 0;

    if (fd < 0) {
        return -errno;
    }
    prepare_socket(fd);
    if (connect(fd, (const struct sockaddr *)&address->storage, address->len) != 0 &&
        errno != EINPROGRESS) {
        rc = -errno;
        (void)close(fd);
        return rc;
    }
    rc = watch_open(dial->loop, fd, &dial->watch);
    if (rc == 0) {
        watch_for(dial->watch, (struct watch_events){.can_write = true}, on_connected, dial);
    }
    return rc;
}

static void try_next(struct dial *dial)
{
    while (dial->next < dial->n_addresses) {
        dial->result = begin_address(dial, &dial->addresses[dial->next]);
        dial->next++;
        if (dial->result == 0) {
            return;
        }
    }
    finish(dial, dial->result);
}

/* ---- the name ---- */

static void look_up(uv_work_t *work)
{
    struct dial *dial = container_of(work, struct dial, lookup);

    dial->result = address_resolve_all(dial->host, dial->port, dial->addresses, ADDRESSES_MAX,
                                       &dial->n_addresses);
}

static void after_look_up(uv_work_t *work, int status)
{
    struct dial *dial = container_of(work, struct dial, lookup);
    struct loop *loop = dial->loop;
    struct worker_scope scope;

    loop_enter(&scope, loop);
    dial_check(dial);
    dial->is_looking_up = false;
    if (dial->is_cancelled) {
        mem_free(dial); /* I1 */
    } else if (status < 0 || dial->result < 0) {
        finish(dial, status < 0 ? status : dial->result);
    } else {
        try_next(dial);
    }
    loop_job_done(loop);
    worker_leave(&scope);
}

static void begin(struct task *task)
{
    struct dial *dial = container_of(task, struct dial, begin);

    dial->is_looking_up = true;
    loop_job_begun(dial->loop);
    (void)uv_queue_work(dial->loop->uv, &dial->lookup, look_up, after_look_up);
}

/* Deferred, so that a worker whose start fails leaves nothing on the thread pool. */
int dial_open(struct loop *loop, const char *host, unsigned port, dial_cb on_done, void *ctx,
              struct dial **out)
{
    size_t len = strlen(host);
    struct dial *dial = mem_calloc(1, sizeof(*dial) + len + 1);

    if (dial == NULL) {
        return SAILS_ENOMEM;
    }
    dial->loop = loop;
    dial->port = port;
    dial->begin.run = begin;
    dial->on_done = on_done;
    dial->ctx = ctx;
    memcpy(dial->host, host, len);
    loop_defer(loop, &dial->begin);
    *out = dial;
    return 0;
}

void dial_cancel(struct dial *dial)
{
    if (dial == NULL) {
        return;
    }
    if (dial->is_looking_up) {
        dial->is_cancelled = true; /* I1 */
        (void)uv_cancel((uv_req_t *)&dial->lookup);
        return;
    }
    dial_check(dial);
    loop_cancel(&dial->begin);
    watch_close(dial->watch);
    mem_free(dial);
}
