#include "models/models.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/lines.h"
#include "support/models.h"
#include "unit/net/world.h"

#include <pthread.h>
#include <sails/db.h>

static const char things[] = "{'thing': {'attributes': {'id': {'type': 'number', 'autoIncrement': "
                             "true}, 'name': 'string'}, 'archiveModelIdentity': false}}";

enum {
    SOON_MS = 1,       /* of a lease that is not to be had */
    PATIENT_MS = 20000 /* of one that is, once somebody gives it back */
};

static struct orm *orm_with(const char *url)
{
    return models_read_at(things, url);
}

static struct models *create(unsigned n_connections, size_t max_waiting, uint64_t timeout_ms)
{
    struct models_options options = {
        .n_connections = n_connections, .max_waiting = max_waiting, .lease_timeout_ms = timeout_ms};
    struct models *models = NULL;
    struct buf problem = {0};

    assert_int_equal(models_create(orm_with(":memory:"), &options, &problem, &models), 0);
    assert_int_equal(models_migrate(models, MIGRATE_DROP, NULL), 0);
    return models;
}

/* ---- leases ---- */

static void a_lease_waits_no_longer_than_it_may(void **state)
{
    struct models *models = create(2, 1, SOON_MS);
    sails_db *first = NULL;
    sails_db *second = NULL;
    sails_db *third = NULL;

    (void)state;
    assert_int_equal(models_lease(models, &first), 0);
    assert_int_equal(models_lease(models, &second), 0);
    assert_ptr_not_equal(first, second);
    assert_int_equal(models_lease(models, &third), SAILS_ETIMEOUT);
    assert_null(third);
    models_release(models, first);
    assert_int_equal(models_lease(models, &third), 0);
    assert_ptr_equal(third, first);
    models_release(models, second);
    models_release(models, third);
    /* The last one that came back is the first to go: its statements are warm. */
    assert_int_equal(models_lease(models, &first), 0);
    assert_ptr_equal(first, third);
    models_release(models, first);
    models_destroy(models);
}

struct waiting {
    struct models *models;
    sails_db *db;
    int rc;
};

static void *lease_on_a_thread(void *ctx)
{
    struct waiting *waiting = ctx;

    waiting->rc = models_lease(waiting->models, &waiting->db);
    return NULL;
}

static void who_waits_gets_what_comes_back(void **state)
{
    struct models *models = create(1, 1, PATIENT_MS);
    struct waiting waiting = {.models = models, .rc = 1};
    sails_db *db = NULL;
    pthread_t thread;

    (void)state;
    assert_int_equal(models_lease(models, &db), 0);
    assert_int_equal(pthread_create(&thread, NULL, lease_on_a_thread, &waiting), 0);
    models_release(models, db);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(waiting.rc, 0);
    assert_ptr_equal(waiting.db, db);
    models_release(models, db);
    models_destroy(models);
}

static void what_is_given_back_has_no_transaction_and_no_error(void **state)
{
    struct models *models = create(1, 1, SOON_MS);
    sails_db *db = NULL;
    int64_t n = -1;

    (void)state;
    assert_int_equal(models_lease(models, &db), 0);
    assert_int_equal(sails_find(db, "nothing", NULL, NULL, NULL), SAILS_EINVAL);
    assert_string_not_equal(sails_db_error(db), "");
    assert_int_equal(connection_begin(&db->connections[0]), 0);
    assert_int_equal(sails_create(db, "thing", json_object(), NULL, NULL), 0);
    models_release(models, db);
    assert_int_equal(models_lease(models, &db), 0);
    assert_string_equal(sails_db_error(db), "");
    assert_int_equal(sails_count(db, "thing", NULL, &n), 0);
    assert_int_equal(n, 0);
    models_release(models, db);
    models_destroy(models);
}

/* ---- tasks ---- */

struct errand_task {
    struct models_task task;
    struct place *place;
    bool waits; /* for the gate */
    int result;
    int status;
    int64_t n;
};

struct place {
    struct world world;
    struct models *models;
    sem_t begun;
    sem_t gate;
};

static int run(struct models_task *task, struct sails_db *db)
{
    struct errand_task *errand = container_of(task, struct errand_task, task);

    must(worker_current(net_pool(errand->place->world.net)) == NULL);
    (void)sem_post(&errand->place->begun);
    while (errand->waits && sem_wait(&errand->place->gate) != 0) {
    }
    must(sails_create(db, "thing", json_object(), NULL, NULL) == 0);
    must(sails_count(db, "thing", NULL, &errand->n) == 0);
    return errand->result;
}

static void done(struct models_task *task, int status)
{
    struct errand_task *errand = container_of(task, struct errand_task, task);

    must(worker_is_current(task->job.worker));
    errand->status = status;
    (void)sem_post(&errand->place->world.told);
}

static struct errand_task errand_of(struct place *place, bool waits, int result)
{
    return (struct errand_task){.task = {.run = run, .done = done},
                                .place = place,
                                .waits = waits,
                                .result = result,
                                .status = 1};
}

static int submit(struct errand_task *errand)
{
    return models_submit(errand->place->models, net_worker(errand->place->world.net, 0),
                         &errand->task);
}

static void open_place(struct place *place, unsigned n_connections, size_t max_waiting,
                       uint64_t timeout_ms)
{
    world_init(&place->world);
    assert_int_equal(sem_init(&place->begun, 0, 0) + sem_init(&place->gate, 0, 0), 0);
    place->models = create(n_connections, max_waiting, timeout_ms);
    world_start(&place->world);
}

static void close_place(struct place *place)
{
    net_stop(place->world.net, 0);
    net_join(place->world.net);
    models_destroy(place->models);
    world_stop(&place->world);
    (void)sem_destroy(&place->begun);
    (void)sem_destroy(&place->gate);
}

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0) {
    }
}

static void a_task_runs_on_a_thread_and_is_told_on_its_worker(void **state)
{
    struct place place;
    struct errand_task errands[2];

    (void)state;
    open_place(&place, 2, 10, PATIENT_MS);
    for (int i = 0; i < 2; i++) {
        errands[i] = errand_of(&place, false, i == 0 ? 0 : SAILS_EREFUSED);
        assert_int_equal(submit(&errands[i]), 0);
        world_wait(&place.world);
        assert_int_equal(errands[i].status, errands[i].result);
        assert_int_equal(errands[i].n, i + 1);
    }
    close_place(&place);
}

static void more_than_may_wait_are_refused_at_once(void **state)
{
    struct place place;
    struct errand_task errands[3];

    (void)state;
    open_place(&place, 1, 1, PATIENT_MS);
    errands[0] = errand_of(&place, true, 0);
    assert_int_equal(submit(&errands[0]), 0);
    wait_for(&place.begun); /* it has the only thread; one may wait behind it */
    errands[1] = errand_of(&place, false, 0);
    assert_int_equal(submit(&errands[1]), 0);
    errands[2] = errand_of(&place, false, 0);
    assert_int_equal(submit(&errands[2]), SAILS_EBUSY);
    (void)sem_post(&place.gate);
    world_wait(&place.world);
    world_wait(&place.world);
    assert_int_equal(errands[0].status, 0);
    assert_int_equal(errands[1].status, 0);
    assert_int_equal(errands[2].status, 1); /* never told */
    close_place(&place);
}

static void a_task_that_gets_no_connection_in_time_is_told_so(void **state)
{
    struct place place;
    struct errand_task errand;
    sails_db *db = NULL;

    (void)state;
    open_place(&place, 1, 1, SOON_MS);
    assert_int_equal(models_lease(place.models, &db), 0);
    errand = errand_of(&place, false, 0);
    assert_int_equal(submit(&errand), 0);
    world_wait(&place.world);
    assert_int_equal(errand.status, SAILS_ETIMEOUT);
    models_release(place.models, db);
    assert_int_equal(submit(&errand), 0);
    world_wait(&place.world);
    assert_int_equal(errand.status, 0);
    assert_int_equal(errand.n, 1);
    close_place(&place);
}

static void when_it_stops_what_waits_is_told_and_what_runs_is_finished(void **state)
{
    struct place place;
    struct errand_task errands[3];

    (void)state;
    open_place(&place, 1, 1, PATIENT_MS);
    errands[0] = errand_of(&place, true, 0);
    assert_int_equal(submit(&errands[0]), 0);
    wait_for(&place.begun);
    errands[1] = errand_of(&place, false, 0);
    assert_int_equal(submit(&errands[1]), 0);
    models_stop(place.models);
    models_stop(place.models);
    world_wait(&place.world);
    assert_int_equal(errands[1].status, SAILS_ECANCELED);
    errands[2] = errand_of(&place, false, 0);
    assert_int_equal(submit(&errands[2]), SAILS_ECANCELED);
    (void)sem_post(&place.gate);
    world_wait(&place.world);
    assert_int_equal(errands[0].status, 0);
    assert_int_equal(errands[0].n, 1);
    close_place(&place);
}

/* Many at once, on few connections: each of them is done, once. */
static void all_share_the_connections(void **state)
{
    enum {
        MANY = 200
    };
    static struct errand_task errands[MANY];
    struct place place;
    sails_db *db = NULL;
    int64_t n = 0;

    (void)state;
    open_place(&place, 3, MANY, PATIENT_MS);
    for (size_t i = 0; i < MANY; i++) {
        errands[i] = errand_of(&place, false, 0);
        assert_int_equal(submit(&errands[i]), 0);
    }
    for (size_t i = 0; i < MANY; i++) {
        world_wait(&place.world);
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(errands[i].status, 0);
    }
    assert_int_equal(models_lease(place.models, &db), 0);
    assert_int_equal(sails_count(db, "thing", NULL, &n), 0);
    assert_int_equal(n, MANY);
    models_release(place.models, db);
    close_place(&place);
}

/* ---- life ---- */

static void what_cannot_be_is_said_where_it_is_made(void **state)
{
    struct models_options options = {
        .n_connections = 1, .max_waiting = 1, .lease_timeout_ms = SOON_MS};
    struct models *models = NULL;
    struct buf problem = {0};

    (void)state;
    models_destroy(NULL);
    models_stop(NULL);
    assert_int_equal(models_create(orm_with("mongodb://127.0.0.1/x"), &options, &problem, &models),
                     SAILS_ECONFIG);
    assert_null(models);
    assert_string_equal(
        problem.ptr,
        "config.datastores.default: `url` begins with postgresql:, mysql:, mariadb: or sqlite:\n");
    buf_deinit(&problem);
}

static void each_allocation_may_fail(void **state)
{
    struct models_options options = {
        .n_connections = 2, .max_waiting = 1, .lease_timeout_ms = SOON_MS};
    struct models *models = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    for (long n = 0; rc != 0; n++) {
        struct orm *orm = orm_with(":memory:");
        struct buf problem = {0};
        sails_db *db = NULL;

        mem_fail_after(n);
        rc = models_create(orm, &options, &problem, &models);
        if (rc == 0) {
            rc = models_lease(models, &db);
            if (rc == 0) {
                models_release(models, db);
            }
            mem_fail_after(-1);
            models_destroy(models);
        }
        mem_fail_after(-1);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        buf_deinit(&problem);
    }
}

static void a_migration_says_what_it_does_and_why_it_fails(void **state)
{
    static struct lines lines;
    struct log log = {.level = LOG_INFO, .write = lines_log, .ctx = &lines};
    struct models *models = create(1, 1, SOON_MS);
    struct models *away = NULL;
    struct models_options options = {
        .n_connections = 1, .max_waiting = 1, .lease_timeout_ms = SOON_MS};
    struct buf problem = {0};
    sails_db *db = NULL;

    (void)state;
    lines_init(&lines);
    assert_int_equal(models_migrate(models, MIGRATE_SAFE, &log), 0);
    assert_int_equal(models_migrate(models, MIGRATE_DROP, &log), 0);
    lines_expect(&lines, "Making anew the table `thing` of model `thing`");
    assert_int_equal(models_lease(models, &db), 0);
    assert_int_equal(models_migrate(models, MIGRATE_DROP, &log), SAILS_ETIMEOUT);
    lines_expect(&lines, "cannot be migrated");
    models_release(models, db);
    models_destroy(models);

    assert_int_equal(
        models_create(orm_with("sqlite:/dev/null/folder/db"), &options, &problem, &away), 0);
    assert_int_equal(models_migrate(away, MIGRATE_DROP, &log), SAILS_EDB);
    lines_expect(&lines, "cannot be migrated: Unexpected error");
    models_destroy(away);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_waits_no_longer_than_it_may),
        cmocka_unit_test(who_waits_gets_what_comes_back),
        cmocka_unit_test(what_is_given_back_has_no_transaction_and_no_error),
        cmocka_unit_test(a_task_runs_on_a_thread_and_is_told_on_its_worker),
        cmocka_unit_test(more_than_may_wait_are_refused_at_once),
        cmocka_unit_test(a_task_that_gets_no_connection_in_time_is_told_so),
        cmocka_unit_test(when_it_stops_what_waits_is_told_and_what_runs_is_finished),
        cmocka_unit_test(all_share_the_connections),
        cmocka_unit_test(what_cannot_be_is_said_where_it_is_made),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(a_migration_says_what_it_does_and_why_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
