/*
 * sim_pool.h - workers without threads: all of a pool in the test's own, on a clock that only moves when
 * told to.
 *
 * A turn is the unit: what a worker does in one, nobody sees half of. The test (or chance) says whose
 * turn it is, so every order in which mail can be taken can happen. What is called outside of a turn is
 * called by "some other thread", as far as the code under test can tell.
 */
#ifndef SUPPORT_SIM_POOL_H
#define SUPPORT_SIM_POOL_H

#include "base/worker.h"
#include "support/chance.h"

struct sim_worker {
    struct worker worker;
    struct mail *first; /* oldest */
    struct mail *last;
};

struct sim_pool {
    struct worker_pool pool;
    struct machine machine;
    struct chance chance; /* what the code under test takes for unpredictable */
    uint64_t now_ms;
    uint64_t unix_ms;
    struct sim_worker *workers;
    /* The rest of each turn: links. NULL: there is none. */
    void (*in_turn)(struct worker *worker, void *ctx);
    void *in_turn_ctx;
};

/* 1 to WORKERS_MAX workers, which are running. */
void sim_pool_init(struct sim_pool *p, unsigned n_workers, uint64_t seed);

/* All stop; mail that is left is delivered, as a real pool does, and the memory freed. */
void sim_pool_deinit(struct sim_pool *p);

/* No worker is running any more: mail is delivered, and has no effect. */
void sim_pool_stop(struct sim_pool *p);

/* worker_pool_ops.post. */
void sim_pool_post(struct worker *worker, struct mail *mail);

/* Whether that worker has mail, or a deadline that is due. */
bool sim_pool_has_work(const struct sim_pool *p, unsigned worker);

/* One turn: the mail that is there now, then the deadlines that are due. */
void sim_pool_turn(struct sim_pool *p, unsigned worker);

/* Turns of all workers, one after the other, until there is no mail and nothing is due. */
void sim_pool_run(struct sim_pool *p);

/* Lets time pass, from deadline to deadline. */
void sim_pool_advance(struct sim_pool *p, uint64_t ms);

/* When the next deadline of any worker is due; DEADLINE_NEVER. */
uint64_t sim_pool_next_ms(const struct sim_pool *p);

/* Calls `call` in a turn of that worker. */
void sim_pool_call(struct sim_pool *p, unsigned worker, void (*call)(void *ctx), void *ctx);

#endif
