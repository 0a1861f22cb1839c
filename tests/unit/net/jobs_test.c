#include "net/jobs.h"

#include "world.h"

#include <uv.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

/*
 * What a job has seen. Members are written by `run` and read by `done`, which the pool keeps apart;
 * what the test's thread reads meanwhile is atomic.
 */
struct errand_job {
    struct job job;
    struct crew *crew;
    pthread_t thread;
    bool has_run;
    sem_t *gate; /* run() waits for it; NULL: for nothing */
};

struct crew {
    struct world world;
    struct jobs *jobs;
    atomic_int n_running;
    atomic_int most_running;
    atomic_int n_run;
    atomic_int n_done;
    atomic_int n_cancelled;
    atomic_int n_stopped_before; /* what the net had stopped when the last one was done */
    sem_t begun;                 /* posted by run() */
    sem_t gate;                  /* for what an end lets go */
    atomic_bool is_worker_running_when_done; /* of the last one */
};

static void run(struct job *job)
{
    struct errand_job *errand = container_of(job, struct errand_job, job);
    struct crew *crew = errand->crew;
    int n = atomic_fetch_add(&crew->n_running, 1) + 1;
    int most = atomic_load(&crew->most_running);

    must(worker_current(net_pool(crew->world.net)) == NULL);
    while (n > most && !atomic_compare_exchange_weak(&crew->most_running, &most, n)) {
    }
    errand->thread = pthread_self();
    errand->has_run = true;
    (void)sem_post(&crew->begun);
    while (errand->gate != NULL && sem_wait(errand->gate) != 0) {
    }
    atomic_fetch_sub(&crew->n_running, 1);
    atomic_fetch_add(&crew->n_run, 1);
}

static void done(struct job *job, int status)
{
    struct errand_job *errand = container_of(job, struct errand_job, job);
    struct crew *crew = errand->crew;

    must(worker_is_current(job->worker));
    must(errand->has_run == (status == 0));
    must(status == 0 || status == SAILS_ECANCELED);
    must(status != 0 || !pthread_equal(errand->thread, pthread_self()));
    atomic_store(&crew->is_worker_running_when_done, worker_is_running(job->worker));
    atomic_store(&crew->n_stopped_before, atomic_load(&crew->world.n_stopped));
    atomic_fetch_add(status == 0 ? &crew->n_done : &crew->n_cancelled, 1);
    (void)sem_post(&crew->world.told);
}

static void crew_start(struct crew *crew, unsigned n_workers, unsigned n_threads,
                       size_t max_waiting)
{
    memset(crew, 0, sizeof(*crew));
    world_init(&crew->world);
    crew->world.options.workers = n_workers;
    assert_int_equal(sem_init(&crew->begun, 0, 0) + sem_init(&crew->gate, 0, 0), 0);
    assert_int_equal(
        jobs_create(&(struct jobs_options){"test", n_threads, max_waiting}, &crew->jobs), 0);
    world_start(&crew->world);
}

static void crew_stop(struct crew *crew)
{
    net_stop(crew->world.net, 0);
    net_join(crew->world.net);
    jobs_destroy(crew->jobs);
    world_stop(&crew->world);
    (void)sem_destroy(&crew->begun);
    (void)sem_destroy(&crew->gate);
}

static void wait_for(sem_t *sem)
{
    while (sem_wait(sem) != 0) {
    }
}

static struct errand_job errand_of(struct crew *crew, unsigned worker, sem_t *gate)
{
    return (struct errand_job){
        .job = {.worker = net_worker(crew->world.net, worker), .run = run, .done = done},
        .crew = crew,
        .gate = gate,
    };
}

static int submit(struct crew *crew, struct errand_job *errand)
{
    return job_submit(jobs_pool(crew->jobs), &errand->job);
}

/* ---- there and back ---- */

static void submit_from_worker(struct world *world, struct worker *worker, void *arg)
{
    struct errand_job *errand = arg;

    (void)world;
    must(errand->job.worker == worker);
    must(submit(errand->crew, errand) == 0);
}

static void a_job_runs_on_a_thread_and_comes_back_to_its_worker(void **state)
{
    struct crew crew;
    struct errand_job errands[3];

    (void)state;
    crew_start(&crew, 3, 2, 10);
    for (unsigned i = 0; i < 3; i++) {
        errands[i] = errand_of(&crew, i, NULL);
        world_do(&crew.world, i, submit_from_worker, &errands[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        world_wait(&crew.world);
    }
    assert_int_equal(atomic_load(&crew.n_done), 3);
    crew_stop(&crew);
}

static void a_thread_of_the_programs_may_submit(void **state)
{
    struct crew crew;
    struct errand_job errand;

    (void)state;
    crew_start(&crew, 2, 1, 1);
    errand = errand_of(&crew, 1, NULL);
    assert_int_equal(submit(&crew, &errand), 0);
    world_wait(&crew.world);
    assert_int_equal(atomic_load(&crew.n_done), 1);
    crew_stop(&crew);
}

static void look_at_signals(struct job *job)
{
    sigset_t blocked;

    must(pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0);
    must(sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGINT) == 1);
    must(sigismember(&blocked, SIGSEGV) == 0);
    run(job);
}

static void signals_of_the_program_are_kept_from_the_threads(void **state)
{
    struct crew crew;
    struct errand_job errand;

    (void)state;
    crew_start(&crew, 1, 1, 1);
    errand = errand_of(&crew, 0, NULL);
    errand.job.run = look_at_signals;
    assert_int_equal(submit(&crew, &errand), 0);
    world_wait(&crew.world);
    crew_stop(&crew);
}

/* ---- bounds ---- */

enum {
    N_THREADS = 3,
    N_PLACES = 4
};

static void no_more_run_and_no_more_wait_than_may(void **state)
{
    struct errand_job errands[N_THREADS + N_PLACES];
    struct errand_job too_many;
    struct crew crew;
    sem_t gate;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    crew_start(&crew, 1, N_THREADS, N_PLACES);
    for (size_t i = 0; i < ARRAY_LEN(errands); i++) {
        errands[i] = errand_of(&crew, 0, &gate);
        assert_int_equal(submit(&crew, &errands[i]), 0);
        if (i < N_THREADS) {
            wait_for(&crew.begun);
        }
    }
    too_many = errand_of(&crew, 0, NULL);
    assert_int_equal(submit(&crew, &too_many), SAILS_EBUSY);
    assert_int_equal(atomic_load(&crew.n_running), N_THREADS);

    (void)sem_post(&gate);
    wait_for(&crew.begun); /* a place is free */
    assert_int_equal(submit(&crew, &too_many), 0);
    for (size_t i = 1; i < ARRAY_LEN(errands); i++) {
        (void)sem_post(&gate);
    }
    for (size_t i = 0; i < ARRAY_LEN(errands) + 1; i++) {
        world_wait(&crew.world);
    }
    assert_int_equal(atomic_load(&crew.n_done), N_THREADS + N_PLACES + 1);
    assert_int_equal(atomic_load(&crew.most_running), N_THREADS);
    crew_stop(&crew);
    (void)sem_destroy(&gate);
}

static void one_thread_takes_jobs_in_the_order_of_submitting(void **state)
{
    struct errand_job errands[20];
    struct crew crew;
    sem_t gate;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    crew_start(&crew, 1, 1, 20);
    for (size_t i = 0; i < ARRAY_LEN(errands); i++) {
        errands[i] = errand_of(&crew, 0, &gate);
        assert_int_equal(submit(&crew, &errands[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(errands); i++) {
        wait_for(&crew.begun);
        assert_int_equal(atomic_load(&crew.n_run), (int)i);
        assert_true(errands[i].has_run);
        (void)sem_post(&gate);
        world_wait(&crew.world);
    }
    crew_stop(&crew);
    (void)sem_destroy(&gate);
}

static void numbers_that_cannot_be_are_refused(void **state)
{
    static const struct jobs_options wrong[] = {
        {"none", 0, 1}, {"too many", JOBS_THREADS_MAX + 1, 1}, {"no queue", 1, 0}};
    struct jobs *jobs = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(jobs_create(&wrong[i], &jobs), SAILS_EINVAL);
        assert_null(jobs);
    }
}

static void out_of_memory_nothing_is_made(void **state)
{
    struct jobs *jobs = NULL;

    (void)state;
    mem_fail_after(0);
    assert_int_equal(jobs_create(&(struct jobs_options){"test", 4, 4}, &jobs), SAILS_ENOMEM);
    assert_true(mem_has_failed());
    mem_fail_after(-1);
    assert_null(jobs);
}

/* ---- the end ---- */

static void when_it_stops_what_waits_is_told_and_what_runs_finishes(void **state)
{
    struct errand_job errands[4];
    struct crew crew;
    sem_t gate;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    crew_start(&crew, 1, 1, 4);
    for (size_t i = 0; i < ARRAY_LEN(errands) - 1; i++) {
        errands[i] = errand_of(&crew, 0, &gate);
        assert_int_equal(submit(&crew, &errands[i]), 0);
    }
    wait_for(&crew.begun);
    jobs_stop(crew.jobs);
    jobs_stop(crew.jobs);
    world_wait(&crew.world);
    world_wait(&crew.world);
    assert_int_equal(atomic_load(&crew.n_cancelled), 2);
    errands[3] = errand_of(&crew, 0, NULL);
    assert_int_equal(submit(&crew, &errands[3]), SAILS_ECANCELED);
    (void)sem_post(&gate);
    world_wait(&crew.world);
    assert_int_equal(atomic_load(&crew.n_done), 1);
    crew_stop(&crew);
    (void)sem_destroy(&gate);
}

static void a_pool_that_never_had_a_job_ends(void **state)
{
    struct jobs *jobs = NULL;

    (void)state;
    jobs_destroy(NULL);
    jobs_stop(NULL);
    assert_int_equal(jobs_create(&(struct jobs_options){"idle", 4, 4}, &jobs), 0);
    jobs_destroy(jobs);
}

static void open_gate(struct world *world, struct worker *worker)
{
    struct crew *crew = container_of(world, struct crew, world);

    (void)worker;
    (void)sem_post(&crew->gate);
}

/* It is let go by the drain itself: had the worker stopped first, `done` would come too late. */
static void a_worker_that_stops_waits_for_its_jobs(void **state)
{
    struct errand_job errand;
    struct crew crew;

    (void)state;
    crew_start(&crew, 1, 1, 1);
    crew.world.drain = open_gate;
    errand = errand_of(&crew, 0, &crew.gate);
    world_do(&crew.world, 0, submit_from_worker, &errand);
    net_stop(crew.world.net, 60000);
    net_join(crew.world.net);
    assert_int_equal(atomic_load(&crew.n_done), 1);
    assert_int_equal(atomic_load(&crew.n_stopped_before), 0);
    assert_true(crew.is_worker_running_when_done);
    crew_stop(&crew);
}

static void give_up(void *ctx, struct worker *worker)
{
    struct crew *crew = container_of(ctx, struct crew, world);

    (void)worker;
    jobs_stop(crew->jobs);
    (void)sem_post(&crew->gate);
}

/* One runs and one waits; when the time is over the second is given up and the first let go. */
static void when_the_time_is_over_what_waits_can_be_given_up(void **state)
{
    struct net_events events = world_events;
    struct errand_job running, waiting;
    struct crew crew;

    (void)state;
    memset(&crew, 0, sizeof(crew));
    world_init(&crew.world);
    assert_int_equal(sem_init(&crew.begun, 0, 0) + sem_init(&crew.gate, 0, 0), 0);
    assert_int_equal(jobs_create(&(struct jobs_options){"test", 1, 1}, &crew.jobs), 0);
    events.on_drain_limit = give_up;
    assert_int_equal(net_create(&crew.world.options, &events, &crew.world, &crew.world.net), 0);
    assert_int_equal(net_start(crew.world.net), 0);
    running = errand_of(&crew, 0, &crew.gate);
    waiting = errand_of(&crew, 0, NULL);
    world_do(&crew.world, 0, submit_from_worker, &running);
    wait_for(&crew.begun);
    world_do(&crew.world, 0, submit_from_worker, &waiting);
    net_stop(crew.world.net, 1);
    net_join(crew.world.net);
    assert_int_equal(atomic_load(&crew.n_done), 1);
    assert_int_equal(atomic_load(&crew.n_cancelled), 1);
    crew_stop(&crew);
}

static void jobs_that_come_back_too_late_are_told_when_the_net_ends(void **state)
{
    struct errand_job errand;
    struct crew crew;
    sem_t gate;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    crew_start(&crew, 1, 1, 1);
    errand = errand_of(&crew, 0, &gate);
    assert_int_equal(submit(&crew, &errand), 0);
    while (sem_wait(&crew.begun) != 0) { /* else it could be cancelled before a thread has it */
    }
    net_stop(crew.world.net, 0);
    net_join(crew.world.net);
    assert_int_equal(atomic_load(&crew.n_done), 0);
    (void)sem_post(&gate);
    jobs_destroy(crew.jobs);
    crew.jobs = NULL;
    net_destroy(crew.world.net);
    assert_int_equal(atomic_load(&crew.n_done), 1);
    assert_false(crew.is_worker_running_when_done);
    (void)sem_destroy(&crew.world.told);
    (void)sem_destroy(&crew.begun);
    (void)sem_destroy(&crew.gate);
    (void)sem_destroy(&gate);
}

/* ---- an embedding program's loop ---- */

static void stop_when_done(struct job *job, int status)
{
    struct errand_job *errand = container_of(job, struct errand_job, job);

    done(job, status);
    net_stop(errand->crew->world.net, 0);
}

static void jobs_come_back_on_an_embedding_programs_loop(void **state)
{
    struct errand_job errand;
    struct crew crew;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    memset(&crew, 0, sizeof(crew));
    world_init(&crew.world);
    crew.world.options.loop = &loop;
    assert_int_equal(sem_init(&crew.begun, 0, 0) + sem_init(&crew.gate, 0, 0), 0);
    assert_int_equal(jobs_create(&(struct jobs_options){"test", 1, 1}, &crew.jobs), 0);
    world_start(&crew.world);
    errand = errand_of(&crew, 0, NULL);
    errand.job.done = stop_when_done;
    assert_int_equal(submit(&crew, &errand), 0);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(atomic_load(&crew.n_done), 1);
    crew_stop(&crew);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* ---- from everywhere at once ---- */

enum {
    N_SUBMITTERS = 3,
    N_EACH = 400
};

struct submitter {
    struct crew *crew;
    unsigned index;
    struct errand_job errands[N_EACH];
    int n_taken;
};

static void *submit_many(void *arg)
{
    struct submitter *submitter = arg;

    for (size_t i = 0; i < N_EACH; i++) {
        int rc = 0;

        submitter->errands[i] = errand_of(submitter->crew, submitter->index % 2, NULL);
        do {
            rc = submit(submitter->crew, &submitter->errands[i]);
            if (rc == SAILS_EBUSY) {
                (void)sched_yield();
            }
        } while (rc == SAILS_EBUSY);
        must(rc == 0 || rc == SAILS_ECANCELED);
        submitter->n_taken += rc == 0;
    }
    return NULL;
}

static void submit_from_everywhere(bool stops_early)
{
    struct submitter *submitters = mem_calloc(N_SUBMITTERS, sizeof(*submitters));
    pthread_t threads[N_SUBMITTERS];
    struct crew crew;
    int n_taken = 0;

    assert_non_null(submitters);
    crew_start(&crew, 2, 3, 5);
    for (unsigned i = 0; i < N_SUBMITTERS; i++) {
        submitters[i].crew = &crew;
        submitters[i].index = i;
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &submitters[i]), 0);
    }
    if (stops_early) {
        wait_for(&crew.begun);
        jobs_stop(crew.jobs);
    }
    for (unsigned i = 0; i < N_SUBMITTERS; i++) {
        (void)pthread_join(threads[i], NULL);
        n_taken += submitters[i].n_taken;
    }
    for (int i = 0; i < n_taken; i++) {
        world_wait(&crew.world);
    }
    assert_int_equal(atomic_load(&crew.n_done) + atomic_load(&crew.n_cancelled), n_taken);
    assert_int_equal(atomic_load(&crew.n_run), atomic_load(&crew.n_done));
    assert_true(stops_early || n_taken == N_SUBMITTERS * N_EACH);
    assert_true(atomic_load(&crew.most_running) <= 3);
    crew_stop(&crew);
    mem_free(submitters);
}

static void every_job_of_many_threads_is_done_once(void **state)
{
    (void)state;
    submit_from_everywhere(false);
}

static void every_job_is_told_once_when_the_pool_stops_meanwhile(void **state)
{
    (void)state;
    submit_from_everywhere(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_runs_on_a_thread_and_comes_back_to_its_worker),
        cmocka_unit_test(a_thread_of_the_programs_may_submit),
        cmocka_unit_test(signals_of_the_program_are_kept_from_the_threads),
        cmocka_unit_test(no_more_run_and_no_more_wait_than_may),
        cmocka_unit_test(one_thread_takes_jobs_in_the_order_of_submitting),
        cmocka_unit_test(numbers_that_cannot_be_are_refused),
        cmocka_unit_test(out_of_memory_nothing_is_made),
        cmocka_unit_test(when_it_stops_what_waits_is_told_and_what_runs_finishes),
        cmocka_unit_test(a_pool_that_never_had_a_job_ends),
        cmocka_unit_test(a_worker_that_stops_waits_for_its_jobs),
        cmocka_unit_test(when_the_time_is_over_what_waits_can_be_given_up),
        cmocka_unit_test(jobs_that_come_back_too_late_are_told_when_the_net_ends),
        cmocka_unit_test(jobs_come_back_on_an_embedding_programs_loop),
        cmocka_unit_test(every_job_of_many_threads_is_done_once),
        cmocka_unit_test(every_job_is_told_once_when_the_pool_stops_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
