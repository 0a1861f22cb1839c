/*
 * random.h - unpredictable bytes, many at a time.
 *
 * Purpose    Ids take a dozen bytes each; one call of the generator serves dozens of them.
 * Ownership  None.
 * Threads    random_fill(): one thread at a time. random_bytes(): any.
 * Floor      net.
 */
#ifndef NET_RANDOM_H
#define NET_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* {0} is a valid empty pool. */
struct random_pool {
    uint8_t bytes[512];
    size_t left; /* the last `left` bytes are still to be used, the others are 0 */
};

/* Straight from the generator. Never fails. */
void random_bytes(void *out, size_t len);

/* The form that struct env wants; `pool` is a struct random_pool. Never fails. */
void random_fill(void *pool, void *out, size_t len);

#endif
