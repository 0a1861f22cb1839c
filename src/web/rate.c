/*
 * I1  A bucket is in `by_key` and in `by_use`, and there are at most max_keys.
 */
#include "web/rate.h"

#include "base/mem.h"

#include <assert.h>

enum {
    /* Looked at for each new key, so that full buckets do not wait for the bound. */
    SWEEP = 2
};

struct bucket {
    struct map_node by_key;
    struct list by_use;
    uint64_t full_us; /* when it is full again */
    size_t key_len;
    char key[];
};

void rate_init(struct rate_limiter *limiter, const struct rate_options *options)
{
    *limiter = (struct rate_limiter){.options = *options};
    list_init(&limiter->by_use);
}

static struct bucket *oldest(struct rate_limiter *limiter)
{
    return list_is_empty(&limiter->by_use)
               ? NULL
               : container_of(limiter->by_use.next, struct bucket, by_use);
}

static void drop(struct rate_limiter *limiter, struct bucket *b)
{
    map_remove(&limiter->by_key, &b->by_key);
    list_remove(&b->by_use);
    mem_free(b);
}

void rate_deinit(struct rate_limiter *limiter)
{
    while (!list_is_empty(&limiter->by_use)) {
        drop(limiter, oldest(limiter));
    }
    map_deinit(&limiter->by_key);
}

static struct bucket *find_bucket(const struct rate_limiter *limiter, struct str key, uint64_t hash)
{
    for (struct map_node *n = map_find(&limiter->by_key, hash); n != NULL; n = map_find_next(n)) {
        struct bucket *b = container_of(n, struct bucket, by_key);

        if (str_eq((struct str){b->key, b->key_len}, key)) {
            return b;
        }
    }
    return NULL;
}

static void make_room(struct rate_limiter *limiter, uint64_t now_us)
{
    for (int i = 0; i < SWEEP; i++) {
        struct bucket *b = oldest(limiter);

        if (b != NULL && b->full_us <= now_us) {
            drop(limiter, b);
        }
    }
    while (limiter->by_key.count >= limiter->options.max_keys) {
        drop(limiter, oldest(limiter));
    }
}

/* NULL: no memory. */
static struct bucket *add_bucket(struct rate_limiter *limiter, struct str key, uint64_t hash,
                                 uint64_t now_us)
{
    struct bucket *b = NULL;

    make_room(limiter, now_us);
    b = mem_calloc(1, sizeof(*b) + key.len);
    if (b == NULL) {
        return NULL;
    }
    b->key_len = key.len;
    if (key.len > 0) {
        memcpy(b->key, key.ptr, key.len);
    }
    map_insert(&limiter->by_key, &b->by_key, hash);
    list_append(&limiter->by_use, &b->by_use);
    return b;
}

/* How long a full bucket takes from empty. */
static uint64_t span_of(const struct rate_options *options)
{
    return options->burst > UINT64_MAX / 4 / options->interval_us
               ? UINT64_MAX / 4
               : options->burst * options->interval_us;
}

static uint64_t take(const struct rate_options *options, struct bucket *b, uint64_t now_us)
{
    uint64_t full_us = (b->full_us > now_us ? b->full_us : now_us) + options->interval_us;
    uint64_t ahead_us = full_us - now_us;

    if (ahead_us > span_of(options)) {
        return ahead_us - span_of(options);
    }
    b->full_us = full_us;
    return 0;
}

static void rate_check(const struct rate_limiter *limiter)
{
    assert((limiter->by_key.count == 0) == list_is_empty(&limiter->by_use)); /* I1 */
    assert(limiter->by_key.count <= limiter->options.max_keys);              /* I1 */
    (void)limiter;
}

uint64_t rate_take(struct rate_limiter *limiter, struct str key, uint64_t now_us)
{
    uint64_t hash = hash_str(limiter->options.hash_key, key);
    struct bucket *b = find_bucket(limiter, key, hash);

    if (b == NULL) {
        b = add_bucket(limiter, key, hash, now_us);
    } else {
        list_remove(&b->by_use);
        list_append(&limiter->by_use, &b->by_use);
    }
    rate_check(limiter);
    return b != NULL ? take(&limiter->options, b, now_us) : 0;
}
