/*
 * live_sim.h - for live_app.h: an app in a simulated world, in which the test is "some other thread".
 */
#ifndef SIM_LIVE_SIM_H
#define SIM_LIVE_SIM_H

#include "sim/sim_tcp_client.h"

#include <sails/sails.h>

struct live_host {
    struct sim_world world;
};

static inline void live_host_init(struct live_host *host)
{
    sim_world_init(&host->world, 1);
    sim_tcp_client_use(&host->world);
}

/* After its app. */
static inline void live_host_deinit(struct live_host *host)
{
    sim_tcp_client_use(NULL);
    sim_world_deinit(&host->world);
}

static inline sails_app *live_host_create_app(struct live_host *host)
{
    return app_create_in(&host->world.app_world);
}

static inline void live_notify(void)
{
}

static inline bool live_wait(bool (*is_true)(void *ctx), void *ctx)
{
    return sim_tcp_client_wait(is_true, ctx);
}

struct live_errand {
    void *(*run)(void *arg);
    void *arg;
};

static inline void live_run_errand(void *ctx)
{
    struct live_errand errand = *(struct live_errand *)ctx;

    mem_free(ctx);
    (void)errand.run(errand.arg);
}

/* Some other thread of the program does that, in a moment. */
static inline void live_elsewhere(void *(*run)(void *arg), void *arg)
{
    struct live_errand *errand = sim_world_alloc(sizeof(*errand));

    *errand = (struct live_errand){run, arg};
    sim_world_later(sim_tcp_client_world(), 1, live_run_errand, errand);
}

#endif
