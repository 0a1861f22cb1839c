/*
 * waiter.h - waits on one thread for what another one tells by a callback.
 *
 * Purpose    The blocking form of a call that answers later.
 * Ownership  Lies on the caller's stack, from waiter_init() to waiter_deinit().
 * Threads    waiter_tell(): any, once. The rest: the one that waits, which must not be who is to tell.
 * Floor      base.
 */
#ifndef BASE_WAITER_H
#define BASE_WAITER_H

#include <jansson.h>

#include <pthread.h>
#include <stdbool.h>

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool is_told;
    int status;
    json_t *value; /* NULL: none */
};

void waiter_init(struct waiter *waiter);
void waiter_deinit(struct waiter *waiter);

/* The callback; `ctx`: the waiter. Takes a reference of its own to `value`, which may be NULL. */
void waiter_tell(int status, json_t *value, void *ctx);

/* Waits until it was told; the status. `value` of the waiter stays its own. */
int waiter_wait(struct waiter *waiter);

#endif
