/*
 * run.h - one measurement: its clients, what has been counted, and the time between the first and the last.
 *
 * A scenario has a file (connections.c, questions.c, publications.c) and does its work between run_begin_phase() and
 * run_end_phase(), once to warm up and once for the measurement.
 */
#ifndef BENCH_LOAD_RUN_H
#define BENCH_LOAD_RUN_H

#include "load/engine.h"
#include "load/histogram.h"
#include "load/measure.h"
#include "load/order.h"
#include "load/scenario.h"

struct run {
    const struct options *options;
    struct engine engine;

    /* Of the present phase. */
    uint64_t goal;    /* questions or publications */
    uint64_t issued;  /* of these, sent */
    uint64_t settled; /* of these, answered, or known to be lost */
    uint64_t units;   /* what has come */
    uint64_t began_ns;
    uint64_t progress_ns; /* when the last unit came */
    struct measure began;

    /* Of the measurement. */
    struct histogram latency;
    double seconds;
    struct measure used;
    struct measure before;    /* any connection */
    struct measure connected; /* all of them */
    struct measure end;
    double generator_us;

    /* Of all phases. */
    struct order *orders;
    size_t n_orders;
    struct order_faults faults;
    uint64_t damaged;     /* not as it was sent, or from nowhere */
    uint64_t slow_closed; /* connections that read slowly and were closed for it */
};

void run_begin_phase(struct run *run, uint64_t goal);

/* What the server used and how long it took belong to the measurement; a phase may have several parts. */
void run_end_phase(struct run *run);
void run_forget_phase(struct run *run); /* it was the warm-up */

/* One unit has come, `due_ns` is when it was sent or was to be. */
void run_count(struct run *run, uint64_t due_ns);

/* When number `n` of a phase with a rate is due; and how long to wait for it. */
uint64_t run_due_ns(const struct run *run, uint64_t n);
uint64_t run_wait_ns(const struct run *run, uint64_t due_ns);

/* Nothing has come for so long that nothing will. */
bool run_is_stalled(const struct run *run);

/* The scenarios: connects, warms up, measures. */
void connections_perform(struct run *run);
void questions_perform(struct run *run);
void publications_perform(struct run *run);

/* Everything from the options to the numbers. */
void run_perform(struct run *run, const struct options *options);
void run_deinit(struct run *run);

/* Whether all has come, once and in order. */
bool run_is_in_order(const struct run *run);

#endif
