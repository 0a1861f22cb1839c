#include "support/live_app.h"

#include <sails/work.h>

/* Work that may wait, and timers that come and go on several threads: with real ones. */

struct errand {
    struct told told;
    pthread_t thread;
    bool has_run;
};

static void run(void *ctx)
{
    struct errand *errand = ctx;

    errand->thread = pthread_self();
    errand->has_run = true;
}

static void tell_errand(int status, void *ctx)
{
    struct errand *errand = ctx;

    must(!pthread_equal(errand->thread, pthread_self()));
    tell(status, &errand->told);
}

static void nothing_is_done_for_null(void **state)
{
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_work(NULL, run, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_work(live.app, NULL, NULL, NULL), SAILS_EINVAL);
    assert_int_equal(sails_app_work(live.app, run, NULL, NULL), SAILS_ESTATE);
    live_lift(&live);
    mem_fail_after(0);
    assert_int_equal(sails_app_work(live.app, run, NULL, NULL), SAILS_ENOMEM);
    mem_fail_after(-1);
    sails_app_lower(live.app);
    assert_int_equal(sails_app_work(live.app, run, NULL, NULL), SAILS_ESTATE);
    live_end(&live);
}

static void work_runs_on_a_thread_and_is_told_of(void **state)
{
    struct errand errands[20] = {0};
    struct live live;

    (void)state;
    live_init(&live, 2);
    live_lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(errands); i++) {
        told_init(&errands[i].told);
        assert_int_equal(sails_app_work(live.app, run, tell_errand, &errands[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(errands); i++) {
        assert_int_equal(told_status(&errands[i].told), 0);
        assert_true(errands[i].has_run);
    }
    live_end(&live);
}

/* ---- more than there is room for ---- */

struct gate {
    pthread_mutex_t lock; /* held by the test while it shall be shut */
    atomic_int n_waiting;
};

static void wait_at(void *ctx)
{
    struct gate *gate = ctx;

    atomic_fetch_add(&gate->n_waiting, 1);
    live_notify();
    pthread_mutex_lock(&gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static bool somebody_waits(void *ctx)
{
    struct gate *gate = ctx;

    return atomic_load(&gate->n_waiting) > 0;
}

static void more_than_may_wait_is_refused(void **state)
{
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct errand second = {.has_run = false};
    struct live live;

    (void)state;
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "jobs.threads", json_integer(1)), 0);
    assert_int_equal(sails_app_set(live.app, "jobs.maxWaiting", json_integer(1)), 0);
    live_lift(&live);
    told_init(&second.told);
    pthread_mutex_lock(&gate.lock);
    assert_int_equal(sails_app_work(live.app, wait_at, NULL, &gate), 0);
    assert_true(live_wait(somebody_waits, &gate));
    assert_int_equal(sails_app_work(live.app, run, tell_errand, &second), 0);
    assert_int_equal(sails_app_work(live.app, run, NULL, &second), SAILS_EBUSY);
    pthread_mutex_unlock(&gate.lock);
    assert_int_equal(told_status(&second.told), 0);
    live_end(&live);
}

/* ---- timers over threads ---- */

static void count(sails_app *app, int status, void *ctx)
{
    atomic_uint *n = ctx;

    (void)app;
    (void)status;
    atomic_fetch_add(n, 1);
}

static void *set_and_cancel(void *arg)
{
    struct live *live = arg;
    static atomic_uint n;

    for (unsigned i = 0; i < 2000; i++) {
        sails_timer timer = 0;
        int rc = i % 2 == 0 ? sails_app_every(live->app, 1, count, &n, &timer)
                            : sails_app_after(live->app, i % 4, count, &n, &timer);

        must(rc == 0);
        rc = sails_app_cancel(live->app, timer);
        must(rc == 0 || (rc == SAILS_ENOENT && i % 2 == 1));
        must(i % 7 != 0 || sails_app_after(live->app, 0, count, &n, NULL) == 0);
    }
    return NULL;
}

static void timers_come_and_go_on_all_threads(void **state)
{
    pthread_t threads[4];
    struct live live;

    (void)state;
    live_init(&live, 4);
    live_lift(&live);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, set_and_cancel, &live), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    live_end(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_for_null),
        cmocka_unit_test(work_runs_on_a_thread_and_is_told_of),
        cmocka_unit_test(more_than_may_wait_is_refused),
        cmocka_unit_test(timers_come_and_go_on_all_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
