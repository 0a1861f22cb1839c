#include "net/loop.h"

#include "base/mem.h"
#include "net/net_state.h"
#include "net/tcp_link.h"
#include "net/tls.h"

#include <assert.h>
#include <sched.h>

/*
 * One turn of the loop: timers (the alarm: deadlines), `stay_awake`, `before_block` (tasks: flushes
 * and what else was put off; then the alarm is set), poll (accepts, mail), close callbacks. What comes to links is told by
 * the poller (poller.c), which has turns of its own while there is nothing else to do.
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

/* ---- time and callbacks ---- */

static void refresh_time(struct loop *loop)
{
    uint64_t now_ms = uv_now(loop->uv);

    if (now_ms == loop->worker.env.now_ms) {
        return;
    }
    loop->worker.env.now_ms = now_ms;
    loop->worker.env.unix_ms = machine_unix_ms(&net_machine);
}

struct loop *loop_of(struct worker *worker)
{
    assert(worker->pool->ops->post == loop_post);
    return container_of(worker, struct loop, worker);
}

void loop_enter(struct worker_scope *scope, struct loop *loop)
{
    worker_enter(scope, &loop->worker);
    if (loop->state != LOOP_CLOSED) {
        refresh_time(loop);
    }
}

/* ---- tasks ---- */

static void on_stay_awake(uv_idle_t *idle)
{
    (void)idle; /* being active is all that it does */
}

static void loop_check(const struct loop *loop)
{
    bool is_awake = uv_is_active((const uv_handle_t *)&loop->stay_awake) != 0;

    assert(loop->state == LOOP_CLOSED || is_awake == !list_is_empty(&loop->tasks)); /* I1 */
    assert(loop->state == LOOP_CLOSED || loop->state == LOOP_CLOSING ||
           loop->alarm_at_ms <= deadlines_next(&loop->worker.env.deadlines)); /* I2 */
    (void)is_awake;
    (void)loop;
}

void loop_defer(struct loop *loop, struct task *task)
{
    worker_assert_no_other(&loop->worker);
    if (list_is_linked(&task->in_loop)) {
        return;
    }
    if (list_is_empty(&loop->tasks)) {
        (void)uv_idle_start(&loop->stay_awake, on_stay_awake);
    }
    list_append(&loop->tasks, &task->in_loop);
}

/* Those that are put off meanwhile wait for the next turn, so that this one ends. */
static void run_tasks(struct loop *loop)
{
    struct list due;

    list_init(&due);
    list_splice(&due, &loop->tasks);
    while (!list_is_empty(&due)) {
        struct task *task = container_of(list_take_first(&due), struct task, in_loop);

        task->run(task);
    }
    if (list_is_empty(&loop->tasks)) {
        (void)uv_idle_stop(&loop->stay_awake);
    }
}

/* ---- deadlines ---- */

static void on_alarm(uv_timer_t *alarm)
{
    struct loop *loop = alarm->data;
    struct worker_scope scope;

    loop_enter(&scope, loop);
    loop->alarm_at_ms = DEADLINE_NEVER;
    deadlines_run(&loop->worker.env.deadlines, loop->worker.env.now_ms);
    worker_leave(&scope);
}

static void set_alarm(struct loop *loop)
{
    uint64_t now_ms = loop->worker.env.now_ms;
    uint64_t next_ms = deadlines_next(&loop->worker.env.deadlines);

    if (next_ms >= loop->alarm_at_ms) { /* I2; also if both are never */
        return;
    }
    loop->alarm_at_ms = next_ms;
    (void)uv_timer_start(&loop->alarm, on_alarm, next_ms > now_ms ? next_ms - now_ms : 0, 0);
}

void loop_end_turn(struct loop *loop)
{
    struct worker_scope scope;

    loop_enter(&scope, loop);
    run_tasks(loop);
    if (loop->state != LOOP_CLOSING) {
        set_alarm(loop);
    }
    loop_check(loop);
    worker_leave(&scope);
}

static void on_before_block(uv_prepare_t *prepare)
{
    loop_end_turn(prepare->data);
}

/* ---- mail ---- */

static bool deliver_mail(struct loop *loop)
{
    struct mail *mail = mailbox_take(&loop->mailbox);
    bool had_some = mail != NULL;

    while (mail != NULL) {
        struct mail *next = mail->next;

        mail->deliver(&loop->worker, mail);
        mail = next;
    }
    return had_some;
}

static void on_wake(uv_async_t *wake)
{
    struct loop *loop = wake->data;
    struct worker_scope scope;

    loop_enter(&scope, loop);
    (void)deliver_mail(loop);
    worker_leave(&scope);
}

void loop_post(struct worker *worker, struct mail *mail)
{
    struct loop *loop = loop_of(worker);

    if (!mailbox_push(&loop->mailbox, mail)) {
        return;
    }
    atomic_fetch_add(&loop->n_wakers, 1);
    if (atomic_load(&loop->worker.is_running)) {
        (void)uv_async_send(&loop->wake);
    }
    atomic_fetch_sub(&loop->n_wakers, 1);
}

/* I3. A waker holds us up for one system call at most. */
static void stop_running(struct loop *loop)
{
    atomic_store(&loop->worker.is_running, false);
    while (atomic_load(&loop->n_wakers) > 0) {
        (void)sched_yield();
    }
}

bool loop_deliver_rest(struct loop *loop)
{
    struct worker_scope scope;
    bool had_some = false;

    loop_enter(&scope, loop);
    had_some = deliver_mail(loop);
    worker_leave(&scope);
    return had_some;
}

/* ---- stopping ---- */

/* Worker 0 waits for the others: what they say as they end, it takes to other nodes. */
static bool is_idle(const struct loop *loop)
{
    return loop->n_links == 0 && loop->n_jobs == 0 &&
           (loop->worker.index != 0 || loop->n_stopped + 1 == loop->net->pool.count);
}

static void finish_if_idle(struct loop *loop)
{
    if (loop->state == LOOP_DRAINING && is_idle(loop)) {
        loop_defer(loop, &loop->finish);
    }
}

static void finish(struct task *task)
{
    struct loop *loop = container_of(task, struct loop, finish);
    struct net *net = loop->net;

    (void)deliver_mail(loop);
    if (!is_idle(loop)) {
        return; /* mail has begun something; when that is done we come here again */
    }
    stop_running(loop);
    net->events.on_stop(net->ctx, &loop->worker);
    if (loop->worker.index != 0) {
        worker_post(net->pool.workers[0], &loop->stopped);
    }
    loop_close(loop);
}

static void on_stopped_mail(struct worker *worker, struct mail *mail)
{
    struct loop *loop = loop_of(worker);

    (void)mail;
    loop->n_stopped++;
    finish_if_idle(loop);
}

static void on_drain_limit(struct deadline *deadline, void *ctx)
{
    struct loop *loop = ctx;
    struct net *net = loop->net;

    (void)deadline;
    tcp_links_abort(loop);
    if (net->events.on_drain_limit != NULL) {
        net->events.on_drain_limit(net->ctx, &loop->worker);
    }
}

static void drain(struct loop *loop)
{
    struct net *net = loop->net;

    loop->state = LOOP_DRAINING;
    listener_close(&loop->listener);
    deadline_queue_init(&loop->drain_limits, &loop->worker.env.deadlines,
                        atomic_load(&net->stop_timeout_ms), on_drain_limit, loop);
    deadline_start(&loop->drain_limit, &loop->drain_limits, loop->worker.env.now_ms);
    if (net->tls != NULL) {
        tls_links_abort_handshakes(loop); /* no protocol knows them yet, so none will end them */
    }
    tcp_links_hurry(loop);
    net->events.on_drain(net->ctx, &loop->worker);
    finish_if_idle(loop);
}

static void on_stop_mail(struct worker *worker, struct mail *mail)
{
    struct loop *loop = loop_of(worker);

    (void)mail;
    if (loop->state == LOOP_SERVING) {
        drain(loop);
    }
}

/* ---- what keeps a worker ---- */

void loop_link_added(struct loop *loop, struct list *in_loop)
{
    list_append(&loop->links, in_loop);
    loop->n_links++;
}

void loop_link_gone(struct loop *loop, struct list *in_loop)
{
    list_remove(in_loop);
    loop->n_links--;
    finish_if_idle(loop);
}

void loop_job_begun(struct loop *loop)
{
    loop->n_jobs++;
}

void loop_job_done(struct loop *loop)
{
    loop->n_jobs--;
    finish_if_idle(loop);
}

/* ---- life ---- */

struct loop *loop_create(struct net *net, unsigned index)
{
    struct loop *loop = mem_calloc(1, sizeof(*loop));

    if (loop == NULL) {
        return NULL;
    }
    loop->net = net;
    loop->worker.pool = &net->pool;
    loop->worker.index = index;
    loop->listener.fd = -1;
    loop->poller.epoll = -1;
    loop->finish.run = finish;
    loop->stop.deliver = on_stop_mail;
    loop->stopped.deliver = on_stopped_mail;
    list_init(&loop->tasks);
    list_init(&loop->links);
    return loop;
}

void loop_destroy(struct loop *loop)
{
    mem_free(loop);
}

static void init_env(struct loop *loop)
{
    loop->worker.env = (struct env){
        .worker = loop->worker.index,
        .log = loop->net->options.log,
        .random = random_fill,
        .random_ctx = &loop->random,
    };
    deadline_set_init(&loop->worker.env.deadlines);
    random_fill(&loop->random, &loop->worker.env.hash_key, sizeof(loop->worker.env.hash_key));
    loop->drain_limit = (struct deadline){0};
    tcp_links_init(loop);
    if (loop->net->tls != NULL) {
        tls_links_init(loop);
    }
}

static int open_buffers(struct loop *loop)
{
    loop->read_buffer = mem_alloc(READ_BUFFER_SIZE);
    if (loop->read_buffer == NULL) {
        return SAILS_ENOMEM;
    }
    if (loop->net->tls != NULL) {
        loop->plain_buffer = mem_alloc(READ_BUFFER_SIZE);
        if (loop->plain_buffer == NULL) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int open_loop(struct loop *loop, uv_loop_t *embedding)
{
    int rc = embedding != NULL ? 0 : uv_loop_init(&loop->own_uv);

    if (rc == 0) {
        loop->uv = embedding != NULL ? embedding : &loop->own_uv;
    }
    return rc;
}

/* `wake` keeps the loop going until it is closed; the others follow it. */
static int open_handles(struct loop *loop)
{
    int rc = uv_async_init(loop->uv, &loop->wake, on_wake);

    if (rc < 0) {
        return rc;
    }
    (void)uv_prepare_init(loop->uv, &loop->before_block);
    (void)uv_idle_init(loop->uv, &loop->stay_awake);
    (void)uv_timer_init(loop->uv, &loop->alarm);
    loop->wake.data = loop;
    loop->before_block.data = loop;
    loop->stay_awake.data = loop;
    loop->alarm.data = loop;
    loop->n_handles = 4;
    loop->alarm_at_ms = DEADLINE_NEVER;
    loop->state = LOOP_OPEN;
    (void)uv_prepare_start(&loop->before_block, on_before_block);
    atomic_store(&loop->worker.is_running, true);
    return 0;
}

int loop_open(struct loop *loop, uv_loop_t *embedding, int listen_fd)
{
    int rc = open_buffers(loop);

    init_env(loop);
    if (rc == 0) {
        rc = open_loop(loop, embedding);
    }
    if (rc == 0) {
        rc = open_handles(loop);
    }
    if (rc < 0) {
        (void)close(listen_fd);
        return rc;
    }
    rc = poller_open(&loop->poller, loop, tcp_link_on_ready);
    if (rc < 0) {
        (void)close(listen_fd);
    } else {
        rc = listener_open(&loop->listener, loop, listen_fd);
    }
    if (rc < 0) {
        loop_close(loop);
    }
    return rc;
}

void loop_serve(struct loop *loop)
{
    loop->state = LOOP_SERVING;
    listener_start(&loop->listener);
    (void)uv_async_send(&loop->wake); /* for mail that came before there was anybody to wake */
}

void loop_close(struct loop *loop)
{
    assert(loop->state == LOOP_OPEN || loop->state == LOOP_DRAINING);
    stop_running(loop);
    loop->state = LOOP_CLOSING;
    listener_close(&loop->listener);
    poller_close(&loop->poller);
    uv_close((uv_handle_t *)&loop->wake, loop_on_handle_closed);
    uv_close((uv_handle_t *)&loop->before_block, loop_on_handle_closed);
    uv_close((uv_handle_t *)&loop->stay_awake, loop_on_handle_closed);
    uv_close((uv_handle_t *)&loop->alarm, loop_on_handle_closed);
}

void loop_on_handle_closed(uv_handle_t *handle)
{
    struct loop *loop = handle->data;

    loop->n_handles--;
    if (loop->n_handles == 0 && loop->state == LOOP_CLOSING) {
        net_worker_closed(loop->net, loop);
    }
}

void loop_release(struct loop *loop)
{
    if (loop->uv == &loop->own_uv) {
        (void)uv_run(loop->uv, UV_RUN_DEFAULT); /* what its thread did not, or had no thread */
        (void)uv_loop_close(loop->uv);
    }
    loop->uv = NULL;
    loop->state = LOOP_CLOSED;
    mem_free(loop->read_buffer);
    mem_free(loop->plain_buffer);
    loop->read_buffer = NULL;
    loop->plain_buffer = NULL;
}
