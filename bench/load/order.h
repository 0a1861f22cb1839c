/*
 * order.h - whether what was numbered 0, 1, 2, ... on its way has come once each and in that order.
 *
 * One for each way: from one sender to one receiver. A number that is passed over counts as lost until it comes; the
 * last 64 numbers are remembered, so that one that comes late is told from one that comes twice.
 */
#ifndef BENCH_LOAD_ORDER_H
#define BENCH_LOAD_ORDER_H

#include <stdint.h>

struct order {
    uint64_t next;   /* above all that have come */
    uint64_t recent; /* bit i: next - 1 - i has come */
};

struct order_faults {
    uint64_t lost;
    uint64_t duplicated;
    uint64_t reordered; /* came behind a later one */
};

/*
 * Number `seq` has come. Returns how many were passed over by it, which are lost unless they come yet.
 */
uint64_t order_see(struct order *order, uint64_t seq, struct order_faults *faults);

/* Nothing comes any more, and `n` were sent: what is missing behind the last one is lost. */
void order_end(struct order *order, uint64_t n, struct order_faults *faults);

#endif
