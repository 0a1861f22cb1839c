/*
 * live_threads.h - for live_app.h: an app with real threads and sockets.
 */
#ifndef SUPPORT_LIVE_THREADS_H
#define SUPPORT_LIVE_THREADS_H

#include "support/tcp_client.h"

#include <pthread.h>
#include <sails/sails.h>
#include <time.h>

static pthread_mutex_t live_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t live_has_changed = PTHREAD_COND_INITIALIZER;

struct live_host {
    int unused;
};

static inline void live_host_init(struct live_host *host)
{
    *host = (struct live_host){0};
}

static inline void live_host_deinit(struct live_host *host)
{
    (void)host;
}

static inline sails_app *live_host_create_app(struct live_host *host)
{
    (void)host;
    return sails_app_create();
}

/* Something that the test may be waiting for has happened. Any thread. */
static inline void live_notify(void)
{
    pthread_mutex_lock(&live_lock);
    pthread_cond_broadcast(&live_has_changed);
    pthread_mutex_unlock(&live_lock);
}

/* Waits until `is_true` says so; false: it has not within TCP_CLIENT_PATIENCE_MS. */
static inline bool live_wait(bool (*is_true)(void *ctx), void *ctx)
{
    struct timespec limit;
    int rc = 0;
    bool has_come = false;

    (void)clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += TCP_CLIENT_PATIENCE_MS / 1000;
    pthread_mutex_lock(&live_lock);
    for (has_come = is_true(ctx); !has_come && rc == 0; has_come = is_true(ctx)) {
        rc = pthread_cond_timedwait(&live_has_changed, &live_lock, &limit);
    }
    pthread_mutex_unlock(&live_lock);
    return has_come;
}

#endif
