#include "net/worker.h"

#include "base/mem.h"
#include "net/net_state.h"
#include "net/tcp_link.h"
#include "net/tls.h"

#include <sched.h>
#include <time.h>

/*
 * One turn of the loop: timers (the alarm: deadlines), `stay_awake`, `before_block` (tasks: flushes
 * and what else was put off; then the alarm is set), poll (reads, accepts, mail), close callbacks.
 *
 *     CLOSED -open-> OPEN -serve-> SERVING -stop-> DRAINING -no link left-> CLOSING -> CLOSED
 *                      +-----------start failed----------------------------->+
 *
 * I1  Tasks wait only while `stay_awake` is active, so that the loop never blocks over a task,
 *     wherever it was put off: also in a callback of the embedding program that runs after ours.
 * I2  The alarm is set to no later than the first deadline when the loop blocks. It may be earlier:
 *     most deadlines are moved to later times (heartbeats), and one needless wake-up is cheaper
 *     than setting a timer each time.
 * I3  `wake` may be used by a thread that counts itself in n_wakers and then sees is_running. Who
 *     closes it clears is_running first and then waits for n_wakers to become 0.
 */

static _Thread_local struct worker_scope *scopes; /* innermost first */

/* ---- time and callbacks ---- */

static void refresh_time(struct worker *worker)
{
    struct timespec now;
    uint64_t now_ms = uv_now(worker->loop);

    if (now_ms == worker->env.now_ms) {
        return;
    }
    worker->env.now_ms = now_ms;
    if (clock_gettime(CLOCK_REALTIME, &now) == 0) {
        worker->env.unix_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    }
}

void worker_enter(struct worker_scope *scope, struct worker *worker)
{
    *scope = (struct worker_scope){.worker = worker, .outer = scopes};
    scopes = scope;
    if (worker->state != WORKER_CLOSED) {
        refresh_time(worker);
    }
}

void worker_leave(struct worker_scope *scope)
{
    scopes = scope->outer;
}

struct worker *worker_current(const struct net *net)
{
    for (const struct worker_scope *scope = scopes; scope != NULL; scope = scope->outer) {
        if (scope->worker->net == net) {
            return scope->worker;
        }
    }
    return NULL;
}

/* ---- tasks ---- */

static void on_stay_awake(uv_idle_t *idle)
{
    (void)idle; /* being active is all that it does */
}

void worker_defer(struct worker *worker, struct task *task)
{
    if (list_is_linked(&task->in_worker)) {
        return;
    }
    if (list_is_empty(&worker->tasks)) {
        (void)uv_idle_start(&worker->stay_awake, on_stay_awake);
    }
    list_append(&worker->tasks, &task->in_worker);
}

/* Those that are put off meanwhile wait for the next turn, so that this one ends. */
static void run_tasks(struct worker *worker)
{
    struct list due;

    list_init(&due);
    list_splice(&due, &worker->tasks);
    while (!list_is_empty(&due)) {
        struct task *task = container_of(list_take_first(&due), struct task, in_worker);

        task->run(task);
    }
    if (list_is_empty(&worker->tasks)) {
        (void)uv_idle_stop(&worker->stay_awake);
    }
}

/* ---- deadlines ---- */

static void on_alarm(uv_timer_t *alarm)
{
    struct worker *worker = alarm->data;
    struct worker_scope scope;

    worker_enter(&scope, worker);
    worker->alarm_at_ms = DEADLINE_NEVER;
    deadlines_run(&worker->env.deadlines, worker->env.now_ms);
    worker_leave(&scope);
}

static void set_alarm(struct worker *worker)
{
    uint64_t now_ms = worker->env.now_ms;
    uint64_t next_ms = deadlines_next(&worker->env.deadlines);

    if (next_ms >= worker->alarm_at_ms) { /* I2; also if both are never */
        return;
    }
    worker->alarm_at_ms = next_ms;
    (void)uv_timer_start(&worker->alarm, on_alarm, next_ms > now_ms ? next_ms - now_ms : 0, 0);
}

static void on_before_block(uv_prepare_t *prepare)
{
    struct worker *worker = prepare->data;
    struct worker_scope scope;

    worker_enter(&scope, worker);
    run_tasks(worker);
    if (worker->state != WORKER_CLOSING) {
        set_alarm(worker);
    }
    worker_leave(&scope);
}

/* ---- mail ---- */

static bool deliver_mail(struct worker *worker)
{
    struct mail *mail = mailbox_take(&worker->mailbox);
    bool had_some = mail != NULL;

    while (mail != NULL) {
        struct mail *next = mail->next;

        mail->deliver(worker, mail);
        mail = next;
    }
    return had_some;
}

static void on_wake(uv_async_t *wake)
{
    struct worker *worker = wake->data;
    struct worker_scope scope;

    worker_enter(&scope, worker);
    (void)deliver_mail(worker);
    worker_leave(&scope);
}

void worker_post(struct worker *worker, struct mail *mail)
{
    if (!mailbox_push(&worker->mailbox, mail)) {
        return;
    }
    atomic_fetch_add(&worker->n_wakers, 1);
    if (atomic_load(&worker->is_running)) {
        (void)uv_async_send(&worker->wake);
    }
    atomic_fetch_sub(&worker->n_wakers, 1);
}

bool worker_is_running(const struct worker *worker)
{
    return atomic_load(&worker->is_running);
}

/* I3. A waker holds us up for one system call at most. */
static void stop_running(struct worker *worker)
{
    atomic_store(&worker->is_running, false);
    while (atomic_load(&worker->n_wakers) > 0) {
        (void)sched_yield();
    }
}

bool worker_deliver_rest(struct worker *worker)
{
    struct worker_scope scope;
    bool had_some = false;

    worker_enter(&scope, worker);
    had_some = deliver_mail(worker);
    worker_leave(&scope);
    return had_some;
}

/* ---- stopping ---- */

static bool is_idle(const struct worker *worker)
{
    return worker->n_links == 0 && worker->n_jobs == 0;
}

static void finish_if_idle(struct worker *worker)
{
    if (worker->state == WORKER_DRAINING && is_idle(worker)) {
        worker_defer(worker, &worker->finish);
    }
}

static void finish(struct task *task)
{
    struct worker *worker = container_of(task, struct worker, finish);
    struct net *net = worker->net;

    (void)deliver_mail(worker);
    if (!is_idle(worker)) {
        return; /* mail has begun something; when that is done we come here again */
    }
    stop_running(worker);
    net->events.on_stop(net->ctx, worker);
    worker_close(worker);
}

static void on_drain_limit(struct deadline *deadline, void *ctx)
{
    struct worker *worker = ctx;

    (void)deadline;
    tcp_links_abort(worker);
}

static void drain(struct worker *worker)
{
    struct net *net = worker->net;

    worker->state = WORKER_DRAINING;
    listener_close(&worker->listener);
    deadline_queue_init(&worker->drain_limits, &worker->env.deadlines,
                        atomic_load(&net->stop_timeout_ms), on_drain_limit, worker);
    deadline_start(&worker->drain_limit, &worker->drain_limits, worker->env.now_ms);
    if (net->tls != NULL) {
        tls_links_abort_handshakes(worker); /* no protocol knows them yet, so none will end them */
    }
    net->events.on_drain(net->ctx, worker);
    finish_if_idle(worker);
}

static void on_stop_mail(struct worker *worker, struct mail *mail)
{
    (void)mail;
    if (worker->state == WORKER_SERVING) {
        drain(worker);
    }
}

/* ---- what keeps a worker ---- */

void worker_link_added(struct worker *worker, struct list *in_worker)
{
    list_append(&worker->links, in_worker);
    worker->n_links++;
}

void worker_link_gone(struct worker *worker, struct list *in_worker)
{
    list_remove(in_worker);
    worker->n_links--;
    finish_if_idle(worker);
}

void worker_job_begun(struct worker *worker)
{
    worker->n_jobs++;
}

void worker_job_done(struct worker *worker)
{
    worker->n_jobs--;
    finish_if_idle(worker);
}

/* ---- life ---- */

struct worker *worker_create(struct net *net, unsigned index)
{
    struct worker *worker = mem_calloc(1, sizeof(*worker));

    if (worker == NULL) {
        return NULL;
    }
    worker->net = net;
    worker->index = index;
    worker->listener.fd = -1;
    worker->finish.run = finish;
    worker->stop.deliver = on_stop_mail;
    list_init(&worker->tasks);
    list_init(&worker->links);
    return worker;
}

void worker_destroy(struct worker *worker)
{
    mem_free(worker);
}

static void init_env(struct worker *worker)
{
    worker->env = (struct env){
        .worker = worker->index,
        .log = worker->net->options.log,
        .random = random_fill,
        .random_ctx = &worker->random,
    };
    deadline_set_init(&worker->env.deadlines);
    random_fill(&worker->random, &worker->env.hash_key, sizeof(worker->env.hash_key));
    worker->drain_limit = (struct deadline){0};
    tcp_links_init(worker);
    if (worker->net->tls != NULL) {
        tls_links_init(worker);
    }
}

static int open_buffers(struct worker *worker)
{
    worker->read_buffer = mem_alloc(READ_BUFFER_SIZE);
    if (worker->read_buffer == NULL) {
        return SAILS_ENOMEM;
    }
    if (worker->net->tls != NULL) {
        worker->plain_buffer = mem_alloc(READ_BUFFER_SIZE);
        if (worker->plain_buffer == NULL) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int open_loop(struct worker *worker, uv_loop_t *embedding)
{
    int rc = embedding != NULL ? 0 : uv_loop_init(&worker->own_loop);

    if (rc == 0) {
        worker->loop = embedding != NULL ? embedding : &worker->own_loop;
    }
    return rc;
}

/* `wake` keeps the loop going until it is closed; the others follow it. */
static int open_handles(struct worker *worker)
{
    int rc = uv_async_init(worker->loop, &worker->wake, on_wake);

    if (rc < 0) {
        return rc;
    }
    (void)uv_prepare_init(worker->loop, &worker->before_block);
    (void)uv_idle_init(worker->loop, &worker->stay_awake);
    (void)uv_timer_init(worker->loop, &worker->alarm);
    worker->wake.data = worker;
    worker->before_block.data = worker;
    worker->stay_awake.data = worker;
    worker->alarm.data = worker;
    worker->n_handles = 4;
    worker->alarm_at_ms = DEADLINE_NEVER;
    worker->state = WORKER_OPEN;
    (void)uv_prepare_start(&worker->before_block, on_before_block);
    atomic_store(&worker->is_running, true);
    return 0;
}

int worker_open(struct worker *worker, uv_loop_t *embedding, int listen_fd)
{
    int rc = open_buffers(worker);

    init_env(worker);
    if (rc == 0) {
        rc = open_loop(worker, embedding);
    }
    if (rc == 0) {
        rc = open_handles(worker);
    }
    if (rc < 0) {
        (void)close(listen_fd);
        return rc;
    }
    rc = listener_open(&worker->listener, worker, listen_fd);
    if (rc < 0) {
        worker_close(worker);
    }
    return rc;
}

void worker_serve(struct worker *worker)
{
    worker->state = WORKER_SERVING;
    listener_start(&worker->listener);
    (void)uv_async_send(&worker->wake); /* for mail that came before there was anybody to wake */
}

void worker_close(struct worker *worker)
{
    assert(worker->state == WORKER_OPEN || worker->state == WORKER_DRAINING);
    stop_running(worker);
    worker->state = WORKER_CLOSING;
    listener_close(&worker->listener);
    uv_close((uv_handle_t *)&worker->wake, worker_on_handle_closed);
    uv_close((uv_handle_t *)&worker->before_block, worker_on_handle_closed);
    uv_close((uv_handle_t *)&worker->stay_awake, worker_on_handle_closed);
    uv_close((uv_handle_t *)&worker->alarm, worker_on_handle_closed);
}

void worker_on_handle_closed(uv_handle_t *handle)
{
    struct worker *worker = handle->data;

    worker->n_handles--;
    if (worker->n_handles == 0 && worker->state == WORKER_CLOSING) {
        net_worker_closed(worker->net, worker);
    }
}

void worker_release(struct worker *worker)
{
    if (worker->loop == &worker->own_loop) {
        (void)uv_run(worker->loop, UV_RUN_DEFAULT); /* what its thread did not, or had no thread */
        (void)uv_loop_close(worker->loop);
    }
    worker->loop = NULL;
    worker->state = WORKER_CLOSED;
    mem_free(worker->read_buffer);
    mem_free(worker->plain_buffer);
    worker->read_buffer = NULL;
    worker->plain_buffer = NULL;
}

/* ---- net.h ---- */

unsigned worker_index(const struct worker *worker)
{
    return worker->index;
}

struct net *worker_net(const struct worker *worker)
{
    return worker->net;
}

struct env *worker_env(struct worker *worker)
{
    return &worker->env;
}

void worker_set_user(struct worker *worker, void *user)
{
    worker->user = user;
}

void *worker_user(const struct worker *worker)
{
    return worker->user;
}

size_t worker_link_count(const struct worker *worker)
{
    return worker->n_links;
}
