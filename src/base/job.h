/*
 * job.h - a function that may wait: run on a thread, told where it came from.
 *
 * Purpose    The seam between the floors above net and the threads that they may block: src/net/ fills
 *            it in with a bounded pool of threads, a test with whatever it likes.
 * Ownership  A job lies in what it works on, as mail does, and is the pool's from job_submit() until its
 *            `done` is called.
 * Threads    job_submit(): any. Else see the members of struct job.
 * Floor      base.
 *
 *      worker, or any thread            a thread of the pool              the job's worker
 *        job_submit() ----- queue -----> job->run(job) ----- mail -----> job->done(job, 0)
 *                 \
 *                  +-- the pool stops before a thread has taken it -----> job->done(job, SAILS_ECANCELED)
 *
 * I1  `done` is called exactly once for each job that was taken, in a turn of its worker, later than
 *     job_submit().
 * I2  A worker that has been asked to stop waits for the jobs that it has submitted for itself. It does
 *     not wait for those of other threads: they come back as mail does then, and worker_is_running()
 *     may be false.
 */
#ifndef BASE_JOB_H
#define BASE_JOB_H

#include "base/worker.h"

struct job {
    struct mail mail;      /* the way back; while the job waits, the pool's */
    struct worker *worker; /* whom `done` is for */

    /* On a thread of the pool, which it may block for as long as it likes. */
    void (*run)(struct job *job);

    /* 0: it has run; SAILS_ECANCELED: it has not, and will not. The job is its owner's again. */
    void (*done)(struct job *job, int status);

    int status;      /* this and the next: the pool's */
    bool is_awaited; /* the worker does not stop before it is done: I2 */
};

struct job_pool {
    const struct job_pool_ops *ops;
};

struct job_pool_ops {
    int (*submit)(struct job_pool *pool, struct job *job); /* any thread: see job_submit() */
};

/*
 * Hands a job over whose `worker`, `run` and `done` are set. 0; SAILS_EBUSY: as many wait already as may;
 * SAILS_ECANCELED: the pool has stopped; SAILS_ENOMEM: no thread could be begun. After an error
 * neither function is called.
 */
static inline int job_submit(struct job_pool *pool, struct job *job)
{
    return pool->ops->submit(pool, job);
}

#endif
