#include "base/waiter.h"

void waiter_init(struct waiter *waiter)
{
    *waiter = (struct waiter){
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .told = PTHREAD_COND_INITIALIZER,
    };
}

void waiter_deinit(struct waiter *waiter)
{
    json_decref(waiter->value);
    (void)pthread_cond_destroy(&waiter->told);
    (void)pthread_mutex_destroy(&waiter->lock);
}

void waiter_tell(int status, json_t *value, void *ctx)
{
    struct waiter *waiter = ctx;

    (void)pthread_mutex_lock(&waiter->lock);
    waiter->is_told = true;
    waiter->status = status;
    waiter->value = json_incref(value);
    (void)pthread_cond_signal(&waiter->told);
    (void)pthread_mutex_unlock(&waiter->lock);
}

int waiter_wait(struct waiter *waiter)
{
    (void)pthread_mutex_lock(&waiter->lock);
    while (!waiter->is_told) {
        (void)pthread_cond_wait(&waiter->told, &waiter->lock);
    }
    (void)pthread_mutex_unlock(&waiter->lock);
    return waiter->status;
}
