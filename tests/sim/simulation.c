/*
 * simulation.c - runs of the whole server by their seeds: see runs.h.
 */
#include "sim/simulation.h"

#include "base/mem.h"
#include "sim/runs.h"

void simulation_trace(const struct simulation *sim, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (sim->is_verbose) {
        sim_trace(sim->world.now_ms, format, args);
    }
    va_end(args);
}

static void end(struct simulation *sim)
{
    simulation_trace(sim, "-- that is all: %s",
                     oracle_complains(&sim->oracle) ? sim->oracle.complaint : "well");
    sim->is_lowering = true;
    sails_app_destroy(sim->app);
    cast_end(sim);
    sim_world_deinit(&sim->world);
    oracle_deinit(&sim->oracle);
}

static struct simulation the_simulation;

static const char *run(uint64_t seed, bool is_verbose)
{
    struct simulation *sim = &the_simulation;
    long live = mem_live();

    memset(sim, 0, sizeof(*sim));
    sim->seed = seed;
    sim->is_verbose = is_verbose;
    chance_init(&sim->chance, ~seed);
    sim_world_init(&sim->world, seed);
    oracle_init(&sim->oracle, 1);
    cast_init(sim);
    play_begin(sim);
    sim->oracle.n_workers = sim->n_workers;
    if (!oracle_complains(&sim->oracle)) {
        story_tell(sim);
    }
    if (!oracle_complains(&sim->oracle)) {
        cast_check(sim);
        inside_check(sim);
    }
    end(sim);
    if (mem_live() != live) {
        oracle_complain(&sim->oracle, "%ld pieces of memory were never freed", mem_live() - live);
    }
    return sim->oracle.complaint;
}

static uint64_t count_steps(void)
{
    return the_simulation.world.n_steps;
}

int main(int argc, char **argv)
{
    return sim_runs(argc, argv, run, count_steps);
}
