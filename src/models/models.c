#include "models/models.h"

#include "base/macros.h"
#include "base/mem.h"
#include "net/jobs.h"
#include "orm/database.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sails/err.h>
#include <time.h>

struct models {
    struct orm *orm;
    struct datastores datastores;
    struct models_options options;
    struct jobs *jobs;    /* NULL: has_no_threads */
    pthread_mutex_t lock; /* this and the following */
    pthread_cond_t returned;
    struct sails_db *
        *idle; /* the last one that came back is the first to go: its statements are warm */
    unsigned n_idle;
    unsigned n_made; /* I1: idle and leased ones */
};

static int64_t now_ms(void *ctx)
{
    const struct models *models = ctx;

    return (int64_t)machine_unix_ms(models->options.machine);
}

int models_create(struct orm *orm, const struct models_options *options, struct buf *problem,
                  struct models **out)
{
    struct jobs_options jobs = {.name = "sails models",
                                .n_threads = options->n_connections,
                                .max_waiting = options->max_waiting};
    struct models *models = mem_calloc(1, sizeof(*models));
    pthread_condattr_t clock;
    int rc = models != NULL ? 0 : SAILS_ENOMEM;

    if (rc < 0) {
        orm_destroy(orm);
        return rc;
    }
    models->orm = orm;
    models->options = *options;
    (void)pthread_mutex_init(&models->lock, NULL);
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&models->returned, &clock);
    (void)pthread_condattr_destroy(&clock);
    models->idle = mem_calloc(options->n_connections, sizeof(struct sails_db *));
    rc = models->idle != NULL ? datastores_init(&models->datastores, orm, problem) : SAILS_ENOMEM;
    if (options->machine != NULL) {
        models->datastores.now_ms = now_ms;
        models->datastores.ctx = models;
    }
    if (rc == 0 && !options->has_no_threads) {
        rc = jobs_create(&jobs, &models->jobs);
    }
    if (rc < 0) {
        models_destroy(models);
        return rc;
    }
    *out = models;
    return 0;
}

void models_destroy(struct models *models)
{
    if (models == NULL) {
        return;
    }
    jobs_destroy(models->jobs);
    assert(models->n_idle == models->n_made);
    assert(models->idle != NULL || models->n_idle == 0);
    while (models->n_idle > 0) {
        database_destroy(models->idle[--models->n_idle]);
    }
    mem_free(models->idle);
    if (models->datastores.configs != NULL) {
        datastores_deinit(&models->datastores);
    }
    orm_destroy(models->orm);
    (void)pthread_cond_destroy(&models->returned);
    (void)pthread_mutex_destroy(&models->lock);
    mem_free(models);
}

void models_stop(struct models *models)
{
    if (models != NULL) {
        jobs_stop(models->jobs);
    }
}

const struct orm *models_orm(const struct models *models)
{
    return models->orm;
}

/* ---- handles ---- */

/* I1, with the lock. */
static void models_check(const struct models *models)
{
    assert(models->n_idle <= models->n_made && models->n_made <= models->options.n_connections);
    (void)models;
}

static struct timespec in(uint64_t ms)
{
    struct timespec at = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

/* With the lock. */
static int take_idle_or_make(struct models *models, struct sails_db **db)
{
    struct timespec limit = in(models->options.lease_timeout_ms);

    while (models->n_idle == 0 && models->n_made == models->options.n_connections) {
        if (pthread_cond_timedwait(&models->returned, &models->lock, &limit) == ETIMEDOUT) {
            return SAILS_ETIMEOUT;
        }
    }
    if (models->n_idle > 0) {
        *db = models->idle[--models->n_idle];
        return 0;
    }
    *db = database_create(&models->datastores);
    models->n_made += *db != NULL;
    return *db != NULL ? 0 : SAILS_ENOMEM;
}

int models_lease(struct models *models, struct sails_db **db)
{
    int rc = 0;

    (void)pthread_mutex_lock(&models->lock);
    rc = take_idle_or_make(models, db);
    models_check(models);
    (void)pthread_mutex_unlock(&models->lock);
    return rc;
}

void models_release(struct models *models, struct sails_db *db)
{
    database_rest(db);
    (void)pthread_mutex_lock(&models->lock);
    assert(models->n_idle < models->n_made);
    models->idle[models->n_idle++] = db;
    models_check(models);
    (void)pthread_cond_signal(&models->returned);
    (void)pthread_mutex_unlock(&models->lock);
}

/* ---- migrations ---- */

static void log_migration(const char *line, void *ctx)
{
    log_line(ctx, LOG_INFO, "%s", line);
}

int models_migrate(struct models *models, enum migrate_strategy strategy, const struct log *log)
{
    struct sails_db *db = NULL;
    void *ctx = NULL;
    int rc = models_lease(models, &db);

    if (rc < 0) {
        log_line(log, LOG_ERROR, "The tables of the models cannot be migrated: %s",
                 sails_strerror(rc));
        return rc;
    }
    memcpy(&ctx, &log, sizeof(ctx)); /* it is only read */
    rc = migrate_run(db, strategy, log_migration, ctx);
    if (rc < 0) {
        log_line(log, LOG_ERROR, "The tables of the models cannot be migrated: %s",
                 sails_db_error(db));
    }
    models_release(models, db);
    return rc;
}

/* ---- tasks ---- */

static void run_task(struct job *job)
{
    struct models_task *task = container_of(job, struct models_task, job);
    struct sails_db *db = NULL;

    task->status = models_lease(task->models, &db);
    if (task->status == 0) {
        task->status = task->run(task, db);
        models_release(task->models, db);
    }
}

static void finish_task(struct job *job, int status)
{
    struct models_task *task = container_of(job, struct models_task, job);

    task->done(task, status < 0 ? status : task->status);
}

int models_submit(struct models *models, struct worker *worker, struct models_task *task)
{
    task->models = models;
    task->job = (struct job){.worker = worker, .run = run_task, .done = finish_task};
    return job_submit(models->jobs != NULL ? jobs_pool(models->jobs) : worker->pool->files,
                      &task->job);
}

bool models_has_one_writer(const struct models *models, const struct orm_model *model)
{
    return models->datastores.configs[model->datastore->index].adapter == &db_sqlite;
}

size_t models_max_waiting(const struct models *models)
{
    return models->options.max_waiting;
}
