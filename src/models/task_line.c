#include "models/task_line.h"

#include "base/macros.h"
#include "orm/database.h"

#include <assert.h>
#include <sails/err.h>

/*
 * I1  Tasks wait only while a job is under way.
 * I2  A task is linked by its job's mail, which nobody else uses: it is the line's job that is submitted.
 */

static void task_line_check(const struct task_line *line)
{
    assert(line->under_way != NULL || line->first == NULL); /* I1 */
    assert((line->first == NULL) == (line->n_waiting == 0));
    (void)line;
}

static struct models_task *task_of(struct mail *mail)
{
    return mail != NULL ? container_of(mail, struct models_task, job.mail) : NULL;
}

struct models_task *task_line_next(const struct models_task *task)
{
    return task_of(task->job.mail.next);
}

void task_line_run_each(struct models_task *first, struct sails_db *db)
{
    for (struct models_task *task = first; task != NULL; task = task_line_next(task)) {
        task->status = task->run(task, db);
        database_rest(db);
    }
}

/* ---- those that wait ---- */

static void push(struct task_line *line, struct models_task *task)
{
    task->job.mail.next = NULL;
    if (line->last != NULL) {
        line->last->next = &task->job.mail;
    } else {
        line->first = &task->job.mail;
    }
    line->last = &task->job.mail;
    line->n_waiting++;
}

/* As many as a job may have; NULL: none waits. */
static struct mail *take(struct task_line *line, size_t max)
{
    struct mail *first = line->first;
    struct mail *last = first;
    size_t n = 1;

    if (first == NULL) {
        return NULL;
    }
    while (n < max && last->next != NULL) {
        last = last->next;
        n++;
    }
    line->first = last->next;
    line->last = line->first != NULL ? line->last : NULL;
    line->n_waiting -= n;
    last->next = NULL;
    return first;
}

/* ---- a job ---- */

static int run_job(struct models_task *job, struct sails_db *db)
{
    struct task_line *line = container_of(job, struct task_line, job);

    line->run_all(task_of(line->under_way), db);
    return 0;
}

/* `status`: of all, where they have not run. */
static void tell_all(struct mail *first, int status)
{
    for (struct models_task *task = task_of(first), *next = NULL; task != NULL; task = next) {
        next = task_line_next(task);
        task->done(task, status < 0 ? status : task->status); /* it may be gone now */
    }
}

/* The thread has something to do before the worker has answered. */
static void finish_job(struct models_task *job, int status)
{
    struct task_line *line = container_of(job, struct task_line, job);
    struct mail *finished = line->under_way;
    struct mail *refused = NULL;
    struct mail *behind = NULL;
    int rc = 0;

    line->under_way = take(line, TASK_LINE_JOB_MAX);
    if (line->under_way != NULL) {
        rc = models_submit(line->models, line->worker, &line->job);
    }
    if (rc < 0) { /* and so will be those who wait behind them */
        refused = line->under_way;
        line->under_way = NULL;
        behind = take(line, SIZE_MAX);
    }
    task_line_check(line);
    tell_all(finished, status);
    tell_all(refused, rc);
    tell_all(behind, rc);
}

/* ---- the line ---- */

void task_line_init(struct task_line *line, struct models *models, struct worker *worker,
                    task_line_run_cb run_all)
{
    *line = (struct task_line){.job = {.run = run_job, .done = finish_job},
                               .models = models,
                               .worker = worker,
                               .run_all = run_all};
}

static int submit_alone(struct task_line *line, struct models_task *task)
{
    int rc = 0;

    task->job.mail.next = NULL;
    line->under_way = &task->job.mail;
    rc = models_submit(line->models, line->worker, &line->job);
    if (rc < 0) {
        line->under_way = NULL;
    }
    return rc;
}

int task_line_submit(struct task_line *line, struct models_task *task)
{
    worker_assert_thread(line->worker);
    task_line_check(line);
    task->models = line->models;
    task->status = 0;
    if (line->under_way == NULL) {
        return submit_alone(line, task);
    }
    if (line->n_waiting >= models_max_waiting(line->models)) {
        return SAILS_EBUSY;
    }
    push(line, task);
    return 0;
}
