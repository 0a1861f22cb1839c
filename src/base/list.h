/*
 * list.h - intrusive doubly linked lists.
 *
 * Purpose    Membership in a list without an allocation: the node lies in the member.
 * Ownership  None; the members' owner sees to it that a member leaves its lists before it dies.
 * Threads    One thread at a time.
 * Floor      base.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/macros.h"

/* A head, or a node. A node that is in no list points to itself, or is {0}. */
struct list {
    struct list *prev;
    struct list *next;
};

static inline void list_init(struct list *l)
{
    l->prev = l;
    l->next = l;
}

/* For heads. */
static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

/* For nodes. */
static inline bool list_is_linked(const struct list *node)
{
    return node->next != NULL && node->next != node;
}

static inline void list_insert_before(struct list *at, struct list *node)
{
    node->prev = at->prev;
    node->next = at;
    at->prev->next = node;
    at->prev = node;
}

static inline void list_append(struct list *head, struct list *node)
{
    list_insert_before(head, node);
}

/* A node in no list stays as it is. */
static inline void list_remove(struct list *node)
{
    if (node->next == NULL) {
        return;
    }
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* The first node out of the list; NULL where it is empty. */
static inline struct list *list_take_first(struct list *head)
{
    struct list *first = head->next;

    if (first == head) {
        return NULL;
    }
    list_remove(first);
    return first;
}

/* All nodes of `from` to the end of `to`. */
static inline void list_splice(struct list *to, struct list *from)
{
    if (list_is_empty(from)) {
        return;
    }
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

/* `node` may be removed in the body; its successor may not. */
#define list_each(node, head)                                                                      \
    for (struct list *node = (head)->next, *node##_next = node->next; node != (head);              \
         node = node##_next, node##_next = node->next)

#endif
