/*
 * outq.h - what waits to be written to one connection.
 *
 * Purpose    A FIFO of references to immutable bytes that costs nothing while it is empty, and no
 *            allocation while it holds one message, which is what most turns bring.
 * Ownership  Holds a reference to each of its messages.
 * Threads    One thread at a time.
 * Floor      net.
 */
#ifndef NET_OUTQ_H
#define NET_OUTQ_H

#include "base/shared.h"

#include <sys/uio.h>

struct outq_many;

/* {0} is a valid empty queue. */
struct outq {
    union {
        struct shared *one; /* while `is_many` is not set */
        struct outq_many *many;
    } u;
    size_t bytes; /* not yet consumed, of all messages */
    uint32_t count;
    bool is_many;
};

static inline bool outq_is_empty(const struct outq *q)
{
    return q->count == 0;
}

/*
 * What the queue costs, for its bound: bytes, and a fixed part for each message, so that a peer
 * who makes us queue very many very small messages (pongs) meets the bound, too.
 */
size_t outq_cost(const struct outq *q);

/*
 * Whether the queue takes a message of `len` bytes more: the longest of its messages, that one
 * included, does not count. So one message of any size always gets through, whatever small ones come
 * before or behind it in the same turn, and a peer who does not read holds `max` bytes and one message.
 */
bool outq_admits(const struct outq *q, size_t len, size_t max);

/* Retains `s`. 0; SAILS_ENOMEM: nothing has changed. */
int outq_push(struct outq *q, struct shared *s);

/* The first bytes of the queue as at most `max` pieces: views, valid until the next change. */
size_t outq_peek(const struct outq *q, struct iovec *pieces, size_t max);

/* Forgets the first `n` bytes, at most `bytes`. */
void outq_consume(struct outq *q, size_t n);

void outq_clear(struct outq *q);

#endif
