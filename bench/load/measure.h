/*
 * measure.h - what a server uses, as the kernel tells it of processes.
 */
#ifndef BENCH_LOAD_MEASURE_H
#define BENCH_LOAD_MEASURE_H

#include <stddef.h>
#include <sys/types.h>

struct measure {
    double cpu_us;    /* user and system, all threads, from the scheduler's own count */
    double ticks[2];  /* user and system as clock ticks, coarse: good for their shares alone */
    long rss_kib;     /* resident memory now */
    long sockets_kib; /* the kernel's buffers of TCP, of the whole machine */
    long slab_kib;    /* the kernel's own structures, of the whole machine */
};

/* The sum of these processes; one that is not there ends the program. None: only what is the machine's. */
struct measure measure_take(const pid_t *pids, size_t n);

/* What was used between two; of memory what there is more. */
struct measure measure_between(const struct measure *before, const struct measure *after);
void measure_add(struct measure *to, const struct measure *more);

/* The part of the CPU time that was the kernel's, 0 to 1. */
double measure_kernel_share(const struct measure *used);

#endif
