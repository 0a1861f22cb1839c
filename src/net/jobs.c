#include "net/jobs.h"

#include "base/mem.h"
#include "net/loop.h"
#include "net/thread.h"

#include <assert.h>
#include <sails/err.h>

/*
 * One queue under one lock. libuv's own pool is not used for this: it is one for the whole process
 * (an embedding program's, too), of four threads unless the environment says otherwise, its queue has
 * no bound, and it ends the process where memory is out. Four slow queries would keep every file from
 * being read. Here files, each datastore and waiting actions have threads of their own.
 *
 * While a job waits, its mail links it into the queue; nobody else needs that then.
 *
 * I1  A job is in one place: in the queue, in the hands of one thread, or on its way back.
 * I2  While jobs wait, there are n_threads threads, or as many that are idle or about to look.
 * I3  n_idle counts those who wait for `has_work`; one that has been called counts until it looks.
 */

struct jobs {
    struct job_pool pool;
    uv_mutex_t lock; /* of all below */
    uv_cond_t has_work;
    struct mail *first; /* of the jobs that wait */
    struct mail *last;
    size_t n_waiting;
    size_t max_waiting;
    unsigned n_idle;
    unsigned n_threads;
    unsigned max_threads;
    bool is_stopping;
    char name[16];
    pthread_t threads[];
};

/* ---- the queue, under the lock ---- */

static void jobs_check(const struct jobs *jobs)
{
    assert((jobs->first == NULL) == (jobs->n_waiting == 0));                         /* I1 */
    assert((jobs->first == NULL) == (jobs->last == NULL));                           /* I1 */
    assert(jobs->n_idle <= jobs->n_threads && jobs->n_threads <= jobs->max_threads); /* I3 */
    assert(jobs->n_waiting <= jobs->max_waiting);
    (void)jobs;
}

static void push(struct jobs *jobs, struct job *job)
{
    job->mail.next = NULL;
    if (jobs->last != NULL) {
        jobs->last->next = &job->mail;
    } else {
        jobs->first = &job->mail;
    }
    jobs->last = &job->mail;
    jobs->n_waiting++;
}

static struct job *take(struct jobs *jobs)
{
    struct mail *mail = jobs->first;

    if (mail == NULL) {
        assert(jobs->n_waiting == 0 && jobs->last == NULL);
        return NULL;
    }
    jobs->first = mail->next;
    if (jobs->first == NULL) {
        jobs->last = NULL;
    }
    jobs->n_waiting--;
    jobs_check(jobs);
    return container_of(mail, struct job, mail);
}

/* ---- the way back ---- */

static void deliver(struct worker *worker, struct mail *mail)
{
    struct job *job = container_of(mail, struct job, mail);

    bool is_awaited = job->is_awaited;

    job->done(job, job->status); /* the job may be gone now */
    if (is_awaited) {
        loop_job_done(loop_of(worker)); /* last: the worker may stop now */
    }
}

static void send_back(struct job *job, int status)
{
    job->status = status;
    job->mail.deliver = deliver;
    worker_post(job->worker, &job->mail);
}

/* ---- threads ---- */

/* The next job; NULL: the pool has stopped. */
static struct job *wait_for_job(struct jobs *jobs)
{
    struct job *job = NULL;

    uv_mutex_lock(&jobs->lock);
    job = take(jobs);
    while (job == NULL && !jobs->is_stopping) {
        jobs->n_idle++;
        uv_cond_wait(&jobs->has_work, &jobs->lock);
        jobs->n_idle--;
        job = take(jobs);
    }
    uv_mutex_unlock(&jobs->lock);
    return job;
}

static void *work(void *arg)
{
    struct jobs *jobs = arg;
    struct job *job = NULL;

    for (job = wait_for_job(jobs); job != NULL; job = wait_for_job(jobs)) {
        job->run(job);
        send_back(job, 0);
    }
    return NULL;
}

/* Under the lock. Whether somebody will take the job that has just been pushed. */
static bool call_thread(struct jobs *jobs)
{
    if (jobs->n_idle > 0) {
        uv_cond_signal(&jobs->has_work);
    }
    if (jobs->n_waiting > jobs->n_idle && jobs->n_threads < jobs->max_threads &&
        thread_start(&jobs->threads[jobs->n_threads], jobs->name, work, jobs) == 0) {
        jobs->n_threads++;
    }
    return jobs->n_threads > 0;
}

/* Under the lock. */
static int try_submit(struct jobs *jobs, struct job *job)
{
    if (jobs->is_stopping) {
        return SAILS_ECANCELED;
    }
    if (jobs->n_waiting == jobs->max_waiting) {
        return SAILS_EBUSY;
    }
    push(jobs, job);
    jobs_check(jobs);
    if (!call_thread(jobs)) {
        assert(jobs->n_waiting == 1); /* without a thread nothing else can be there */
        (void)take(jobs);
        return SAILS_ENOMEM;
    }
    return 0;
}

static int submit(struct job_pool *pool, struct job *job)
{
    struct jobs *jobs = container_of(pool, struct jobs, pool);
    struct loop *loop = loop_of(job->worker);
    bool is_awaited = worker_is_current(job->worker);
    int rc = 0;

    assert(job->run != NULL && job->done != NULL);
    job->is_awaited = is_awaited;
    uv_mutex_lock(&jobs->lock);
    rc = try_submit(jobs, job);
    uv_mutex_unlock(&jobs->lock);
    if (rc == 0 && is_awaited) {
        loop_job_begun(loop); /* it cannot have come back yet: that takes a turn of this worker */
    }
    return rc;
}

static const struct job_pool_ops ops = {.submit = submit};

/* ---- life ---- */

static int init_lock(struct jobs *jobs)
{
    if (uv_mutex_init(&jobs->lock) < 0) {
        return SAILS_ENOMEM;
    }
    if (uv_cond_init(&jobs->has_work) < 0) {
        uv_mutex_destroy(&jobs->lock);
        return SAILS_ENOMEM;
    }
    return 0;
}

int jobs_create(const struct jobs_options *options, struct jobs **out)
{
    struct jobs *jobs = NULL;
    int rc = 0;

    if (options->n_threads == 0 || options->n_threads > JOBS_THREADS_MAX ||
        options->max_waiting == 0) {
        return SAILS_EINVAL;
    }
    jobs = mem_calloc(1, sizeof(*jobs) + options->n_threads * sizeof(jobs->threads[0]));
    if (jobs == NULL) {
        return SAILS_ENOMEM;
    }
    jobs->pool.ops = &ops;
    jobs->max_threads = options->n_threads;
    jobs->max_waiting = options->max_waiting;
    (void)snprintf(jobs->name, sizeof(jobs->name), "%s", options->name);
    rc = init_lock(jobs);
    if (rc < 0) {
        mem_free(jobs);
        return rc;
    }
    *out = jobs;
    return 0;
}

struct job_pool *jobs_pool(struct jobs *jobs)
{
    return &jobs->pool;
}

void jobs_stop(struct jobs *jobs)
{
    struct mail *waiting = NULL;

    if (jobs == NULL) {
        return;
    }
    uv_mutex_lock(&jobs->lock);
    jobs->is_stopping = true;
    waiting = jobs->first;
    jobs->first = NULL;
    jobs->last = NULL;
    jobs->n_waiting = 0;
    uv_cond_broadcast(&jobs->has_work);
    uv_mutex_unlock(&jobs->lock);
    while (waiting != NULL) {
        struct mail *next = waiting->next;

        send_back(container_of(waiting, struct job, mail), SAILS_ECANCELED);
        waiting = next;
    }
}

void jobs_destroy(struct jobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    jobs_stop(jobs);
    for (unsigned i = 0; i < jobs->n_threads; i++) {
        (void)pthread_join(jobs->threads[i], NULL); /* none is begun any more: it is stopping */
    }
    uv_cond_destroy(&jobs->has_work);
    uv_mutex_destroy(&jobs->lock);
    mem_free(jobs);
}
