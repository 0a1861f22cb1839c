#include "models/task_line.h"

#include "base/macros.h"
#include "support/lines.h"
#include "support/models.h"
#include "unit/net/world.h"

#include <sails/db.h>

static const char things[] = "{'thing': {'attributes': {'id': {'type': 'number', 'autoIncrement': "
                             "true}, 'name': 'string'}, 'archiveModelIdentity': false}}";

enum {
    MANY = TASK_LINE_JOB_MAX + 6
};

struct place;

struct short_task {
    struct models_task task;
    struct place *place;
    int at; /* its place among all that were told; -1: it was not */
    int status;
    int rc; /* of task_line_submit() */
};

/* One thread, whose first job waits for the gate. */
struct place {
    struct world world;
    struct models *models;
    struct task_line line;
    sem_t begun;
    sem_t gate;
    int n_jobs; /* the thread's */
    int n_told; /* the worker's */
    struct short_task tasks[MANY];
    struct mail call; /* to the worker */
    size_t from;
    size_t to;
};

static void run_all(struct models_task *first, struct sails_db *db)
{
    struct short_task *one = container_of(first, struct short_task, task);
    struct place *place = one->place;

    if (place->n_jobs++ == 0) {
        (void)sem_post(&place->begun);
        while (sem_wait(&place->gate) != 0) {
        }
    }
    task_line_run_each(first, db);
}

static int run(struct models_task *task, struct sails_db *db)
{
    (void)task;
    must(sails_db_error(db)[0] == '\0'); /* of the one before */
    must(sails_find(db, "nothing", NULL, NULL, NULL) == SAILS_EINVAL);
    return SAILS_EREFUSED;
}

static void done(struct models_task *task, int status)
{
    struct short_task *one = container_of(task, struct short_task, task);
    struct place *place = one->place;

    must(worker_is_current(net_worker(place->world.net, 0)));
    one->status = status;
    one->at = place->n_told++;
    (void)sem_post(&place->world.told);
}

static void submit_on_worker(struct worker *worker, struct mail *mail)
{
    struct place *place = container_of(mail, struct place, call);

    (void)worker;
    for (size_t i = place->from; i < place->to; i++) {
        place->tasks[i] =
            (struct short_task){.task = {.run = run, .done = done}, .place = place, .at = -1};
        place->tasks[i].rc = task_line_submit(&place->line, &place->tasks[i].task);
    }
    (void)sem_post(&place->world.told);
}

/* Those from `from` up to `to`, in one turn. */
static void submit(struct place *place, size_t from, size_t to)
{
    place->from = from;
    place->to = to;
    place->call = (struct mail){.deliver = submit_on_worker};
    worker_post(net_worker(place->world.net, 0), &place->call);
    world_wait(&place->world);
}

static struct place *open_place(size_t max_waiting)
{
    struct models_options options = {
        .n_connections = 1, .max_waiting = max_waiting, .lease_timeout_ms = 20000};
    struct place *place = mem_calloc(1, sizeof(*place));
    struct buf problem = {0};

    assert_non_null(place);
    world_init(&place->world);
    assert_int_equal(sem_init(&place->begun, 0, 0) + sem_init(&place->gate, 0, 0), 0);
    assert_int_equal(
        models_create(models_read_at(things, ":memory:"), &options, &problem, &place->models), 0);
    world_start(&place->world);
    task_line_init(&place->line, place->models, net_worker(place->world.net, 0), run_all);
    submit(place, 0, 1);
    while (sem_wait(&place->begun) != 0) {
    }
    return place;
}

static void close_place(struct place *place)
{
    net_stop(place->world.net, 0);
    net_join(place->world.net);
    models_destroy(place->models);
    world_stop(&place->world);
    (void)sem_destroy(&place->begun);
    (void)sem_destroy(&place->gate);
    mem_free(place);
}

static void wait_for(struct place *place, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        world_wait(&place->world);
    }
}

/* The first alone, then as many as a job may have, then the rest. */
static void those_that_come_meanwhile_go_together(void **state)
{
    struct place *place = open_place(MANY);

    (void)state;
    submit(place, 1, MANY);
    (void)sem_post(&place->gate);
    wait_for(place, MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(place->tasks[i].rc, 0);
        assert_int_equal(place->tasks[i].at, i);
        assert_int_equal(place->tasks[i].status, SAILS_EREFUSED);
    }
    assert_int_equal(place->n_jobs, 3);
    close_place(place);
}

static void a_line_has_an_end(void **state)
{
    struct place *place = open_place(2);

    (void)state;
    submit(place, 1, 4);
    assert_int_equal(place->tasks[1].rc, 0);
    assert_int_equal(place->tasks[2].rc, 0);
    assert_int_equal(place->tasks[3].rc, SAILS_EBUSY);
    (void)sem_post(&place->gate);
    wait_for(place, 3);
    assert_int_equal(place->tasks[2].at, 2);
    assert_int_equal(place->tasks[3].at, -1);
    assert_int_equal(place->n_jobs, 2);
    close_place(place);
}

static void when_it_stops_all_that_wait_are_told(void **state)
{
    struct place *place = open_place(MANY);

    (void)state;
    submit(place, 1, MANY);
    models_stop(place->models);
    (void)sem_post(&place->gate);
    wait_for(place, MANY);
    assert_int_equal(place->tasks[0].status, SAILS_EREFUSED);
    for (int i = 1; i < MANY; i++) {
        assert_int_equal(place->tasks[i].at, i);
        assert_int_equal(place->tasks[i].status, SAILS_ECANCELED);
    }
    submit(place, 1, 2);
    assert_int_equal(place->tasks[1].rc, SAILS_ECANCELED);
    assert_int_equal(place->n_jobs, 1);
    close_place(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_come_meanwhile_go_together),
        cmocka_unit_test(a_line_has_an_end),
        cmocka_unit_test(when_it_stops_all_that_wait_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
