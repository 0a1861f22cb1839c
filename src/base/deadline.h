/*
 * deadline.h - many timers without a timer each.
 *
 * Purpose    Heartbeats and time limits: start, restart, cancel and expire in O(1).
 * Ownership  A queue belongs to its set. A deadline lies in the thing that it times, which must
 *            stop it before it dies.
 * Threads    One set per worker; that worker's thread only.
 * Floor      base.
 *
 * Nearly all time limits of a server have one of a few lengths, and of those with one length the
 * one that was started first expires first. So each length has a queue, a FIFO, instead of all
 * sharing a heap: starting appends, restarting moves to the end, and the next wake-up is the
 * earliest of the few heads. A deadline costs 24 bytes and no allocation.
 *
 * Limitation: the set looks at every queue to find the next wake-up, so there should be few; who
 * takes lengths from users (ack time limits) rounds them so that few queues serve all.
 */
#ifndef BASE_DEADLINE_H
#define BASE_DEADLINE_H

#include "base/list.h"

struct deadline {
    struct list in_queue;
    uint64_t due_ms;
};

/* Called by deadlines_run() for each one that is due, already stopped; may start and stop any. */
typedef void (*deadline_cb)(struct deadline *deadline, void *ctx);

struct deadline_queue {
    struct list in_set;
    struct list waiting; /* struct deadline, earliest first */
    uint64_t length_ms;
    deadline_cb on_due;
    void *ctx;
};

struct deadline_set {
    struct list queues; /* struct deadline_queue */
};

/* No deadline is due before the end of time. */
#define DEADLINE_NEVER UINT64_MAX

void deadline_set_init(struct deadline_set *set);

/* Adds a queue, memory by the caller, for deadlines of one length. Never fails. */
void deadline_queue_init(struct deadline_queue *queue, struct deadline_set *set, uint64_t length_ms,
                         deadline_cb on_due, void *ctx);

/* Stops what is waiting in it and takes the queue out of its set. */
void deadline_queue_deinit(struct deadline_queue *queue);

/* Due `length_ms` after now_ms. One that runs already is moved, from whichever queue it is in. */
void deadline_start(struct deadline *deadline, struct deadline_queue *queue, uint64_t now_ms);

/* One that does not run, or is {0}, stays as it is. */
void deadline_stop(struct deadline *deadline);

static inline bool deadline_is_running(const struct deadline *deadline)
{
    return list_is_linked(&deadline->in_queue);
}

/* When deadlines_run() should be called next, or DEADLINE_NEVER. */
uint64_t deadlines_next(const struct deadline_set *set);

/* Calls back all that are due at now_ms, those with the earliest time first within each queue. */
void deadlines_run(struct deadline_set *set, uint64_t now_ms);

#endif
