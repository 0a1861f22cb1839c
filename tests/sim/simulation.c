/*
 * simulation.c - runs of the whole server by their seeds.
 *
 *     simulation FIRST [COUNT]     those seeds, in silence
 *     simulation -v SEED           one of them, telling what happens
 *
 * A run that complains is told with its seed, which is all that it takes to see it again.
 */
#include "sim/simulation.h"

#include "base/mem.h"

#include <inttypes.h>
#include <signal.h>

void simulation_trace(const struct simulation *sim, const char *format, ...)
{
    va_list args;

    if (!sim->is_verbose) {
        return;
    }
    printf("%8llu ", (unsigned long long)sim->world.now_ms);
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    printf("\n");
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

/* Whether all is well. */
static bool run(struct simulation *sim, uint64_t seed, bool is_verbose)
{
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
    return !oracle_complains(&sim->oracle);
}

static struct simulation sim;

/* An assertion has failed, or a sanitizer has seen something. */
static void on_abort(int signal)
{
    (void)signal;
    printf("seed %" PRIu64 ", after %" PRIu64 " steps: aborted\n", sim.seed, sim.world.n_steps);
    (void)fflush(stdout);
}

/* What a sanitizer is to do where the environment does not say otherwise. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1:detect_leaks=0"; /* mem_live() tells of leaks */
}

int main(int argc, char **argv)
{
    bool is_verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    char **numbers = argv + (is_verbose ? 2 : 1);
    int n_numbers = argc - (is_verbose ? 2 : 1);
    uint64_t first = n_numbers > 0 ? strtoull(numbers[0], NULL, 10) : 1;
    uint64_t count = n_numbers > 1 ? strtoull(numbers[1], NULL, 10) : 1;
    uint64_t n_bad = 0;

    json_set_alloc_funcs(mem_alloc, mem_free);
    (void)signal(SIGABRT, on_abort);
    for (uint64_t i = 0; i < count; i++) {
        if (!run(&sim, first + i, is_verbose)) {
            n_bad++;
            printf("seed %" PRIu64 ", after %" PRIu64 " steps: %s\n", first + i, sim.world.n_steps,
                   sim.oracle.complaint);
        }
    }
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", count - n_bad, n_bad);
    return n_bad > 0 ? 1 : 0;
}
