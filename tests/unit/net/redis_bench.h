/*
 * redis_bench.h - a connection to Redis on a worker, and the test as the server.
 *
 * What happens on the worker is told as lines, and by a semaphore in each question.
 */
#ifndef TESTS_UNIT_NET_REDIS_BENCH_H
#define TESTS_UNIT_NET_REDIS_BENCH_H

#include "net/redis.h"
#include "support/fake_redis.h"
#include "support/lines.h"
#include "world.h"

enum {
    FOREVER_MS = 600 * 1000
};

struct bench {
    struct fake_redis fake;
    struct world world;
    struct redis_options options;
    struct log log;
    struct redis *redis; /* the worker's thread only */
    int opened;          /* what redis_open() gave */
    long fail_after;     /* allocations of redis_open(); -1: none fails */

    struct lines lines;   /* of the log */
    struct lines changes; /* their status, as a number */
    struct lines pushes;
};

/* One command and what became of it. */
struct question {
    struct bench *bench;
    const char *command; /* its parts, with a blank between them */
    long fail_after;     /* allocations of redis_command(); 0: none fails, else one more */
    bool closes;         /* redis_close() when it is answered */
    const char *next;    /* another command to send then */
    int rc;              /* what redis_command() gave */
    int status;
    char text[200];
    int n_answers;
    sem_t answered;
};

static UNUSED void on_bench_change(int status, void *ctx)
{
    struct bench *bench = ctx;
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", status);
    lines_say(&bench->changes, text);
}

static UNUSED void expect_change(struct bench *bench, int status)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", status);
    assert_string_equal(lines_next(&bench->changes), text);
}

static UNUSED void bench_init(struct bench *bench)
{
    memset(bench, 0, sizeof(*bench));
    fake_redis_open(&bench->fake);
    world_init(&bench->world);
    bench->log = (struct log){.level = LOG_SILLY, .write = lines_log, .ctx = &bench->lines};
    bench->options = redis_default_options;
    bench->options.port = bench->fake.port;
    bench->options.connect_timeout_ms = FOREVER_MS;
    bench->options.command_timeout_ms = FOREVER_MS;
    bench->options.retry_ms = 1;
    bench->options.max_retry_ms = 2;
    bench->options.on_change = on_bench_change;
    bench->options.ctx = bench;
    bench->options.log = &bench->log;
    bench->fail_after = -1;
    lines_init(&bench->lines);
    lines_init(&bench->changes);
    lines_init(&bench->pushes);
    world_start(&bench->world);
}

static UNUSED void do_open(struct world *world, struct worker *worker, void *arg)
{
    struct bench *bench = arg;

    (void)world;
    mem_fail_after(bench->fail_after);
    bench->opened = redis_open(worker, &bench->options, &bench->redis);
}

static UNUSED int bench_open(struct bench *bench)
{
    world_do(&bench->world, 0, do_open, bench);
    return bench->opened;
}

static UNUSED void do_close(struct world *world, struct worker *worker, void *arg)
{
    struct bench *bench = arg;

    (void)world;
    (void)worker;
    mem_fail_after(-1);
    redis_close(bench->redis);
    bench->redis = NULL;
}

static UNUSED void bench_close(struct bench *bench)
{
    world_do(&bench->world, 0, do_close, bench);
}

static UNUSED void bench_deinit(struct bench *bench)
{
    bench_close(bench);
    world_stop(&bench->world);
    fake_redis_close(&bench->fake);
    (void)sem_destroy(&bench->lines.said);
    (void)sem_destroy(&bench->changes.said);
    (void)sem_destroy(&bench->pushes.said);
}

/* Opens it, and is the server that lets it in. */
static UNUSED void bench_connect(struct bench *bench)
{
    assert_int_equal(bench_open(bench), 0);
    fake_redis_welcome(&bench->fake);
    expect_change(bench, 0);
}

/* ---- questions ---- */

static UNUSED int send_parts(struct redis *redis, const char *command, redis_reply_cb on_reply,
                             void *ctx)
{
    struct str rest = str_from(command);
    struct str argv[8];
    size_t argc = 0;

    while (rest.len > 0 && argc < ARRAY_LEN(argv) && str_take_part(&rest, ' ', &argv[argc])) {
        argc++;
    }
    return redis_command(redis, argv, argc, on_reply, ctx);
}

static UNUSED void on_answer(int status, const struct redis_reply *reply, void *ctx)
{
    struct question *question = ctx;
    struct bench *bench = question->bench;
    const char *next = question->next;

    must((reply != NULL) == (status == 0 || status == SAILS_EREFUSED));
    question->n_answers++;
    question->status = status;
    if (reply != NULL) {
        (void)snprintf(question->text, sizeof(question->text), "%.*s", STR_FMT(reply->text));
    }
    if (question->closes) {
        redis_close(bench->redis);
        bench->redis = NULL;
    }
    if (next != NULL) {
        question->next = NULL;
        question->rc = send_parts(bench->redis, next, on_answer, question);
    }
    (void)sem_post(&question->answered);
}

static UNUSED void do_ask(struct world *world, struct worker *worker, void *arg)
{
    struct question *question = arg;

    (void)world;
    (void)worker;
    if (question->fail_after > 0) {
        mem_fail_after(question->fail_after - 1);
    }
    question->rc = send_parts(question->bench->redis, question->command, on_answer, question);
    mem_fail_after(-1);
}

static UNUSED int ask(struct bench *bench, struct question *question, const char *command)
{
    question->bench = bench;
    question->command = command;
    assert_int_equal(sem_init(&question->answered, 0, 0), 0);
    world_do(&bench->world, 0, do_ask, question);
    return question->rc;
}

static UNUSED void expect_answer(struct question *question, int status, const char *text)
{
    lines_wait(&question->answered);
    assert_int_equal(question->status, status);
    assert_string_equal(question->text, text);
}

#endif
