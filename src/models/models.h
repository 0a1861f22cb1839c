/*
 * models.h - records for an application: connections that are shared, and threads that may wait for them.
 *
 * Purpose    Owns what the ORM needs to be asked by many at once: a bounded number of connections, and a
 *            pool of threads on which queries of workers run.
 * Ownership  Owns the ORM, its configurations, connections and threads.
 * Threads    Said at each function.
 * Floor      models; uses orm, net, base.
 *
 *      a worker's turn            a thread of the pool                    the same worker
 *        models_submit() --------> task->run(task, db) ---- mail -------> task->done(task, status)
 *
 *      a thread that may wait
 *        models_lease() ... blocking calls ... models_release()
 *
 * I1  At most `n_connections` handles exist; each is idle or leased.
 */
#ifndef MODELS_MODELS_H
#define MODELS_MODELS_H

#include "base/job.h"
#include "base/log.h"
#include "base/machine.h"
#include "orm/migrate.h"

struct models;

struct models_options {
    unsigned n_connections;    /* at most so many at once; as many threads run queries of workers */
    size_t max_waiting;        /* queries of workers that wait for a thread; more are refused */
    uint64_t lease_timeout_ms; /* how long models_lease() waits */
    bool has_no_threads;       /* of its own: queries of workers run where their files are read */
    const struct machine *machine; /* whose time records are stamped with; NULL: the system's */
};

/*
 * Takes the ORM, also when it fails. Makes no connection yet. 0; SAILS_ECONFIG: `problem` has a line;
 * SAILS_ENOMEM.
 */
int models_create(struct orm *orm, const struct models_options *options, struct buf *problem,
                  struct models **out);

/* Stops, waits for what runs, closes. No handle may be leased. NULL is harmless. Before the net whose workers
 * its tasks come back to. */
void models_destroy(struct models *models);

/* From now on tasks are refused; those that wait are told SAILS_ECANCELED. Any thread; NULL is harmless. */
void models_stop(struct models *models);

const struct orm *models_orm(const struct models *models);

/* Blocks. 0; else a line has been logged at level error. Before the lift, on the thread that lifts. */
int models_migrate(struct models *models, enum migrate_strategy strategy, const struct log *log);

/*
 * A handle for the calling thread alone, until models_release(). Waits where all are leased.
 * 0; SAILS_ETIMEOUT: none has come back in time; SAILS_ENOMEM. A thread that may wait.
 */
int models_lease(struct models *models, struct sails_db **db);

/* A transaction that was left open is rolled back. */
void models_release(struct models *models, struct sails_db *db);

/* A query of a worker's. Lies in its owner's memory; the models' from models_submit() until `done`. */
struct models_task {
    struct job job;
    struct models *models;
    int status;

    /* On a thread of the pool. What it returns is the status of `done`. */
    int (*run)(struct models_task *task, struct sails_db *db);

    /* In a turn of the task's worker. SAILS_ETIMEOUT, SAILS_ECANCELED, too: it has not run. */
    void (*done)(struct models_task *task, int status);
};

/* `run` and `done` are set. 0; SAILS_EBUSY, SAILS_ECANCELED, SAILS_ENOMEM: neither is called. Any thread. */
int models_submit(struct models *models, struct worker *worker, struct models_task *task);

/* Whether a model is kept where one connection writes at a time: in SQLite. */
bool models_has_one_writer(const struct models *models, const struct orm_model *model);

/* How many tasks may wait for a thread. */
size_t models_max_waiting(const struct models *models);

#endif
