#include "base/deadline_ladder.h"

#include "base/mem.h"

#define LONGEST_MS (UINT64_C(15) << 36)

/* The step of a length, which is rounded in place. */
static size_t round_length(uint64_t *length_ms)
{
    uint64_t length = *length_ms < LONGEST_MS ? *length_ms : LONGEST_MS;
    uint64_t m = 0;
    size_t e = 0;

    while (length >> e > 15) {
        e++;
    }
    m = (length + (UINT64_C(1) << e) - 1) >> e;
    if (m == 16) { /* rounded up to the next power of two */
        m = 8;
        e++;
    }
    *length_ms = m << e;
    return 8 * e + m;
}

void deadline_ladder_init(struct deadline_ladder *ladder, struct deadline_set *set,
                          deadline_cb on_due, void *ctx)
{
    *ladder = (struct deadline_ladder){.set = set, .on_due = on_due, .ctx = ctx};
}

void deadline_ladder_deinit(struct deadline_ladder *ladder)
{
    for (size_t i = 0; i < DEADLINE_LADDER_STEPS; i++) {
        if (ladder->queues[i] != NULL) {
            deadline_queue_deinit(ladder->queues[i]);
            mem_free(ladder->queues[i]);
            ladder->queues[i] = NULL;
        }
    }
}

struct deadline_queue *deadline_ladder_queue(struct deadline_ladder *ladder, uint64_t length_ms)
{
    struct deadline_queue **queue = &ladder->queues[round_length(&length_ms)];

    if (*queue == NULL) {
        *queue = mem_alloc(sizeof(**queue));
        if (*queue != NULL) {
            deadline_queue_init(*queue, ladder->set, length_ms, ladder->on_due, ladder->ctx);
        }
    }
    return *queue;
}
