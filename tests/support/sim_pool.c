#include "support/sim_pool.h"

#include "base/macros.h"
#include "base/mem.h"

#include <stdlib.h>

void sim_pool_post(struct worker *worker, struct mail *mail)
{
    struct sim_worker *w = container_of(worker, struct sim_worker, worker);

    mail->next = NULL;
    if (w->last != NULL) {
        w->last->next = mail;
    } else {
        w->first = mail;
    }
    w->last = mail;
}

static const struct worker_pool_ops sim_pool_ops = {
    .post = sim_pool_post,
};

static uint64_t unix_ms(void *ctx)
{
    const struct sim_pool *p = ctx;

    return p->unix_ms;
}

static void fill(void *ctx, void *out, size_t len)
{
    struct sim_pool *p = ctx;

    chance_fill(&p->chance, out, len);
}

static void init_worker(struct sim_pool *p, unsigned i)
{
    struct worker *worker = &p->workers[i].worker;

    p->workers[i] = (struct sim_worker){.first = NULL};
    worker->pool = &p->pool;
    worker->index = i;
    worker->env = (struct env){
        .worker = i,
        .now_ms = p->now_ms,
        .unix_ms = p->unix_ms,
        .random = fill,
        .random_ctx = p,
    };
    deadline_set_init(&worker->env.deadlines);
    chance_fill(&p->chance, &worker->env.hash_key, sizeof(worker->env.hash_key));
    atomic_init(&worker->is_running, true);
    p->pool.workers[i] = worker;
}

void sim_pool_init(struct sim_pool *p, unsigned n_workers, uint64_t seed)
{
    *p = (struct sim_pool){.now_ms = 1000, .unix_ms = UINT64_C(1767225600000)};
    chance_init(&p->chance, seed);
    p->machine = (struct machine){.unix_ms = unix_ms, .random = fill, .ctx = p};
    p->pool.ops = &sim_pool_ops;
    p->pool.machine = &p->machine;
    p->pool.count = n_workers;
    p->workers = mem_calloc(n_workers, sizeof(struct sim_worker));
    if (p->workers == NULL) {
        abort();
    }
    for (unsigned i = 0; i < n_workers; i++) {
        init_worker(p, i);
    }
}

void sim_pool_stop(struct sim_pool *p)
{
    for (unsigned i = 0; i < p->pool.count; i++) {
        atomic_store(&p->workers[i].worker.is_running, false);
    }
}

static struct worker *enter(struct sim_pool *p, unsigned i, struct worker_scope *scope)
{
    struct worker *worker = &p->workers[i].worker;

    worker_enter(scope, worker);
    worker->env.now_ms = p->now_ms;
    worker->env.unix_ms = p->unix_ms;
    return worker;
}

static void deliver(struct sim_worker *w)
{
    struct mail *mail = w->first;

    w->first = w->last = NULL;
    while (mail != NULL) {
        struct mail *next = mail->next;

        mail->deliver(&w->worker, mail);
        mail = next;
    }
}

void sim_pool_turn(struct sim_pool *p, unsigned i)
{
    struct worker_scope scope;
    struct worker *worker = enter(p, i, &scope);

    deliver(&p->workers[i]);
    deadlines_run(&worker->env.deadlines, p->now_ms);
    if (p->in_turn != NULL) {
        p->in_turn(worker, p->in_turn_ctx);
    }
    worker_leave(&scope);
}

void sim_pool_call(struct sim_pool *p, unsigned i, void (*call)(void *ctx), void *ctx)
{
    struct worker_scope scope;

    enter(p, i, &scope);
    call(ctx);
    worker_leave(&scope);
}

bool sim_pool_has_work(const struct sim_pool *p, unsigned i)
{
    return p->workers[i].first != NULL ||
           deadlines_next(&p->workers[i].worker.env.deadlines) <= p->now_ms;
}

void sim_pool_run(struct sim_pool *p)
{
    bool had_work = true;

    while (had_work) {
        had_work = false;
        for (unsigned i = 0; i < p->pool.count; i++) {
            if (sim_pool_has_work(p, i)) {
                had_work = true;
                sim_pool_turn(p, i);
            }
        }
    }
}

uint64_t sim_pool_next_ms(const struct sim_pool *p)
{
    uint64_t first = DEADLINE_NEVER;

    for (unsigned i = 0; i < p->pool.count; i++) {
        uint64_t next = deadlines_next(&p->workers[i].worker.env.deadlines);

        first = next < first ? next : first;
    }
    return first;
}

void sim_pool_advance(struct sim_pool *p, uint64_t ms)
{
    uint64_t end = p->now_ms + ms;

    sim_pool_run(p);
    while (p->now_ms < end) {
        uint64_t next = sim_pool_next_ms(p);
        uint64_t to = next < end ? next : end;

        if (to > p->now_ms) {
            p->unix_ms += to - p->now_ms;
            p->now_ms = to;
        }
        sim_pool_run(p);
    }
}

void sim_pool_deinit(struct sim_pool *p)
{
    sim_pool_stop(p);
    sim_pool_run(p);
    mem_free(p->workers);
}
