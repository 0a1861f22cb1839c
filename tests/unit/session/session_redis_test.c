#include "session/session_redis.h"

#include "support/fake_redis.h"
#include "support/lines.h"
#include "unit/net/world.h"

/*
 * The store on a worker, and the test as the Redis server. What the store says comes to the one
 * `call` that is open.
 */
struct bench {
    struct fake_redis fake;
    struct world world;
    struct session_redis_options options;
    struct log log;
    struct session_redis *redis;
    struct lines lines; /* of the log */
};

enum operation {
    LOAD,
    SAVE,
    TOUCH,
    DESTROY
};

struct call {
    struct bench *bench;
    enum operation operation;
    const char *session; /* of SAVE, as JSON */
    uint64_t ttl_ms;
    long fail_after; /* allocations; 0: none fails, else one more */
    int n_told;
    int status;
    char loaded[200]; /* JSON */
    sem_t told;
};

static void do_start(struct world *world, struct worker *worker, void *arg)
{
    struct bench *bench = arg;

    (void)world;
    must(session_redis_start(bench->redis, worker) == 0);
}

static void do_stop(struct world *world, struct worker *worker, void *arg)
{
    struct bench *bench = arg;

    (void)world;
    session_redis_stop(bench->redis, worker);
    session_redis_stop(bench->redis, worker); /* harmless */
}

static void bench_init(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    fake_redis_open(&bench->fake);
    world_init(&bench->world);
    world_start(&bench->world);
    lines_init(&bench->lines);
    bench->log = (struct log){.level = LOG_SILLY, .write = lines_log, .ctx = &bench->lines};
    bench->options.redis = redis_default_options;
    bench->options.redis.port = bench->fake.port;
    bench->options.redis.log = &bench->log;
    bench->options.redis.retry_ms = 1;
}

/* The server lets it in, unless it does not listen. */
static void bench_start(struct bench *bench)
{
    assert_int_equal(session_redis_create(&bench->options, &bench->redis), 0);
    world_do(&bench->world, 0, do_start, bench);
    if (bench->fake.listener >= 0) {
        fake_redis_welcome(&bench->fake);
    }
}

static void bench_deinit(struct bench *bench)
{
    world_do(&bench->world, 0, do_stop, bench);
    world_stop(&bench->world);
    session_redis_destroy(bench->redis);
    fake_redis_close(&bench->fake);
    (void)sem_destroy(&bench->lines.said);
}

/* ---- calls ---- */

static void on_done(int status, void *ctx)
{
    struct call *call = ctx;

    call->n_told++;
    call->status = status;
    (void)sem_post(&call->told);
}

static void on_loaded(int status, json_t *session, void *ctx)
{
    struct call *call = ctx;

    must((status == 0) == (session != NULL));
    if (session != NULL) {
        size_t len = json_dumpb(session, call->loaded, sizeof(call->loaded) - 1, JSON_COMPACT);

        must(len < sizeof(call->loaded));
        call->loaded[len] = '\0';
        json_decref(session);
    }
    on_done(status, call);
}

static void run_call(struct call *call)
{
    struct sails_session_store store = session_redis_store(call->bench->redis);
    json_t *session = NULL;

    switch (call->operation) {
    case LOAD:
        store.load(store.store, "a-b_c", on_loaded, call);
        break;
    case SAVE:
        session = json_loads(call->session, JSON_DECODE_ANY, NULL);
        mem_fail_after(call->fail_after - 1);
        store.save(store.store, "a-b_c", session, call->ttl_ms, on_done, call);
        break;
    case TOUCH:
        store.touch(store.store, "a-b_c", call->ttl_ms, on_done, call);
        break;
    case DESTROY:
        store.destroy(store.store, "a-b_c", on_done, call);
        break;
    }
}

static void do_call(struct world *world, struct worker *worker, void *arg)
{
    struct call *call = arg;

    (void)world;
    (void)worker;
    mem_fail_after(call->fail_after - 1);
    run_call(call);
    mem_fail_after(-1);
}

static void begin(struct bench *bench, struct call *call)
{
    call->bench = bench;
    assert_int_equal(sem_init(&call->told, 0, 0), 0);
    world_do(&bench->world, 0, do_call, call);
}

static void expect(struct call *call, int status)
{
    lines_wait(&call->told);
    assert_int_equal(call->status, status);
    assert_int_equal(call->n_told, 1);
}

/* ---- the four functions ---- */

/* sails-sockets 4.2: key "sess:" + id, value the JSON, time 86400 s or the cookie's. */
static void sessions_are_kept_as_sails_in_node_keeps_them(void **state)
{
    static const char session[] =
        "{\"cookie\":{\"originalMaxAge\":null,\"expires\":null,\"httpOnly\":true,\"path\":\"/\"},"
        "\"name\":\"\u00c5sa\",\"n\":0.1}";
    struct bench bench;
    struct call save = {.operation = SAVE, .session = session, .ttl_ms = SAILS_SESSION_TTL_MS};
    struct call load = {.operation = LOAD};
    struct call touch = {.operation = TOUCH, .ttl_ms = 60000};
    struct call destroy = {.operation = DESTROY};
    char want[300];

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &save);
    (void)snprintf(want, sizeof(want), "SET sess:a-b_c %s PX 86400000", session);
    fake_redis_expect(&bench.fake, want);
    fake_redis_say(&bench.fake, "+OK\r\n");
    expect(&save, 0);
    begin(&bench, &load);
    fake_redis_expect(&bench.fake, "GET sess:a-b_c");
    fake_redis_say(&bench.fake, "$10\r\n{\"n\": [1]}\r\n");
    expect(&load, 0);
    assert_string_equal(load.loaded, "{\"n\":[1]}");
    begin(&bench, &touch);
    fake_redis_expect(&bench.fake, "PEXPIRE sess:a-b_c 60000");
    fake_redis_say(&bench.fake, ":1\r\n");
    expect(&touch, 0);
    begin(&bench, &destroy);
    fake_redis_expect(&bench.fake, "DEL sess:a-b_c");
    fake_redis_say(&bench.fake, ":1\r\n");
    expect(&destroy, 0);
    bench_deinit(&bench);
}

static void what_is_not_there_is_told(void **state)
{
    struct bench bench;
    struct call load = {.operation = LOAD};
    struct call touch = {.operation = TOUCH, .ttl_ms = 1};
    struct call destroy = {.operation = DESTROY};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &load);
    begin(&bench, &touch);
    begin(&bench, &destroy);
    fake_redis_say(&bench.fake, "$-1\r\n:0\r\n:0\r\n");
    expect(&load, SAILS_ENOENT);
    expect(&touch, SAILS_ENOENT);
    expect(&destroy, 0);
    bench_deinit(&bench);
}

static void a_value_that_is_no_session_is_none(void **state)
{
    static const char *const values[] = {
        "$0\r\n\r\n",     "$9\r\n{\"secret\"\r\n", "$8\r\n[secret]\r\n",
        "$4\r\nnull\r\n", "$8\r\n\"secret\"\r\n",  "$3\r\n{}x\r\n",
    };
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct call load = {.operation = LOAD};
        const char *line = NULL;

        begin(&bench, &load);
        fake_redis_say(&bench.fake, values[i]);
        expect(&load, SAILS_ENOENT);
        line = lines_next(&bench.lines);
        assert_non_null(strstr(line, "is no session"));
        assert_null(strstr(line, "secret"));
    }
    bench_deinit(&bench);
}

static void only_an_object_is_saved(void **state)
{
    struct bench bench;
    struct call save = {.operation = SAVE, .session = "[1]", .ttl_ms = 1};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &save);
    expect(&save, SAILS_EINVAL);
    bench_deinit(&bench);
}

/* app-config-cli 5.10: prefix, ttl. */
static void prefix_and_time_can_be_set(void **state)
{
    struct bench bench;
    struct call save = {.operation = SAVE, .session = "{}", .ttl_ms = 5};
    struct call touch = {.operation = TOUCH, .ttl_ms = 5};

    (void)state;
    bench_init(&bench);
    bench.options.prefix = "shop:";
    bench.options.ttl_ms = 7000;
    bench_start(&bench);
    begin(&bench, &save);
    fake_redis_expect(&bench.fake, "SET shop:a-b_c {} PX 7000");
    begin(&bench, &touch);
    fake_redis_expect(&bench.fake, "PEXPIRE shop:a-b_c 7000");
    fake_redis_say(&bench.fake, "+OK\r\n:1\r\n");
    expect(&save, 0);
    expect(&touch, 0);
    bench_deinit(&bench);
}

/* Far in the future, in the past, and what is no date. */
static void a_session_ends_with_its_cookie(void **state)
{
    static const struct {
        const char *expires;
        const char *ms; /* begins with it */
    } cases[] = {
        {"9999-12-31T23:59:59.999Z", "2"},
        {"2001-01-01T00:00:00.000Z", "1"},
        {"2001-01-01", "5000"},
        {"2001-01-01T00:00:00.xyzZ", "5000"},
        {"2001-01-01T00:00:00.000+01", "5000"},
        {"soon", "5000"},
    };
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char session[100];
        char want[160];
        struct call save = {.operation = SAVE, .session = session, .ttl_ms = 5000};

        (void)snprintf(session, sizeof(session), "{\"cookie\":{\"expires\":\"%s\"}}",
                       cases[i].expires);
        (void)snprintf(want, sizeof(want), "SET sess:a-b_c %s PX %s", session, cases[i].ms);
        begin(&bench, &save);
        if (i == 0) {
            fake_redis_expect_prefix(&bench.fake, want); /* nobody knows when the test runs */
        } else {
            fake_redis_expect(&bench.fake, want);
        }
        fake_redis_say(&bench.fake, "+OK\r\n");
        expect(&save, 0);
    }
    bench_deinit(&bench);
}

/* Redis refuses a time of 0, and one that it cannot add to its clock. */
static void no_time_is_one_that_redis_refuses(void **state)
{
    struct bench bench;
    struct call at_once = {.operation = TOUCH, .ttl_ms = 0};
    struct call never = {.operation = TOUCH, .ttl_ms = UINT64_MAX};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &at_once);
    fake_redis_expect(&bench.fake, "PEXPIRE sess:a-b_c 1");
    begin(&bench, &never);
    fake_redis_expect(&bench.fake, "PEXPIRE sess:a-b_c 2305843009213693951");
    fake_redis_say(&bench.fake, ":1\r\n:1\r\n");
    expect(&at_once, 0);
    expect(&never, 0);
    bench_deinit(&bench);
}

/* ---- Redis is against it, or away ---- */

static void what_redis_refuses_is_an_error_and_logged(void **state)
{
    struct bench bench;
    struct call save = {.operation = SAVE, .session = "{}", .ttl_ms = 5};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &save);
    fake_redis_say(&bench.fake, "-OOM command not allowed\r\n");
    expect(&save, SAILS_EREFUSED);
    lines_expect(&bench.lines, "OOM command");
    bench_deinit(&bench);
}

/* design, section 5: a lost Redis is an error that the application can see, and never a crash. */
static void without_redis_each_function_fails_at_once(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench.options.redis.retry_ms = 600000;
    bench.options.redis.max_retry_ms = 600000;
    fake_redis_refuse(&bench.fake);
    bench_start(&bench);
    lines_expect(&bench.lines, "refused");
    for (int i = LOAD; i <= DESTROY; i++) {
        struct call call = {.operation = (enum operation)i, .session = "{}"};

        begin(&bench, &call);
        expect(&call, SAILS_ECLOSED);
    }
    bench_deinit(&bench);
}

static void a_redis_that_goes_and_comes_back_is_used_again(void **state)
{
    struct bench bench;
    struct call lost = {.operation = LOAD};
    struct call found = {.operation = LOAD};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &lost);
    fake_redis_expect(&bench.fake, "GET sess:a-b_c");
    fake_redis_hang_up(&bench.fake);
    expect(&lost, SAILS_ECLOSED);
    fake_redis_welcome(&bench.fake);
    lines_expect(&bench.lines, "trying again");
    lines_expect(&bench.lines, "is back");
    begin(&bench, &found);
    fake_redis_expect(&bench.fake, "GET sess:a-b_c");
    fake_redis_say(&bench.fake, "$2\r\n{}\r\n");
    expect(&found, 0);
    bench_deinit(&bench);
}

static void stopping_answers_what_is_open(void **state)
{
    struct bench bench;
    struct call load = {.operation = LOAD};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    begin(&bench, &load);
    bench_deinit(&bench);
    assert_int_equal(load.n_told, 1);
    assert_int_equal(load.status, SAILS_ECLOSED);
}

static void a_thread_without_a_connection_is_told(void **state)
{
    struct bench bench;
    struct call load = {.operation = LOAD};

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    load.bench = &bench;
    assert_int_equal(sem_init(&load.told, 0, 0), 0);
    run_call(&load);
    expect(&load, SAILS_ESTATE);
    bench_deinit(&bench);
}

/* ---- memory ---- */

static void each_allocation_may_fail(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench_start(&bench);
    for (int i = LOAD; i <= DESTROY; i++) {
        int status = SAILS_ENOMEM;

        for (long n = 1; status != 0; n++) {
            struct call call = {.operation = (enum operation)i, .session = "{\"a\":[1,\"b\"]}"};

            call.fail_after = n;
            begin(&bench, &call);
            if (call.n_told == 0) {
                fake_redis_say(&bench.fake, i == LOAD ? "$2\r\n{}\r\n" : ":1\r\n");
            }
            lines_wait(&call.told);
            status = call.status;
            assert_true(status == 0 || status == SAILS_ENOMEM);
        }
    }
    bench_deinit(&bench);
}

static void each_allocation_of_creating_may_fail(void **state)
{
    struct session_redis_options options = {.redis = redis_default_options};
    struct session_redis *redis = NULL;
    int rc = SAILS_ENOMEM;

    (void)state;
    options.redis.password = "a password that needs more than the first few bytes of a buffer, "
                             "and then some, so that it has to grow";
    for (long n = 0; rc != 0; n++) {
        mem_fail_after(n);
        rc = session_redis_create(&options, &redis);
        assert_true(rc == 0 || rc == SAILS_ENOMEM);
    }
    mem_fail_after(-1);
    session_redis_destroy(redis);
    session_redis_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_are_kept_as_sails_in_node_keeps_them),
        cmocka_unit_test(what_is_not_there_is_told),
        cmocka_unit_test(a_value_that_is_no_session_is_none),
        cmocka_unit_test(only_an_object_is_saved),
        cmocka_unit_test(prefix_and_time_can_be_set),
        cmocka_unit_test(a_session_ends_with_its_cookie),
        cmocka_unit_test(no_time_is_one_that_redis_refuses),
        cmocka_unit_test(what_redis_refuses_is_an_error_and_logged),
        cmocka_unit_test(without_redis_each_function_fails_at_once),
        cmocka_unit_test(a_redis_that_goes_and_comes_back_is_used_again),
        cmocka_unit_test(stopping_answers_what_is_open),
        cmocka_unit_test(a_thread_without_a_connection_is_told),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_allocation_of_creating_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
