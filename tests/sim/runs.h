/*
 * runs.h - the main() of simulations: runs by their seeds.
 *
 *     PROGRAM FIRST [COUNT]     those seeds, in silence
 *     PROGRAM -v SEED           one of them, telling what happens
 *
 * A run that complains is told with its seed, which is all that it takes to see it again.
 */
#ifndef SIM_RUNS_H
#define SIM_RUNS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* Runs one seed. What it complains of, "": of nothing. */
typedef const char *(*sim_run)(uint64_t seed, bool is_verbose);

/* A line of what a run tells, with the time by its clock. */
void sim_trace(uint64_t now_ms, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* `count_steps`: of the run that is running, for when it is aborted. The status of the program. */
int sim_runs(int argc, char **argv, sim_run run, uint64_t (*count_steps)(void));

#endif
