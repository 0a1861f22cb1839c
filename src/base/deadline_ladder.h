/*
 * deadline_ladder.h - deadlines of any length.
 *
 * Purpose    Applications choose time limits freely, but a queue (deadline.h) serves one length only. So
 *            lengths are rounded up to four significant bits, m * 2^e with m from 8 to 15, which adds an
 *            eighth at most; there is a queue for each such length that was ever asked for.
 * Ownership  Owns its queues; they take part in the set that it was given.
 * Threads    As its set.
 * Floor      base.
 */
#ifndef BASE_DEADLINE_LADDER_H
#define BASE_DEADLINE_LADDER_H

#include "base/deadline.h"

#include <stddef.h>

enum {
    DEADLINE_LADDER_STEPS = 312 /* up to some thirty years: longer is rounded down to it */
};

struct deadline_ladder {
    struct deadline_set *set;
    deadline_cb on_due;
    void *ctx;
    struct deadline_queue *queues[DEADLINE_LADDER_STEPS]; /* made when first needed */
};

void deadline_ladder_init(struct deadline_ladder *ladder, struct deadline_set *set,
                          deadline_cb on_due, void *ctx);

/* Stops what is waiting. {0} is harmless. */
void deadline_ladder_deinit(struct deadline_ladder *ladder);

/* The queue for a length of at least 1 ms. NULL: no memory. */
struct deadline_queue *deadline_ladder_queue(struct deadline_ladder *ladder, uint64_t length_ms);

#endif
