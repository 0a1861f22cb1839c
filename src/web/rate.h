/*
 * rate.h - who asks too often.
 *
 * Purpose    A token bucket for each key (an address, a user): `burst` requests at once, and one more
 *            for each `interval_us` that passes.
 * Ownership  Owns its buckets, copies keys.
 * Threads    One thread at a time: each worker has its own.
 * Floor      web; uses base.
 *
 * A bucket is not counted up by a timer. It is one point in time: when it will be full again. Each
 * request moves that by one interval, and is refused if it would be more than `burst` intervals
 * ahead (the algorithm is known as GCRA). A bucket that is full says no more than none, so it goes.
 */
#ifndef WEB_RATE_H
#define WEB_RATE_H

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"

struct rate_options {
    uint64_t interval_us; /* at least 1 */
    uint64_t burst;       /* at least 1 */
    size_t max_keys;      /* at least 1; over it the key least recently seen is forgotten */
    struct hash_key hash_key;
};

struct rate_limiter {
    struct rate_options options;
    struct map by_key;
    struct list by_use; /* struct bucket, the one not seen for longest first */
};

void rate_init(struct rate_limiter *limiter, const struct rate_options *options);
void rate_deinit(struct rate_limiter *limiter);

/*
 * Takes a token. 0: there was one; else after how many microseconds there will be one (for Retry-After). Where
 * memory is out a new key passes: it is the limit of a client, not of the server. now_us: monotonic.
 */
uint64_t rate_take(struct rate_limiter *limiter, struct str key, uint64_t now_us);

#endif
