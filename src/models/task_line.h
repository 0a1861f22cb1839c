/*
 * task_line.h - short tasks of one worker, which go to a thread together and come back together.
 *
 * Purpose    The way to a thread and back costs more than a short task (bench/queries.c). What a worker asks for while
 *            a job of its line is under way waits for it, and then goes with the next one: the busier the worker, the more
 *            share a way.
 * Ownership  Its owner provides the memory, until no task is under way. Tasks are their owners', as models_submit() has it.
 * Threads    That worker's turns only, but for `run_all`.
 * Floor      models; uses base.
 *
 *      worker   a, then b c d while a is under way        answers a; e, f         answers b c d
 *                 \                                      /    \                  /
 *      thread      run_all(a) --------------------------+      run_all(b, c, d)-+          run_all(e, f) ...
 *
 * Tasks of a line run one behind the other, in the order in which they were submitted. A slow one keeps the others waiting:
 * they have to be short, or to wait for the same thing.
 */
#ifndef MODELS_TASK_LINE_H
#define MODELS_TASK_LINE_H

#include "models/models.h"

enum {
    TASK_LINE_JOB_MAX = 64 /* tasks of a job: the first one waits for the last */
};

/* Runs a job's tasks on a thread, and sets the status of each. */
typedef void (*task_line_run_cb)(struct models_task *first, struct sails_db *db);

struct task_line {
    struct models_task job; /* of those under way */
    struct models *models;
    struct worker *worker;
    task_line_run_cb run_all;
    struct mail *under_way; /* the first of the job's; NULL: none is */
    struct mail *first;     /* of those that wait, linked by their mail */
    struct mail *last;
    size_t n_waiting;
};

void task_line_init(struct task_line *line, struct models *models, struct worker *worker,
                    task_line_run_cb run_all);

/* As models_submit(); `run` need not be set, and `done` is told the task's status. */
int task_line_submit(struct task_line *line, struct models_task *task);

/* The next one of a job; NULL: that was the last. */
struct models_task *task_line_next(const struct models_task *task);

/* A task_line_run_cb: each by its `run`, as if it were alone. */
void task_line_run_each(struct models_task *first, struct sails_db *db);

#endif
