#include "load/run.h"

#include <stdlib.h>
#include <time.h>

enum {
    SECOND_NS = 1000000000
};

static struct measure take(const struct run *run)
{
    return measure_take(run->options->pids, run->options->n_pids);
}

static double own_cpu_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

void run_begin_phase(struct run *run, uint64_t goal)
{
    run->goal = goal;
    run->issued = run->settled = run->units = 0;
    run->began = take(run);
    run->generator_us -= own_cpu_us();
    run->began_ns = run->progress_ns = base_now_ns();
}

void run_end_phase(struct run *run)
{
    struct measure now = take(run);
    struct measure used = measure_between(&run->began, &now);

    run->seconds += (double)(run->progress_ns - run->began_ns) / SECOND_NS;
    run->generator_us += own_cpu_us();
    measure_add(&run->used, &used);
    run->end = now;
}

void run_forget_phase(struct run *run)
{
    run->latency = (struct histogram){0};
    run->seconds = run->generator_us = 0;
    run->used = (struct measure){0};
}

void run_count(struct run *run, uint64_t due_ns)
{
    uint64_t now = base_now_ns();

    histogram_add(&run->latency, now > due_ns ? now - due_ns : 0);
    run->progress_ns = now;
    run->units++;
}

uint64_t run_due_ns(const struct run *run, uint64_t n)
{
    uint64_t rate = run->options->rate;

    return run->began_ns + n / rate * SECOND_NS + n % rate * SECOND_NS / rate;
}

uint64_t run_wait_ns(const struct run *run, uint64_t due_ns)
{
    uint64_t now = base_now_ns();

    if (run->options->rate == 0) {
        return SECOND_NS;
    }
    return due_ns > now ? due_ns - now : 0;
}

bool run_is_stalled(const struct run *run)
{
    return base_now_ns() - run->progress_ns > run->options->patience_s * SECOND_NS;
}

void run_perform(struct run *run, const struct options *options)
{
    *run = (struct run){.options = options};
    run->before = take(run);
    switch (options->scenario->kind) {
    case SCENARIO_CONNECTIONS:
        connections_perform(run);
        break;
    case SCENARIO_QUESTIONS:
        questions_perform(run);
        break;
    case SCENARIO_PUBLICATIONS:
        publications_perform(run);
        break;
    }
}

void run_deinit(struct run *run)
{
    engine_deinit(&run->engine);
    free(run->orders);
}

bool run_is_in_order(const struct run *run)
{
    const struct order_faults *faults = &run->faults;

    return faults->lost == 0 && faults->duplicated == 0 && faults->reordered == 0 &&
           run->damaged == 0 && run->engine.n_closed == run->slow_closed;
}
