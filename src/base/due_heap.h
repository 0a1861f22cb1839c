/*
 * due_heap.h - moments of which the earliest is wanted: for times that follow no pattern.
 *
 * Purpose    Deadlines of a server have a few lengths and need no heap (deadline.h). Timers of an
 *            application have any, and must not be rounded.
 * Ownership  Nodes lie in what they time; nothing is allocated, so adding cannot fail.
 * Threads    One at a time.
 * Floor      base.
 */
#ifndef BASE_DUE_HEAP_H
#define BASE_DUE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due {
    uint64_t at_ms;
    uint64_t serial;    /* this and the rest are the heap's */
    struct due *child;  /* the first of those that come later; NULL: none is known to */
    struct due *next;   /* its sibling */
    struct due *before; /* the sibling before it; of the first child the parent */
    bool is_in;
};

/* {0} is an empty one. */
struct due_heap {
    struct due *first;
    uint64_t serials;
};

/* Adds a node whose `at_ms` is set; of equal times the one that was added first comes first. O(1). */
void due_heap_add(struct due_heap *heap, struct due *node);

/* One that is in no heap stays so. O(log n), by and large. */
void due_heap_remove(struct due_heap *heap, struct due *node);

/* The earliest; NULL: the heap is empty. */
static inline struct due *due_heap_first(const struct due_heap *heap)
{
    return heap->first;
}

#endif
