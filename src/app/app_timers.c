#include "app/app_timers.h"

#include "app/app.h"
#include "base/mem.h"

#include <assert.h>

/*
 * I1  A timer is in the table from when it is made until it is cancelled, or called for the last time.
 * I2  It is in one place besides: in `early`, in its mail, in its worker's heap, or in its call. Of one that
 *     is cancelled by another thread than its worker's, who has it there frees it: the mail, or the call.
 * I3  Nothing of the program's is called under the lock.
 */

struct app_timer {
    struct map_node by_id; /* the hash is the id */
    struct list in_early;
    struct mail mail;
    struct due due;
    struct sails_app *app;
    struct worker *worker; /* NULL: it is early */
    uint64_t length_ms;
    bool repeats;
    sails_timer_cb on_time;
    void *ctx;
    bool is_mailed; /* this and the next two under the lock */
    bool is_in_call;
    bool is_cancelled;
};

static struct app_clock *clock_of(const struct app_timer *timer)
{
    return &timer->app->workers[worker_index(timer->worker)].clock;
}

/* ---- the table, under its lock ---- */

static struct app_timer *find(const struct app_timers *timers, sails_timer id)
{
    struct map_node *node = map_find(&timers->by_id, id);

    return node != NULL ? container_of(node, struct app_timer, by_id) : NULL;
}

static void timer_check(const struct app_timer *timer)
{
    const struct map_node *node = map_find(&timer->app->timers.by_id, timer->by_id.hash);

    assert(!timer->is_cancelled || node != &timer->by_id);                      /* I1 */
    assert(timer->worker != NULL || (!timer->is_mailed && !timer->is_in_call)); /* I2 */
    assert(!timer->is_mailed || !timer->is_in_call);                            /* I2 */
    (void)node;
}

static void remove_from_table(struct app_timer *timer)
{
    struct app_timers *timers = &timer->app->timers;

    pthread_mutex_lock(&timers->lock);
    map_remove(&timers->by_id, &timer->by_id);
    pthread_mutex_unlock(&timers->lock);
}

/* ---- on its worker ---- */

static void set_alarm(struct app_clock *clock, uint64_t now_ms)
{
    const struct due *first = due_heap_first(&clock->times);

    if (first == NULL) {
        deadline_stop(&clock->alarm);
        return;
    }
    clock->queue.length_ms = first->at_ms > now_ms ? first->at_ms - now_ms : 0;
    deadline_start(&clock->alarm, &clock->queue, now_ms);
}

static void arm(struct app_timer *timer)
{
    struct app_clock *clock = clock_of(timer);
    uint64_t now_ms = worker_env(timer->worker)->now_ms;

    timer->due.at_ms =
        timer->length_ms < DEADLINE_NEVER - now_ms ? now_ms + timer->length_ms : DEADLINE_NEVER;
    due_heap_add(&clock->times, &timer->due);
    set_alarm(clock, now_ms);
}

/* The last call. */
static void say_closed(struct app_timer *timer)
{
    remove_from_table(timer);
    timer->on_time(timer->app, SAILS_ECLOSED, timer->ctx);
    mem_free(timer);
}

/* Of those times that have been missed none is made up for. */
static void arm_again(struct app_timer *timer)
{
    struct app_clock *clock = clock_of(timer);
    uint64_t now_ms = worker_env(timer->worker)->now_ms;
    uint64_t n_missed =
        now_ms > timer->due.at_ms ? (now_ms - timer->due.at_ms) / timer->length_ms : 0;

    timer->due.at_ms += (n_missed + 1) * timer->length_ms;
    due_heap_add(&clock->times, &timer->due);
}

/* Whether it is called now: not if it has been cancelled, and its mail is on its way to free it. */
static bool begin_call(struct app_timer *timer)
{
    struct app_timers *timers = &timer->app->timers;
    bool is_called = false;

    pthread_mutex_lock(&timers->lock);
    timer_check(timer);
    is_called = !timer->is_cancelled;
    timer->is_in_call = is_called;
    if (is_called && !timer->repeats) {
        map_remove(&timers->by_id, &timer->by_id);
    }
    pthread_mutex_unlock(&timers->lock);
    return is_called;
}

/* Whether it is called again. */
static bool end_call(struct app_timer *timer)
{
    struct app_timers *timers = &timer->app->timers;
    bool goes_on = false;

    pthread_mutex_lock(&timers->lock);
    timer_check(timer);
    timer->is_in_call = false;
    goes_on = timer->repeats && !timer->is_cancelled;
    pthread_mutex_unlock(&timers->lock);
    return goes_on;
}

static void call(struct app_timer *timer)
{
    if (!begin_call(timer)) {
        return;
    }
    timer->on_time(timer->app, 0, timer->ctx);
    if (end_call(timer)) {
        arm_again(timer);
    } else {
        mem_free(timer);
    }
}

/* Those that are due; not what they add themselves, which has to wait for the next turn. */
static void on_alarm(struct deadline *deadline, void *ctx)
{
    struct worker *worker = ctx;
    struct app_clock *clock = container_of(deadline, struct app_clock, alarm);
    uint64_t now_ms = worker_env(worker)->now_ms;
    uint64_t next_serial = clock->times.serials;
    struct due *first = due_heap_first(&clock->times);

    while (first != NULL && first->at_ms <= now_ms && first->serial < next_serial) {
        due_heap_remove(&clock->times, first);
        call(container_of(first, struct app_timer, due));
        first = due_heap_first(&clock->times);
    }
    set_alarm(clock, now_ms);
}

/* One that was made, or cancelled, on another thread. */
static void deliver(struct worker *worker, struct mail *mail)
{
    struct app_timer *timer = container_of(mail, struct app_timer, mail);
    struct app_timers *timers = &timer->app->timers;
    bool is_cancelled = false;

    pthread_mutex_lock(&timers->lock);
    timer_check(timer);
    timer->is_mailed = false;
    is_cancelled = timer->is_cancelled;
    pthread_mutex_unlock(&timers->lock);
    if (is_cancelled) {
        due_heap_remove(&clock_of(timer)->times, &timer->due);
        mem_free(timer);
    } else if (!worker_is_running(worker) || clock_of(timer)->is_closed) {
        say_closed(timer);
    } else {
        arm(timer);
    }
}

/* ---- making and cancelling ---- */

/* Under the lock: the worker of a timer that this thread makes. */
static struct worker *worker_here(const struct sails_app *app)
{
    struct worker *here = worker_current(app->pool);

    return here != NULL ? here : app->pool->workers[0];
}

struct worker *app_timers_worker(struct sails_app *app)
{
    struct worker *worker = NULL;

    pthread_mutex_lock(&app->timers.lock);
    if (app->timers.is_armed && !app->timers.is_closed) {
        worker = worker_here(app);
    }
    pthread_mutex_unlock(&app->timers.lock);
    return worker;
}

/* Under the lock. 0, SAILS_ESTATE. */
static int take_in(struct app_timers *timers, struct app_timer *timer, sails_timer *id)
{
    if (timers->is_closed) {
        return SAILS_ESTATE;
    }
    timers->last_id++;
    map_insert(&timers->by_id, &timer->by_id, timers->last_id);
    if (id != NULL) {
        *id = timers->last_id;
    }
    if (!timers->is_armed) {
        list_append(&timers->early, &timer->in_early);
        return 0;
    }
    timer->worker = worker_here(timer->app);
    timer->is_mailed = !worker_is_current(timer->worker);
    if (timer->is_mailed) {
        timer->mail.deliver = deliver;
        worker_post(timer->worker, &timer->mail);
    }
    return 0;
}

static int start(sails_app *app, const struct app_timer *model, sails_timer *id)
{
    struct app_timer *timer = mem_alloc(sizeof(*timer));
    bool is_mine = false;
    int rc = 0;

    if (timer == NULL) {
        return SAILS_ENOMEM;
    }
    *timer = *model;
    timer->app = app;
    pthread_mutex_lock(&app->timers.lock);
    rc = take_in(&app->timers, timer, id);
    is_mine = rc == 0 && timer->worker != NULL && !timer->is_mailed;
    pthread_mutex_unlock(&app->timers.lock);
    if (is_mine) {
        arm(timer);
    }
    if (rc < 0) {
        mem_free(timer);
    }
    return rc;
}

/* Before the lift there is one thread, and nobody looks at what it is told. */
static int refuse(sails_app *app, const char *call)
{
    bool is_early = false;

    if (app != NULL) {
        pthread_mutex_lock(&app->timers.lock);
        is_early = !app->timers.is_armed && !app->timers.is_closed;
        pthread_mutex_unlock(&app->timers.lock);
    }
    return is_early ? app_note(app, SAILS_EINVAL, call) : SAILS_EINVAL;
}

int sails_app_after(sails_app *app, uint64_t delay_ms, sails_timer_cb on_time, void *ctx,
                    sails_timer *timer)
{
    if (app == NULL || on_time == NULL) {
        return refuse(app, "sails_app_after");
    }
    return start(app, &(struct app_timer){.length_ms = delay_ms, .on_time = on_time, .ctx = ctx},
                 timer);
}

int sails_app_every(sails_app *app, uint64_t period_ms, sails_timer_cb on_time, void *ctx,
                    sails_timer *timer)
{
    if (app == NULL || on_time == NULL || period_ms == 0) {
        return refuse(app, "sails_app_every");
    }
    return start(app,
                 &(struct app_timer){
                     .length_ms = period_ms, .repeats = true, .on_time = on_time, .ctx = ctx},
                 timer);
}

/* Under the lock; it is out of the table. Whether it is this thread's to free. */
static bool take_back(struct app_timer *timer)
{
    timer->is_cancelled = true;
    timer_check(timer);
    if (timer->worker == NULL) {
        list_remove(&timer->in_early);
        return true;
    }
    if (timer->is_mailed || timer->is_in_call) {
        return false;
    }
    if (worker_is_current(timer->worker)) {
        due_heap_remove(&clock_of(timer)->times, &timer->due);
        return true;
    }
    timer->is_mailed = true;
    timer->mail.deliver = deliver;
    worker_post(timer->worker, &timer->mail);
    return false;
}

int sails_app_cancel(sails_app *app, sails_timer timer)
{
    struct app_timer *found = NULL;
    bool is_mine = false;

    if (app == NULL) {
        return SAILS_EINVAL;
    }
    pthread_mutex_lock(&app->timers.lock);
    found = find(&app->timers, timer);
    if (found != NULL) {
        map_remove(&app->timers.by_id, &found->by_id);
        is_mine = take_back(found);
    }
    pthread_mutex_unlock(&app->timers.lock);
    if (is_mine) {
        mem_free(found);
    }
    return found != NULL ? 0 : SAILS_ENOENT;
}

/* ---- life ---- */

void app_timers_init(struct app_timers *timers)
{
    *timers = (struct app_timers){0};
    pthread_mutex_init(&timers->lock, NULL);
    list_init(&timers->early);
}

void app_timers_start(struct sails_app *app, struct worker *worker)
{
    struct app_timers *timers = &app->timers;
    struct app_clock *clock = &app->workers[worker_index(worker)].clock;
    struct list *node = NULL;

    deadline_queue_init(&clock->queue, &worker_env(worker)->deadlines, 0, on_alarm, worker);
    if (worker_index(worker) != 0) {
        return;
    }
    pthread_mutex_lock(&timers->lock);
    timers->is_armed = true;
    while ((node = list_take_first(&timers->early)) != NULL) {
        struct app_timer *timer = container_of(node, struct app_timer, in_early);

        timer->worker = worker;
        arm(timer);
    }
    pthread_mutex_unlock(&timers->lock);
}

void app_timers_stop(struct sails_app *app, struct worker *worker)
{
    struct app_timers *timers = &app->timers;
    struct app_clock *clock = &app->workers[worker_index(worker)].clock;
    struct due *first = NULL;

    pthread_mutex_lock(&timers->lock);
    timers->is_closed = true;
    pthread_mutex_unlock(&timers->lock);
    clock->is_closed = true;
    while ((first = due_heap_first(&clock->times)) != NULL) {
        struct app_timer *timer = container_of(first, struct app_timer, due);
        bool is_cancelled = false;

        due_heap_remove(&clock->times, first);
        pthread_mutex_lock(&timers->lock);
        is_cancelled = timer->is_cancelled; /* then its mail frees it */
        pthread_mutex_unlock(&timers->lock);
        if (!is_cancelled) {
            say_closed(timer);
        }
    }
    deadline_queue_deinit(&clock->queue);
}

void app_timers_close(struct sails_app *app)
{
    struct app_timers *timers = &app->timers;
    struct list *node = NULL;

    pthread_mutex_lock(&timers->lock);
    timers->is_closed = true;
    pthread_mutex_unlock(&timers->lock);
    while ((node = list_take_first(&timers->early)) != NULL) {
        say_closed(container_of(node, struct app_timer, in_early));
    }
}

void app_timers_deinit(struct app_timers *timers)
{
    assert(timers->by_id.count == 0); /* I1 */
    map_deinit(&timers->by_id);
    pthread_mutex_destroy(&timers->lock);
}
