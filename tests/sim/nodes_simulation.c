/*
 * nodes_simulation.c - runs of several nodes by their seeds.
 *
 *     nodes_simulation FIRST [COUNT]     those seeds, in silence
 *     nodes_simulation -v SEED           one of them, telling what happens
 */
#include "sim/nodes_simulation.h"

#include "base/mem.h"
#include "sim/runs.h"

void nodes_trace(const struct nodes_simulation *sim, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (sim->is_verbose) {
        sim_trace(sim->world.now_ms, format, args);
    }
    va_end(args);
}

uint64_t nodes_below(struct nodes_simulation *sim, uint64_t n)
{
    return chance_below(&sim->chance, n);
}

bool nodes_is(struct nodes_simulation *sim, unsigned percent)
{
    return chance_is(&sim->chance, percent);
}

static struct nodes_simulation sim;

static void end(void)
{
    nodes_trace(&sim, "-- that is all: %s",
                promises_complains(&sim.promises) ? sim.promises.complaint : "well");
    for (size_t i = 0; i < NODES_CAST; i++) {
        wire_close(&sim.cast[i].wire, false);
    }
    for (size_t i = 0; i < sim.n_nodes; i++) {
        play_lower(&sim.nodes[i]);
    }
    sim_broker_deinit(&sim.broker);
    sim_world_deinit(&sim.world);
}

static const char *run(uint64_t seed, bool is_verbose)
{
    long live = mem_live();

    memset(&sim, 0, sizeof(sim));
    sim.is_verbose = is_verbose;
    sim.mode = (enum nodes_mode)(seed % MODES);
    chance_init(&sim.chance, ~seed);
    sim_world_init(&sim.world, seed);
    sim_broker_init(&sim.broker, &sim.world);
    nodes_story(&sim);
    end();
    if (mem_live() != live) {
        promises_complain(&sim.promises, "%ld pieces of memory were never freed",
                          mem_live() - live);
    }
    return sim.promises.complaint;
}

static uint64_t count_steps(void)
{
    return sim.world.n_steps;
}

int main(int argc, char **argv)
{
    return sim_runs(argc, argv, run, count_steps);
}
