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

/* {0} is a valid empty queue. */
struct outq {
    union {
        struct shared *one;   /* while cap is 0 */
        struct shared **many; /* `cap` places, in use from `first` on */
    } u;
    size_t bytes;  /* not yet consumed, of all messages */
    size_t offset; /* consumed of the first message */
    uint32_t first;
    uint32_t count;
    uint32_t cap;
    uint32_t largest; /* length of the longest message since it was empty; 0: that one has gone */
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
