/*
 * worker.h - one loop and what lives on it, as the other modules of this floor see it.
 *
 * Purpose    The loop's turns: the time, the deadlines, the mail, the tasks that are put off to the
 *            end of a turn; and the worker's life from open to stopped.
 * Ownership  The net owns its workers. A worker owns its loop (unless it is the embedding
 *            program's), its buffers, and its links.
 * Threads    That worker's thread only, unless said otherwise.
 * Floor      net.
 */
#ifndef NET_WORKER_H
#define NET_WORKER_H

#include "base/list.h"
#include "net/listener.h"
#include "net/mailbox.h"
#include "net/net.h"
#include "net/random.h"

#include <uv.h>

enum {
    /* One for all connections of a worker: big enough that a read seldom needs a second one. */
    READ_BUFFER_SIZE = 64 * 1024
};

/* Something to do before the loop blocks. */
struct task {
    struct list in_worker;
    void (*run)(struct task *task);
};

enum worker_state {
    WORKER_CLOSED,   /* no handles: before net_start(), and after the end */
    WORKER_OPEN,     /* has handles; its on_start may be running */
    WORKER_SERVING,  /* accepts */
    WORKER_DRAINING, /* accepts no more, waits for its links to close */
    WORKER_CLOSING   /* waits for its handles to close */
};

struct worker {
    struct net *net;
    unsigned index;
    void *user;
    struct env env;
    struct random_pool random;
    enum worker_state state;

    uv_loop_t *loop;    /* &own_loop, or the embedding program's */
    uv_loop_t own_loop; /* initialized while `loop` points to it */
    uv_async_t wake;
    uv_prepare_t before_block;
    uv_idle_t stay_awake; /* active while there are tasks: the loop then does not block */
    uv_timer_t alarm;
    uint64_t alarm_at_ms; /* DEADLINE_NEVER: not set */
    unsigned n_handles;   /* open or being closed, the listener's included */

    struct mailbox mailbox;
    struct mail stop; /* posted by net_stop() */
    atomic_bool is_running;
    atomic_uint n_wakers; /* threads that may be using `wake` */

    struct list tasks;
    struct task finish;
    struct list links; /* struct tcp_link */
    size_t n_links;
    size_t n_jobs; /* on the thread pool */
    struct listener listener;

    struct deadline_queue held;      /* of links that keep back what is queued: flush_apart */
    struct deadline_queue lingering; /* of ended links: the peer may take this long to close */
    struct deadline_queue stalled;   /* of ended links whose peer does not read what is left */
    struct deadline_queue handshakes;
    struct deadline_queue drain_limits;
    struct deadline drain_limit;

    uint8_t *read_buffer;  /* READ_BUFFER_SIZE: what links receive */
    uint8_t *plain_buffer; /* READ_BUFFER_SIZE: the same, decrypted; NULL without TLS */
};

/* ---- the floor's own entrances: libuv's callbacks ---- */

/*
 * Every callback of libuv begins with worker_enter() and ends with worker_leave(): between them
 * the worker is known to worker_current(), and the time is right.
 */
struct worker_scope {
    struct worker *worker;
    struct worker_scope *outer;
};

void worker_enter(struct worker_scope *scope, struct worker *worker);
void worker_leave(struct worker_scope *scope);

/* Runs `task` before the loop blocks the next time, on a later turn than the caller's. */
void worker_defer(struct worker *worker, struct task *task);

/* A task that is not waiting stays as it is. */
static inline void worker_cancel(struct task *task)
{
    list_remove(&task->in_worker);
}

/* A link was added to `links`, or removed from it and freed. */
void worker_link_added(struct worker *worker, struct list *in_worker);
void worker_link_gone(struct worker *worker, struct list *in_worker);

/* Work of the thread pool that will call back: the worker does not stop before. */
void worker_job_begun(struct worker *worker);
void worker_job_done(struct worker *worker);

/* For uv_close() of a handle that is counted in n_handles and whose `data` is the worker. */
void worker_on_handle_closed(uv_handle_t *handle);

/* ---- for net.c ---- */

/* Any thread. NULL: no memory. */
struct worker *worker_create(struct net *net, unsigned index);

/* Not while it has handles. NULL is harmless. */
void worker_destroy(struct worker *worker);

/*
 * Makes loop, handles and buffers, and takes `listen_fd`, also on failure. On the thread that calls
 * net_start(). 0; -errno; SAILS_ENOMEM. After a failure, too, worker_release() must come.
 */
int worker_open(struct worker *worker, uv_loop_t *embedding, int listen_fd);

/* Accepts connections from the next turn on. */
void worker_serve(struct worker *worker);

/* Closes the handles: of a worker that has not served yet, or has finished. */
void worker_close(struct worker *worker);

/*
 * Gives back what worker_open() took, once the worker's thread has ended or if it never began. Runs
 * an own loop until its handles are closed; an embedding one must have closed them before.
 */
void worker_release(struct worker *worker);

/* Delivers the mail that is left, on the caller's thread, after worker_release(). False: none was. */
bool worker_deliver_rest(struct worker *worker);

#endif
