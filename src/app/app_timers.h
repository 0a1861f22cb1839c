/*
 * app_timers.h - the timers of an app: see sails/work.h.
 *
 * Purpose    Functions that are called later, once or again and again, by their worker; and which worker
 *            calls the program where no other is at hand.
 * Ownership  A timer owns itself, until its last call or until it is cancelled.
 * Threads    The table: any, under its lock. A timer's place in a heap: its worker's.
 * Floor      app; uses net's workers through base.
 *
 *      any thread --mail--> worker: heap of times --one deadline, the earliest--> on_time()
 *      before the lift: early, until the first worker starts
 */
#ifndef APP_APP_TIMERS_H
#define APP_APP_TIMERS_H

#include "base/due_heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/worker.h"

#include <pthread.h>
#include <sails/work.h>

struct app_timers {
    pthread_mutex_t lock;
    struct map by_id; /* struct app_timer: those that can be cancelled */
    sails_timer last_id;
    struct list early; /* set before the lift */
    bool is_armed;     /* there are workers */
    bool is_closed;    /* one of them has stopped: nothing more is taken */
};

/* Of one worker. */
struct app_clock {
    struct due_heap times;
    struct deadline_queue queue; /* of `alarm` alone: its length is the time until the earliest */
    struct deadline alarm;
    bool is_closed;
};

void app_timers_init(struct app_timers *timers);

/* Before the workers are freed: those that were never armed hear that the app is gone. */
void app_timers_close(struct sails_app *app);
void app_timers_deinit(struct app_timers *timers);

/* Around the life of a worker, on it. */
void app_timers_start(struct sails_app *app, struct worker *worker);
void app_timers_stop(struct sails_app *app, struct worker *worker);

/* Who calls the program back: the worker whose turn this is, else the first. NULL: not lifted, or being
 * lowered. Any thread. */
struct worker *app_timers_worker(struct sails_app *app);

#endif
