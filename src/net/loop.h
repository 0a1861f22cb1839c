/*
 * loop.h - one loop and what lives on it: what makes a worker go (base/worker.h).
 *
 * Purpose    The loop's turns: the time, the deadlines, the mail, the tasks that are put off to the
 *            end of a turn; and the worker's life from open to stopped.
 * Ownership  The net owns its workers. A worker owns its loop (unless it is the embedding
 *            program's), its buffers, and its links.
 * Threads    That worker's thread only, unless said otherwise.
 * Floor      net.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/list.h"
#include "base/worker.h"
#include "net/listener.h"
#include "net/mailbox.h"
#include "net/net.h"
#include "net/poller.h"
#include "net/random.h"

#include <uv.h>

enum {
    /* One for all connections of a worker: big enough that a read seldom needs a second one. */
    READ_BUFFER_SIZE = 64 * 1024
};

/* Something to do before the loop blocks. */
struct task {
    struct list in_loop;
    void (*run)(struct task *task);
};

enum loop_state {
    LOOP_CLOSED,   /* no handles: before net_start(), and after the end */
    LOOP_OPEN,     /* has handles; its on_start may be running */
    LOOP_SERVING,  /* accepts */
    LOOP_DRAINING, /* accepts no more, waits for its links to close */
    LOOP_CLOSING   /* waits for its handles to close */
};

struct loop {
    struct worker worker; /* what the floors above see of it */
    struct net *net;
    struct random_pool random;
    enum loop_state state;

    uv_loop_t *uv;        /* &own_uv, or the embedding program's */
    uv_loop_t own_uv;     /* initialized while `uv` points to it */
    struct poller poller; /* of the links' sockets */
    uv_async_t wake;
    uv_prepare_t before_block;
    uv_idle_t stay_awake; /* active while there are tasks: the loop then does not block */
    uv_timer_t alarm;
    uint64_t alarm_at_ms; /* DEADLINE_NEVER: not set */
    unsigned n_handles;   /* open or being closed, the listener's included */

    struct mailbox mailbox;
    struct mail stop;     /* posted by net_stop() */
    struct mail stopped;  /* posted to worker 0 */
    unsigned n_stopped;   /* of worker 0: the others that have stopped */
    atomic_uint n_wakers; /* threads that may be using `wake` */

    struct list tasks;
    struct task finish;
    struct list links; /* struct tcp_link */
    size_t n_links;
    size_t n_jobs; /* on threads, and will call back */
    struct listener listener;

    struct deadline_queue held;      /* of links that keep back what is queued: flush_apart */
    struct deadline_queue lingering; /* of ended links: the peer may take this long to close */
    struct deadline_queue leaving;   /* the same while the loop drains, and shorter */
    struct deadline_queue stalled;   /* of ended links whose peer does not read what is left */
    struct deadline_queue handshakes;
    struct deadline_queue drain_limits;
    struct deadline drain_limit;

    uint8_t *read_buffer;  /* READ_BUFFER_SIZE: what links receive */
    uint8_t *plain_buffer; /* READ_BUFFER_SIZE: the same, decrypted; NULL without TLS */
};

/* ---- the floor's own entrances: libuv's callbacks ---- */

/* The loop of a worker that a net has made. */
struct loop *loop_of(struct worker *worker);

/*
 * Every callback of libuv begins with loop_enter() and ends with worker_leave(): between them the
 * worker is known to worker_current(), and the time is right.
 */
void loop_enter(struct worker_scope *scope, struct loop *loop);

/* Runs `task` before the loop blocks the next time, on a later turn than the caller's. */
void loop_defer(struct loop *loop, struct task *task);

/* What is put off runs, and the alarm is set: now the loop may block. */
void loop_end_turn(struct loop *loop);

/* A task that is not waiting stays as it is. */
static inline void loop_cancel(struct task *task)
{
    list_remove(&task->in_loop);
}

/* A link was added to `links`, or removed from it and freed. */
void loop_link_added(struct loop *loop, struct list *in_loop);
void loop_link_gone(struct loop *loop, struct list *in_loop);

/* Something on another thread will call back: the worker does not stop before. */
void loop_job_begun(struct loop *loop);
void loop_job_done(struct loop *loop);

/* For uv_close() of a handle that is counted in n_handles and whose `data` is the worker. */
void loop_on_handle_closed(uv_handle_t *handle);

/* ---- for net.c ---- */

/* Any thread: worker_post(). */
void loop_post(struct worker *worker, struct mail *mail);

/* Any thread. NULL: no memory. */
struct loop *loop_create(struct net *net, unsigned index);

/* Not while it has handles. NULL is harmless. */
void loop_destroy(struct loop *loop);

/*
 * Makes loop, handles and buffers, and takes `listen_fd`, also on failure. On the thread that calls
 * net_start(). 0; -errno; SAILS_ENOMEM. After a failure, too, loop_release() must come.
 */
int loop_open(struct loop *loop, uv_loop_t *embedding, int listen_fd);

/* Accepts connections from the next turn on. */
void loop_serve(struct loop *loop);

/* Closes the handles: of a worker that has not served yet, or has finished. */
void loop_close(struct loop *loop);

/*
 * Gives back what loop_open() took, once the worker's thread has ended or if it never began. Runs
 * an own loop until its handles are closed; an embedding one must have closed them before.
 */
void loop_release(struct loop *loop);

/* Delivers the mail that is left, on the caller's thread, after loop_release(). False: none was. */
bool loop_deliver_rest(struct loop *loop);

#endif
