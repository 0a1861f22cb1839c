#include "base/deadline.h"

#include <assert.h>

void deadline_set_init(struct deadline_set *set)
{
    list_init(&set->queues);
}

void deadline_queue_init(struct deadline_queue *queue, struct deadline_set *set, uint64_t length_ms,
                         deadline_cb on_due, void *ctx)
{
    *queue = (struct deadline_queue){.length_ms = length_ms, .on_due = on_due, .ctx = ctx};
    list_init(&queue->waiting);
    list_append(&set->queues, &queue->in_set);
}

void deadline_queue_deinit(struct deadline_queue *queue)
{
    while (list_take_first(&queue->waiting) != NULL) {
    }
    list_remove(&queue->in_set);
}

void deadline_start(struct deadline *deadline, struct deadline_queue *queue, uint64_t now_ms)
{
    list_remove(&deadline->in_queue);
    deadline->due_ms = now_ms + queue->length_ms;
    /* The clock is monotonic, so the end of the queue is the right place. */
    assert(list_is_empty(&queue->waiting) ||
           container_of(queue->waiting.prev, struct deadline, in_queue)->due_ms <=
               deadline->due_ms);
    list_append(&queue->waiting, &deadline->in_queue);
}

void deadline_stop(struct deadline *deadline)
{
    list_remove(&deadline->in_queue);
}

static struct deadline *first_of(const struct deadline_queue *queue)
{
    if (list_is_empty(&queue->waiting)) {
        return NULL;
    }
    return container_of(queue->waiting.next, struct deadline, in_queue);
}

uint64_t deadlines_next(const struct deadline_set *set)
{
    uint64_t next = DEADLINE_NEVER;

    list_each(node, &set->queues) {
        const struct deadline *first = first_of(container_of(node, struct deadline_queue, in_set));

        if (first != NULL && first->due_ms < next) {
            next = first->due_ms;
        }
    }
    return next;
}

/*
 * What is due is set aside first, so that a callback may start and stop any deadline, this one
 * included, and one that is started anew with a length of 0 waits for the next run.
 */
static void run_queue(struct deadline_queue *queue, uint64_t now_ms)
{
    struct list due;

    list_init(&due);
    while (first_of(queue) != NULL && first_of(queue)->due_ms <= now_ms) {
        list_append(&due, list_take_first(&queue->waiting));
    }
    while (!list_is_empty(&due)) {
        queue->on_due(container_of(list_take_first(&due), struct deadline, in_queue), queue->ctx);
    }
}

void deadlines_run(struct deadline_set *set, uint64_t now_ms)
{
    list_each(node, &set->queues) {
        struct deadline_queue *queue = container_of(node, struct deadline_queue, in_set);
        const struct deadline *first = first_of(queue);

        if (first != NULL &&
            first->due_ms <= now_ms) { /* seldom, and this is asked in every turn */
            run_queue(queue, now_ms);
        }
    }
}
