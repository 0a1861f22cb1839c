/*
 * shared.h - bytes that many read and nobody changes.
 *
 * Purpose    What goes to many connections is encoded once; each of their queues holds a reference.
 * Ownership  Counted. Whoever creates or retains releases once; the last release frees.
 * Threads    Any: the count is atomic, and once a second reference exists the bytes never change.
 * Floor      base.
 */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include "base/str.h"

#include <stdatomic.h>

struct shared {
    atomic_uint refs;
    size_t len;
    uint8_t data[];
};

/* `len` bytes to be filled in by the creator before anybody else sees them; NULL: no memory. */
struct shared *shared_create(size_t len);

/* A copy of `b`. NULL: no memory. */
struct shared *shared_copy(struct bytes b);

struct shared *shared_retain(struct shared *s);

/* NULL is nothing to release. */
void shared_release(struct shared *s);

static inline struct bytes shared_bytes(const struct shared *s)
{
    return (struct bytes){s->data, s->len};
}

#endif
