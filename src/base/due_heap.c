#include "base/due_heap.h"

#include <assert.h>

/*
 * A pairing heap (Fredman, Sedgewick, Sleator, Tarjan: "The pairing heap", 1986): a tree in which no node
 * is due after its children. Two trees become one by a comparison; when a root goes, its children are
 * paired off and then merged from the last pair to the first, which keeps it flat.
 */

static bool precedes(const struct due *a, const struct due *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->serial < b->serial;
}

/* Of two trees one; either may be NULL. */
static struct due *merge(struct due *a, struct due *b)
{
    struct due *root = a;
    struct due *other = b;

    if (a == NULL || b == NULL) {
        return a != NULL ? a : b;
    }
    if (precedes(b, a)) {
        root = b;
        other = a;
    }
    other->before = root;
    other->next = root->child;
    if (root->child != NULL) {
        root->child->before = other;
    }
    root->child = other;
    return root;
}

static struct due *cut(struct due *node)
{
    struct due *next = node->next;

    node->next = NULL;
    node->before = NULL;
    return next;
}

/* Of siblings, or NULL, one tree. */
static struct due *merge_siblings(struct due *first)
{
    struct due *pairs = NULL; /* the last one first, by `next` */
    struct due *root = NULL;

    while (first != NULL) {
        struct due *a = first;
        struct due *b = cut(a);
        struct due *pair = NULL;

        first = b != NULL ? cut(b) : NULL;
        pair = merge(a, b);
        pair->next = pairs;
        pairs = pair;
    }
    while (pairs != NULL) {
        struct due *pair = pairs;

        pairs = cut(pair);
        root = merge(root, pair);
    }
    return root;
}

void due_heap_add(struct due_heap *heap, struct due *node)
{
    assert(!node->is_in);
    *node = (struct due){.at_ms = node->at_ms, .serial = heap->serials++, .is_in = true};
    heap->first = merge(heap->first, node);
}

void due_heap_remove(struct due_heap *heap, struct due *node)
{
    struct due *children = NULL;

    if (!node->is_in) {
        return;
    }
    children = merge_siblings(node->child);
    if (node == heap->first) {
        heap->first = children;
    } else {
        if (node->before->child == node) {
            node->before->child = node->next;
        } else {
            node->before->next = node->next;
        }
        if (node->next != NULL) {
            node->next->before = node->before;
        }
        heap->first = merge(heap->first, children);
    }
    *node = (struct due){.at_ms = node->at_ms};
}
