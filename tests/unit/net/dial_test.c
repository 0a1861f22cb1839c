#include "net/dial.h"

#include "net/loop.h"
#include "support/fake_redis.h"
#include "world.h"

/* One call of dial_open(), and what became of it. */
struct call {
    struct world world;
    const char *host;
    unsigned port;
    long fail_after; /* allocations; -1: none fails */
    bool cancels;    /* at once */
    struct dial *dial;
    int opened;
    int err;
    int n_calls;
};

static void on_done(int err, struct watch *watch, void *ctx)
{
    struct call *call = ctx;

    must((err == 0) == (watch != NULL));
    call->err = err;
    call->n_calls++;
    watch_close(watch);
    (void)sem_post(&call->world.told);
}

static void do_dial(struct world *world, struct worker *worker, void *arg)
{
    struct call *call = arg;

    (void)world;
    mem_fail_after(call->fail_after);
    call->opened = dial_open(loop_of(worker), call->host, call->port, on_done, call, &call->dial);
    if (call->opened == 0 && call->cancels) {
        dial_cancel(call->dial);
    }
}

static void call_init(struct call *call, const char *host, unsigned port)
{
    memset(call, 0, sizeof(*call));
    world_init(&call->world);
    call->host = host;
    call->port = port;
    call->fail_after = -1;
    world_start(&call->world);
}

/* What the callback was told. */
static int dial(struct call *call)
{
    world_do(&call->world, 0, do_dial, call);
    if (call->opened == 0) {
        world_wait(&call->world);
    }
    return call->opened == 0 ? call->err : call->opened;
}

static void it_connects_to_an_address_or_a_name(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"}; /* which may be ::1, too */

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct fake_redis server;
        struct call call;

        fake_redis_open(&server);
        call_init(&call, hosts[i], server.port);
        assert_int_equal(dial(&call), 0);
        fake_redis_accept(&server);
        fake_redis_expect_end(&server);
        world_stop(&call.world);
        fake_redis_close(&server);
        assert_int_equal(call.n_calls, 1);
    }
}

static void where_nobody_listens_is_an_error(void **state)
{
    struct fake_redis server;
    struct call call;

    (void)state;
    fake_redis_open(&server);
    fake_redis_refuse(&server);
    call_init(&call, "localhost", server.port);
    assert_int_equal(dial(&call), -ECONNREFUSED);
    world_stop(&call.world);
    fake_redis_close(&server);
    assert_int_equal(call.n_calls, 1);
}

static void a_name_that_nobody_knows_is_an_error(void **state)
{
    struct call call;
    char name[80];

    (void)state;
    memset(name, 'n', sizeof(name)); /* over the 63 of a label: no name server needs to be asked */
    name[sizeof(name) - 1] = '\0';
    call_init(&call, name, 1);
    assert_int_equal(dial(&call), SAILS_ENOENT);
    world_stop(&call.world);
}

static void do_cancel(struct world *world, struct worker *worker, void *arg)
{
    struct call *call = arg;

    (void)world;
    (void)worker;
    if (call->n_calls == 0) {
        dial_cancel(call->dial);
    }
}

/* At once; or at whatever stage the worker has reached by the next mail. */
static void who_cancels_hears_nothing(void **state)
{
    struct fake_redis server;

    (void)state;
    fake_redis_open(&server);
    for (int i = 0; i < 20; i++) {
        struct call call;
        int n_calls = 0;

        call_init(&call, "127.0.0.1", server.port);
        call.cancels = i % 2 == 0;
        world_do(&call.world, 0, do_dial, &call);
        if (!call.cancels) {
            world_do(&call.world, 0, do_cancel, &call);
            n_calls = call.n_calls;
        }
        world_stop(&call.world);
        assert_int_equal(call.n_calls, n_calls);
    }
    fake_redis_close(&server);
}

static void each_allocation_may_fail(void **state)
{
    struct fake_redis server;
    int rc = SAILS_ENOMEM;

    (void)state;
    fake_redis_open(&server);
    for (long n = 0; rc != 0; n++) {
        struct call call;

        call_init(&call, "127.0.0.1", server.port);
        call.fail_after = n;
        rc = dial(&call);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
        world_stop(&call.world);
    }
    fake_redis_close(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_connects_to_an_address_or_a_name),
        cmocka_unit_test(where_nobody_listens_is_an_error),
        cmocka_unit_test(a_name_that_nobody_knows_is_an_error),
        cmocka_unit_test(who_cancels_hears_nothing),
        cmocka_unit_test(each_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
