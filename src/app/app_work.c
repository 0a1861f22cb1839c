#include "app/app.h"
#include "base/job.h"
#include "base/mem.h"

#include <sails/work.h>

/* Work that the program gives to the threads on which actions may wait. */
struct work {
    struct job job;
    sails_work_cb run;
    sails_done_cb done; /* NULL: nobody is told */
    void *ctx;
};

static void run(struct job *job)
{
    const struct work *work = container_of(job, struct work, job);

    work->run(work->ctx);
}

static void done(struct job *job, int status)
{
    struct work *work = container_of(job, struct work, job);

    if (work->done != NULL) {
        work->done(status, work->ctx);
    }
    mem_free(work);
}

int sails_app_work(sails_app *app, sails_work_cb work, sails_done_cb on_done, void *ctx)
{
    struct worker *worker = NULL;
    struct work *made = NULL;
    int rc = 0;

    if (app == NULL || work == NULL) {
        return SAILS_EINVAL;
    }
    worker = app_timers_worker(app);
    if (worker == NULL) {
        if (app->state == APP_NEW) { /* nobody looks at what main() is told */
            log_line(&app->log, LOG_WARN, "sails_app_work(): too early: the app is not lifted yet");
        }
        return SAILS_ESTATE;
    }
    made = mem_alloc(sizeof(*made));
    if (made == NULL) {
        return SAILS_ENOMEM;
    }
    *made = (struct work){.job = {.worker = worker, .run = run, .done = done},
                          .run = work,
                          .done = on_done,
                          .ctx = ctx};
    rc = job_submit(app->requests.waiting, &made->job);
    if (rc < 0) {
        mem_free(made);
    }
    return rc == SAILS_ECANCELED ? SAILS_ESTATE : rc;
}
