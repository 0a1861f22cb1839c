#include "load/histogram.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static const uint64_t value_max = (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1;

/* How far a value is shifted until it has HISTOGRAM_EXACT_BITS bits. */
static unsigned shift_of(uint64_t value)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);

    return bits > HISTOGRAM_EXACT_BITS ? bits - HISTOGRAM_EXACT_BITS : 0;
}

static size_t class_of(uint64_t value)
{
    unsigned shift = shift_of(value);

    return (size_t)shift * HISTOGRAM_HALF + (size_t)(value >> shift);
}

/* The largest value of a class. */
static uint64_t end_of(size_t class)
{
    size_t shift = class < 2 * HISTOGRAM_HALF ? 0 : class / HISTOGRAM_HALF - 1;
    uint64_t top = class - shift * HISTOGRAM_HALF;

    return ((top + 1) << shift) - 1;
}

void histogram_add_times(struct histogram *histogram, uint64_t value, uint64_t times)
{
    if (times == 0) {
        return;
    }
    value = value < value_max ? value : value_max;
    assert(class_of(value) < HISTOGRAM_CLASSES);
    histogram->counts[class_of(value)] += times;
    if (histogram->n == 0 || value < histogram->min) {
        histogram->min = value;
    }
    if (value > histogram->max) {
        histogram->max = value;
    }
    histogram->n += times;
    histogram->sum += (double)value * (double)times;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram_add_times(histogram, value, 1);
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
    double wanted = ceil((double)histogram->n * percent / 100 - 1e-6);
    uint64_t seen = 0;

    for (size_t i = 0; i < HISTOGRAM_CLASSES; i++) {
        seen += histogram->counts[i];
        if (seen > 0 && (double)seen >= wanted) {
            return end_of(i) < histogram->max ? end_of(i) : histogram->max;
        }
    }
    return histogram->max;
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->n > 0 ? histogram->sum / (double)histogram->n : 0;
}

void histogram_correct(struct histogram *to, const struct histogram *from, uint64_t interval)
{
    *to = (struct histogram){0};
    for (size_t i = 0; i < HISTOGRAM_CLASSES; i++) {
        uint64_t times = from->counts[i];
        uint64_t value = end_of(i) < from->max ? end_of(i) : from->max;

        histogram_add_times(to, value, times);
        if (times == 0 || interval == 0) {
            continue;
        }
        while (value >= 2 * interval) {
            value -= interval;
            histogram_add_times(to, value, times);
        }
    }
}
