/*
 * worker.h - a worker, as the floors above net see it: the seam between them and threads.
 *
 * Purpose    Whom to mail, what time it is, something random, am I on it, which one is it, how many
 *            are there. src/net/ fills this in with threads and loops, a test with a world of its
 *            own in which all workers live in one thread.
 * Ownership  A pool owns its workers; both outlive everything that is mailed.
 * Threads    Said at each function; what is not said: any.
 * Floor      base.
 *
 *      thread A: worker 0             thread B: worker 1
 *        a turn: what arrives           ...
 *                mail -> deliver  <---- worker_post()
 *                deadlines
 *
 * I1  A worker's env, and whatever belongs to what it serves, is touched in its turns only: between
 *     worker_enter() and worker_leave(), on one thread at a time.
 * I2  Mail is delivered exactly once, in a turn of the worker that it was posted to, later than the
 *     post, and mail that one thread has posted in the order of posting.
 */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include "base/env.h"
#include "base/ids.h"
#include "base/machine.h"

#include <assert.h>
#include <stdatomic.h>

struct job_pool;
struct worker;
struct worker_pool;

/* Lies in whatever is sent to a worker. */
struct mail {
    struct mail *next;
    void (*deliver)(struct worker *worker, struct mail *mail);
};

/* What makes a pool go. */
struct worker_pool_ops {
    /* Any thread: see worker_post(). */
    void (*post)(struct worker *worker, struct mail *mail);

    /* ---- its life, for the floor that wires (src/app/): what net.h says of the functions of these names ---- */
    int (*start)(struct worker_pool *pool);
    void (*stop)(struct worker_pool *pool, uint64_t timeout_ms);
    void (*join)(struct worker_pool *pool);
    void (*destroy)(struct worker_pool *pool);
    unsigned (*port)(const struct worker_pool *pool);
    const char *(*address)(const struct worker_pool *pool);
    size_t (*refused_count)(const struct worker_pool *pool);
};

struct worker {
    struct worker_pool *pool;
    unsigned index; /* 0 to pool->count - 1 */
    struct env env; /* I1 */
    void *user;     /* of whoever gives it something to serve */
    /* Mail can still have an effect: true from before its first turn until it has stopped. */
    atomic_bool is_running;
};

struct worker_pool {
    const struct worker_pool_ops *ops;
    const struct machine *machine;
    struct job_pool *files; /* threads that may wait for the disk: job.h */
    unsigned count;
    struct worker *workers[WORKERS_MAX]; /* `count` of them */
};

/*
 * Delivers `mail` on the worker's thread, on a later turn. Never fails: the mail is the caller's
 * memory. Mail that is posted to a worker that has stopped is delivered when the pool ends, in a turn
 * in which worker_is_running() is false, so that its memory can be freed.
 */
static inline void worker_post(struct worker *worker, struct mail *mail)
{
    worker->pool->ops->post(worker, mail);
}

static inline bool worker_is_running(const struct worker *worker)
{
    return atomic_load(&worker->is_running);
}

static inline unsigned worker_index(const struct worker *worker)
{
    return worker->index;
}

/* ---- turns ---- */

/* One turn, on the stack of whoever runs it. Turns nest where one loop serves several pools. */
struct worker_scope {
    struct worker *worker;
    struct worker_scope *outer;
};

/* For those who run workers: everything that a worker does lies between these two. */
void worker_enter(struct worker_scope *scope, struct worker *worker);
void worker_leave(struct worker_scope *scope);

/* The worker of that pool in whose turn this is called; NULL: none, it is some other thread. */
struct worker *worker_current(const struct worker_pool *pool);

static inline bool worker_is_current(const struct worker *worker)
{
    return worker_current(worker->pool) == worker;
}

/* Delivers `mail` within the call where this is a turn of that worker, and else as worker_post() does. */
static inline void worker_call(struct worker *worker, struct mail *mail)
{
    if (worker_is_current(worker)) {
        mail->deliver(worker, mail);
    } else {
        worker_post(worker, mail);
    }
}

/*
 * Stands where a worker's state is touched. What a program that has a worker on its own loop may call from
 * its own callbacks there, too, is no turn: then it must be no other worker's, at least.
 */
#ifdef NDEBUG
#define worker_assert_thread(worker)   ((void)(worker))
#define worker_assert_no_other(worker) ((void)(worker))
#else
#define worker_assert_thread(worker) assert(worker_is_current(worker))
#define worker_assert_no_other(worker)                                                             \
    assert(worker_current((worker)->pool) == NULL || worker_is_current(worker))
#endif

/* That worker's turns only. */
static inline struct env *worker_env(struct worker *worker)
{
    worker_assert_thread(worker);
    return &worker->env;
}

#endif
