/*
 * histogram.h - how long things took: counts by size class, as in HdrHistogram.
 *
 * Values below 256 have a class each, above it each doubling has 128, so that a percentile is at most 0.8 % off,
 * whatever its size. (The library in C of that name is in no Debian 12.)
 */
#ifndef BENCH_LOAD_HISTOGRAM_H
#define BENCH_LOAD_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_EXACT_BITS = 8,
    HISTOGRAM_VALUE_BITS = 42, /* nanoseconds: 73 minutes; longer counts as that */
    HISTOGRAM_HALF = 1 << (HISTOGRAM_EXACT_BITS - 1),
    HISTOGRAM_CLASSES =
        2 * HISTOGRAM_HALF + (HISTOGRAM_VALUE_BITS - HISTOGRAM_EXACT_BITS) * HISTOGRAM_HALF
};

struct histogram {
    uint64_t counts[HISTOGRAM_CLASSES];
    uint64_t n, min, max;
    double sum;
};

/* {0} is empty. */
void histogram_add(struct histogram *histogram, uint64_t value);
void histogram_add_times(struct histogram *histogram, uint64_t value, uint64_t times);

/* The value that `percent` of all do not exceed; 0 of none. */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);
double histogram_mean(const struct histogram *histogram);

/*
 * What would have been seen had somebody asked every `interval`, though an answer was late: who waits for an answer
 * of a second and only then asks again has seen one slow answer, and omitted those that would have been slow, too.
 * To each value above the interval come value - interval, value - 2 * interval ... (Gil Tene, "coordinated omission").
 */
void histogram_correct(struct histogram *to, const struct histogram *from, uint64_t interval);

#endif
