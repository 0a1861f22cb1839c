#include "app/patience.h"

#include "net/thread.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static struct timespec time_after(uint64_t ms)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += (time_t)(ms / 1000);
    time.tv_nsec += (long)(ms % 1000) * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

static void *wait_for_end(void *ctx)
{
    struct patience *p = ctx;
    struct timespec limit = time_after(p->limit_ms);
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    while (!p->is_over && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&p->changed, &p->lock, &limit);
    }
    if (!p->is_over) {
        p->is_lost = true;
        log_line(p->log, p->level, "%s", p->text);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void patience_begin(struct patience *p, const struct log *log, enum log_level level,
                    uint64_t limit_ms, const char *format, ...)
{
    va_list args;

    *p = (struct patience){.log = log, .level = level, .limit_ms = limit_ms};
    va_start(args, format);
    vsnprintf(p->text, sizeof(p->text), format, args);
    va_end(args);
    pthread_mutex_init(&p->lock, NULL);
    init_condition(&p->changed);
    p->has_thread = thread_start(&p->thread, "sails patience", wait_for_end, p) == 0;
}

bool patience_end(struct patience *p)
{
    pthread_mutex_lock(&p->lock);
    p->is_over = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    if (p->has_thread) {
        pthread_join(p->thread, NULL);
    }
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    return p->is_lost;
}
