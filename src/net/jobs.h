/*
 * jobs.h - a pool of threads that run what may wait (base/job.h).
 *
 * Purpose    Files, databases and actions that block must not hold up a worker. A pool has a bounded
 *            number of threads and a bounded queue: who comes when both are full is refused at once,
 *            instead of waiting for an unknown time in a growing crowd.
 * Ownership  jobs_create() to jobs_destroy(); jobs lie in their submitters' memory. A pool is destroyed
 *            before the net whose workers its jobs come back to, for that still delivers mail.
 * Threads    jobs_create() and jobs_destroy(): one. jobs_stop(), jobs_pool(), job_submit(): any.
 * Floor      net; uses base.
 */
#ifndef NET_JOBS_H
#define NET_JOBS_H

#include "base/job.h"

#include <stddef.h>

struct jobs;

enum {
    JOBS_THREADS_MAX = 1024 /* more is a mistake: each has a stack, and the kernel a lot to do */
};

struct jobs_options {
    const char *name; /* of its threads, for debuggers; at most 15 bytes count */
    unsigned
        n_threads; /* 1 to JOBS_THREADS_MAX; each is begun when there is something for it to do */
    size_t max_waiting; /* jobs that no thread has taken yet; at least 1 */
};

/* Begins no thread yet. 0; SAILS_EINVAL: numbers; SAILS_ENOMEM. */
int jobs_create(const struct jobs_options *options, struct jobs **out);

struct job_pool *jobs_pool(struct jobs *jobs);

/*
 * What waits is told SAILS_ECANCELED, what runs may finish, nothing more is taken. Returns at once. Twice
 * is harmless, and so is NULL.
 */
void jobs_stop(struct jobs *jobs);

/* Stops it, waits for what still runs, and frees it. Not from one of its threads. NULL is harmless. */
void jobs_destroy(struct jobs *jobs);

#endif
