#include "support/http_client.h"
#include "support/live_app.h"

#include <sails/work.h>
#include <stdlib.h>

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
    live_log_expect(&live.log, "sails_app_work(): too early: the app is not lifted yet");
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
    struct told told;
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

static void wait_with_request(sails_req *req, void *ctx)
{
    (void)req;
    wait_at(ctx);
}

/* The client has its 503 already, and what it said is gone. */
static void answer_too_late(sails_req *req, sails_res *res, int status, void *ctx)
{
    struct gate *gate = ctx;

    must(sails_req_param(req, "a") == NULL);
    sails_res_ok(res, NULL);
    tell(status, &gate->told);
}

static void wait_for_gate(sails_req *req, sails_res *res)
{
    (void)res;
    must(sails_req_work(req, wait_with_request, answer_too_late, sails_req_context(req)) == 0);
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

/* ---- work for a request ---- */

struct half {
    double of;
    pthread_t thread;
};

static void halve(sails_req *req, void *ctx)
{
    struct half *half = ctx;

    must(strcmp(sails_req_method(req), "GET") == 0);
    half->thread = pthread_self();
    half->of = atof(sails_req_param(req, "n")) / 2;
}

static void tell_half(sails_req *req, sails_res *res, int status, void *ctx)
{
    struct half *half = ctx;

    (void)req;
    must(status == 0 && !pthread_equal(half->thread, pthread_self()));
    sails_res_json(res, json_real(half->of));
    mem_free(half);
}

static void start_halving(sails_req *req, sails_res *res)
{
    struct half *half = mem_alloc(sizeof(*half));

    must(half != NULL);
    must(sails_req_work(NULL, halve, tell_half, half) == SAILS_EINVAL);
    must(sails_req_work(req, NULL, tell_half, half) == SAILS_EINVAL);
    must(sails_req_work(req, halve, NULL, half) == SAILS_EINVAL);
    must(sails_req_work(req, halve, tell_half, half) == 0);
    must(sails_req_work(req, halve, tell_half, half) == SAILS_ESTATE); /* at work already */
    (void)res;
}

/* Work upon work, and a policy that proceeds after some. */
static void halve_again(sails_req *req, sails_res *res, int status, void *ctx)
{
    (void)res;
    must(status == 0 && sails_req_work(req, halve, tell_half, ctx) == 0);
}

static void start_twice(sails_req *req, sails_res *res)
{
    struct half *half = mem_alloc(sizeof(*half));

    (void)res;
    must(half != NULL && sails_req_work(req, halve, halve_again, half) == 0);
}

static void think(sails_req *req, void *ctx)
{
    (void)ctx;
    must(sails_req_proceed(req) == SAILS_ESTATE);
}

static void proceed(sails_req *req, sails_res *res, int status, void *ctx)
{
    (void)ctx;
    (void)res;
    must(status == 0 && sails_req_proceed(req) == 0);
}

static void think_first(sails_req *req, sails_res *res)
{
    (void)res;
    must(sails_req_work(req, think, proceed, NULL) == 0);
    must(sails_req_proceed(req) == SAILS_ESTATE);
}

/* Who answers before its work is done has answered; the work is told of all the same. */
static void tell_errand_of_answer(sails_req *req, sails_res *res, int status, void *ctx)
{
    struct errand *errand = ctx;

    (void)req;
    must(sails_res_ok(res, NULL) == SAILS_ESTATE);
    tell(status, &errand->told);
}

static void answer_at_once(sails_req *req, sails_res *res)
{
    must(sails_req_work(req, think, tell_errand_of_answer, sails_req_context(req)) == 0);
    sails_res_send(res, "early");
    must(sails_req_work(req, think, tell_errand_of_answer, NULL) == SAILS_ESTATE);
}

static void a_request_waits_for_its_work(void **state)
{
    struct errand early = {.has_run = false};
    const struct sails_route_def routes[] = {
        {"GET /half/:n", .action = start_halving},
        {"GET /quarter/:n", .action = start_twice},
        {"GET /early", .action = answer_at_once, .ctx = &early},
        {"GET /thought/:n", .action = think_first},
        {"GET /:x/:n", .action = start_halving},
        {0},
    };
    struct live live;

    (void)state;
    told_init(&early.told);
    live_init(&live, 2);
    assert_int_equal(sails_app_routes(live.app, routes), 0);
    live_lift(&live);
    http_client_expect(live.port, "GET", "/half/3", "", NULL, 200, "1.5");
    http_client_expect(live.port, "GET", "/quarter/3", "", NULL, 200, "1.5");
    http_client_expect(live.port, "GET", "/thought/5", "", NULL, 200, "2.5");
    http_client_expect(live.port, "GET", "/early", "", NULL, 200, "early");
    assert_int_equal(told_status(&early.told), 0);
    live_end(&live);
}

static void work_that_takes_too_long_is_told_to_nobody(void **state)
{
    struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER};
    const struct sails_route_def routes[] = {{"GET /slow", .action = wait_for_gate, .ctx = &gate},
                                             {0}};
    struct live live;

    (void)state;
    told_init(&gate.told);
    live_init(&live, 1);
    assert_int_equal(sails_app_set(live.app, "requestTimeout", json_integer(1)), 0);
    assert_int_equal(sails_app_routes(live.app, routes), 0);
    live_lift(&live);
    pthread_mutex_lock(&gate.lock);
    http_client_expect(live.port, "GET", "/slow?a=1", "", NULL, 503, NULL);
    pthread_mutex_unlock(&gate.lock);
    assert_int_equal(told_status(&gate.told), 0);
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
        cmocka_unit_test(a_request_waits_for_its_work),
        cmocka_unit_test(work_that_takes_too_long_is_told_to_nobody),
        cmocka_unit_test(timers_come_and_go_on_all_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
