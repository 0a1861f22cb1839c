#include "net/net.h"

#include "base/mem.h"
#include "net/bind.h"
#include "net/net_state.h"
#include "net/thread.h"

#include <errno.h>

/*
 * Starting is all or nothing over several threads. Everything that can fail and needs no thread is
 * done first: sockets, loops, handles. Then each thread runs its on_start, reports at the gate, and
 * waits there for the decision: to serve, or to undo and end.
 */

enum {
    BACKLOG = 511, /* as Node */
    MAX_QUEUE =
        4 * 1024 * 1024, /* some seconds of a slow phone; beyond it a peer is not coming back */
    LINGER_MS = 2000,
    PORT_MAX = 65535,
    FILE_THREADS = 4, /* as libuv's: a disk is not faster with more */
    /* Each is a request that holds a few KiB; who comes then is told to come back (503). */
    MAX_WAITING_FOR_FILES = 4096
};

/* A longer time limit than anybody waits, and far from where adding to the clock would overflow. */
#define LONGEST_TIMEOUT_MS (UINT64_C(365) * 24 * 3600 * 1000)

const struct net_options net_default_options = {
    .backlog = BACKLOG,
    .workers = 1,
    .max_queue = MAX_QUEUE,
    .linger_ms = LINGER_MS,
};

static const struct worker_pool_ops pool_ops;

/* ---- create ---- */

static unsigned choose_worker_count(const struct net_options *options)
{
    unsigned cores = 0;

    if (options->loop != NULL) {
        return 1;
    }
    if (options->workers > 0) {
        return options->workers;
    }
    cores = uv_available_parallelism();
    return cores < WORKERS_MAX ? cores : WORKERS_MAX;
}

static bool are_valid(const struct net_options *options)
{
    return options->port <= PORT_MAX && options->workers <= WORKERS_MAX && options->backlog > 0 &&
           (options->loop == NULL || options->workers <= 1) &&
           (options->tls.cert_file == NULL) == (options->tls.key_file == NULL) &&
           (!options->tls.request_cert || options->tls.ca_file != NULL);
}

static int copy_options(struct net *net, const struct net_options *options)
{
    struct str host = str_from(options->host);

    net->options = *options;
    net->options.host = NULL; /* the caller's may be gone when it is needed */
    net->options.tls = (struct net_tls){0};
    if (net->options.linger_ms > LONGEST_TIMEOUT_MS) {
        net->options.linger_ms = LONGEST_TIMEOUT_MS;
    }
    if (host.len > 0) {
        net->host = mem_strndup(host.ptr, host.len);
        net->options.host = net->host;
    }
    return host.len == 0 || net->host != NULL ? 0 : SAILS_ENOMEM;
}

static int create_workers(struct net *net, unsigned n)
{
    net->pool.ops = &pool_ops;
    net->pool.machine = &net_machine;
    while (net->pool.count < n) {
        struct loop *loop = loop_create(net, net->pool.count);

        if (loop == NULL) {
            return SAILS_ENOMEM;
        }
        net->pool.workers[net->pool.count] = &loop->worker;
        net->loops[net->pool.count++] = loop;
    }
    return 0;
}

static int create_files(struct net *net)
{
    static const struct jobs_options options = {
        .name = "sails files", .n_threads = FILE_THREADS, .max_waiting = MAX_WAITING_FOR_FILES};
    int rc = jobs_create(&options, &net->files);

    if (rc == 0) {
        net->pool.files = jobs_pool(net->files);
    }
    return rc;
}

static int fill_net(struct net *net, const struct net_options *options)
{
    int rc = copy_options(net, options);

    if (rc == 0) {
        rc = create_files(net);
    }
    if (rc == 0) {
        rc = create_workers(net, choose_worker_count(options));
    }
    if (rc == 0 && options->tls.cert_file != NULL) {
        rc = tls_context_create(&options->tls, options->log, &net->tls);
    }
    return rc;
}

static void free_parts(struct net *net)
{
    for (unsigned i = 0; i < net->pool.count; i++) {
        loop_destroy(net->loops[i]);
    }
    jobs_destroy(net->files);
    tls_context_destroy(net->tls);
    mem_free(net->host);
    mem_free(net);
}

static int init_lock(struct net *net)
{
    if (uv_mutex_init(&net->lock) < 0) {
        return SAILS_ENOMEM;
    }
    if (uv_cond_init(&net->changed) < 0) {
        uv_mutex_destroy(&net->lock);
        return SAILS_ENOMEM;
    }
    return 0;
}

int net_create(const struct net_options *options, const struct net_events *events, void *ctx,
               struct net **out)
{
    struct net *net = NULL;
    int rc = 0;

    if (!are_valid(options)) {
        return SAILS_EINVAL;
    }
    net = mem_calloc(1, sizeof(*net));
    if (net == NULL) {
        return SAILS_ENOMEM;
    }
    net->events = *events;
    net->ctx = ctx;
    rc = fill_net(net, options);
    if (rc == 0) {
        rc = peer_census_init(&net->census, options->max_connections_per_address);
    }
    if (rc == 0) {
        rc = init_lock(net);
        if (rc < 0) {
            peer_census_deinit(&net->census);
        }
    }
    if (rc < 0) {
        free_parts(net);
        return rc;
    }
    *out = net;
    return 0;
}

/* ---- counting ---- */

void net_count(struct net *net, const struct peer_address *peer)
{
    atomic_fetch_add_explicit(&net->n_connections, 1, memory_order_relaxed);
    peer_census_add(&net->census, peer);
}

void net_uncount(struct net *net, const struct peer_address *peer)
{
    atomic_fetch_sub_explicit(&net->n_connections, 1, memory_order_relaxed);
    peer_census_remove(&net->census, peer);
}

size_t net_refused_count(const struct net *net)
{
    return net != NULL ? atomic_load_explicit(&net->n_refused, memory_order_relaxed) : 0;
}

/* ---- destroy ---- */

/* What is delivered may post more, also to workers that we have passed already. */
static void deliver_rest(struct net *net)
{
    bool had_some = true;

    while (had_some) {
        had_some = false;
        for (unsigned i = 0; i < net->pool.count; i++) {
            had_some = loop_deliver_rest(net->loops[i]) || had_some;
        }
    }
}

static void free_net(struct net *net)
{
    jobs_destroy(net->files);
    net->files = NULL;
    deliver_rest(net);
    peer_census_deinit(&net->census);
    uv_cond_destroy(&net->changed);
    uv_mutex_destroy(&net->lock);
    free_parts(net);
}

static bool is_embedded(const struct net *net)
{
    return net->options.loop != NULL;
}

void net_destroy(struct net *net)
{
    bool must_wait = false;

    if (net == NULL) {
        return;
    }
    assert(net->phase != NET_RUNNING);
    if (is_embedded(net)) {
        uv_mutex_lock(&net->lock);
        must_wait = net->loops[0]->state == LOOP_CLOSING;
        net->is_orphan = must_wait;
        uv_mutex_unlock(&net->lock);
    }
    if (!must_wait) {
        free_net(net);
    }
}

void net_worker_closed(struct net *net, struct loop *loop)
{
    bool is_orphan = false;

    if (!is_embedded(net)) {
        return; /* its loop has nothing left and ends, and with it the thread, for which others wait */
    }
    uv_mutex_lock(&net->lock);
    loop_release(loop);
    is_orphan = net->is_orphan;
    uv_cond_broadcast(&net->changed);
    uv_mutex_unlock(&net->lock);
    if (is_orphan) {
        free_net(net);
    }
}

/* ---- start ---- */

/* On the worker's thread. Reports how its on_start went, and waits for what all the others say. */
static bool pass_gate(struct net *net, int rc)
{
    bool may_serve = false;

    uv_mutex_lock(&net->lock);
    net->gate.n_ready++;
    if (rc != 0 && net->gate.error == 0) {
        net->gate.error = rc;
    }
    uv_cond_broadcast(&net->changed);
    while (!net->gate.is_decided) {
        uv_cond_wait(&net->changed, &net->lock);
    }
    may_serve = net->gate.may_serve;
    uv_mutex_unlock(&net->lock);
    return may_serve;
}

/* On the starting thread, which has begun n_threads others. 0: they serve; else they will end. */
static int decide(struct net *net, int rc)
{
    uv_mutex_lock(&net->lock);
    while (net->gate.n_ready < net->n_threads) {
        uv_cond_wait(&net->changed, &net->lock);
    }
    if (rc == 0) {
        rc = net->gate.error;
    }
    net->gate.is_decided = true;
    net->gate.may_serve = rc == 0;
    uv_cond_broadcast(&net->changed);
    uv_mutex_unlock(&net->lock);
    return rc;
}

static void *run_worker(void *arg)
{
    struct loop *loop = arg;
    struct net *net = loop->net;
    struct worker_scope scope;
    int rc = 0;

    loop_enter(&scope, loop);
    rc = net->events.on_start(net->ctx, &loop->worker);
    if (pass_gate(net, rc)) {
        loop_serve(loop);
    } else {
        if (rc == 0) {
            net->events.on_stop(net->ctx, &loop->worker);
        }
        loop_close(loop);
    }
    poller_run(&loop->poller, loop);
    worker_leave(&scope);
    return NULL;
}

static void join_threads(struct net *net)
{
    while (net->n_threads > 0) {
        (void)pthread_join(net->threads[--net->n_threads], NULL);
    }
}

static int start_threads(struct net *net)
{
    int rc = 0;

    net->gate = (struct start_gate){0};
    for (unsigned i = 0; rc == 0 && i < net->pool.count; i++) {
        rc = thread_start(&net->threads[i], "sails worker", run_worker, net->loops[i]);
        if (rc == 0) {
            net->n_threads++;
        }
    }
    rc = decide(net, rc);
    if (rc != 0) {
        join_threads(net);
    }
    return rc;
}

/* On the embedding program's loop, whose thread calls net_start(). */
static int start_here(struct loop *loop)
{
    struct net *net = loop->net;
    struct worker_scope scope;
    int rc = 0;

    loop_enter(&scope, loop);
    rc = net->events.on_start(net->ctx, &loop->worker);
    if (rc == 0) {
        loop_serve(loop);
    }
    worker_leave(&scope);
    return rc;
}

static void keep_address(struct net *net, const struct address *bound)
{
    struct peer_address address = peer_address_from(&bound->storage);

    net->port = address_port(bound);
    peer_address_text(&address, net->address);
}

/* Takes the sockets, also on failure. */
static int open_workers(struct net *net, int *fds)
{
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < net->pool.count; i++) {
        rc = loop_open(net->loops[i], net->options.loop, fds[i]);
        fds[i] = -1;
    }
    bind_close(fds, net->pool.count);
    return rc;
}

static void undo_open(struct net *net)
{
    for (unsigned i = 0; i < net->pool.count; i++) {
        struct loop *loop = net->loops[i];

        if (loop->state == LOOP_OPEN) {
            loop_close(loop);
        }
        /* An embedding loop closes its handles later: net_worker_closed() does it then. */
        if (!is_embedded(net) || loop->state == LOOP_CLOSED) {
            loop_release(loop);
        }
    }
}

int net_start(struct net *net)
{
    int fds[WORKERS_MAX];
    struct address bound;
    int rc = 0;

    if (net->phase != NET_IDLE || net->loops[0]->state != LOOP_CLOSED) {
        return SAILS_ESTATE;
    }
    rc = net->options.listen_fd > 0
             ? bind_inherited(net->options.listen_fd, fds, net->pool.count, &bound)
             : bind_all(net->options.host, net->options.port, net->options.backlog, fds,
                        net->pool.count, &bound);
    net->options.listen_fd = 0;
    if (rc < 0) {
        return rc;
    }
    keep_address(net, &bound);
    rc = open_workers(net, fds);
    if (rc == 0) {
        rc = is_embedded(net) ? start_here(net->loops[0]) : start_threads(net);
    }
    if (rc != 0) {
        undo_open(net);
        return rc;
    }
    net->phase = NET_RUNNING;
    return 0;
}

int net_socket(const struct net *net)
{
    return net->loops[0]->listener.fd;
}

/* ---- stop ---- */

void net_stop(struct net *net, uint64_t timeout_ms)
{
    if (atomic_exchange(&net->is_stopping, true)) {
        return;
    }
    atomic_store(&net->stop_timeout_ms,
                 timeout_ms < LONGEST_TIMEOUT_MS ? timeout_ms : LONGEST_TIMEOUT_MS);
    for (unsigned i = 0; i < net->pool.count; i++) {
        worker_post(net->pool.workers[i], &net->loops[i]->stop);
    }
}

/* Nobody else runs the loop while its thread is here. */
static void join_embedded(struct net *net)
{
    while (net->loops[0]->state != LOOP_CLOSED) {
        (void)uv_run(net->options.loop, UV_RUN_ONCE);
    }
}

static void join_own(struct net *net)
{
    join_threads(net);
    for (unsigned i = 0; i < net->pool.count; i++) {
        loop_release(net->loops[i]);
    }
}

void net_join(struct net *net)
{
    if (net->phase != NET_RUNNING) {
        return;
    }
    if (is_embedded(net)) {
        join_embedded(net);
    } else {
        join_own(net);
    }
    net->phase = NET_JOINED;
    deliver_rest(net);
}

/* ---- questions ---- */

unsigned net_port(const struct net *net)
{
    return net->port;
}

const char *net_address(const struct net *net)
{
    return net->address;
}

unsigned net_worker_count(const struct net *net)
{
    return net->pool.count;
}

struct worker_pool *net_pool(struct net *net)
{
    return &net->pool;
}

struct worker *net_worker(struct net *net, unsigned index)
{
    return index < net->pool.count ? net->pool.workers[index] : NULL;
}

/* ---- as a pool ---- */

struct net *net_of(struct worker_pool *pool)
{
    assert(pool->ops == &pool_ops);
    return container_of(pool, struct net, pool);
}

static int start_pool(struct worker_pool *pool)
{
    return net_start(net_of(pool));
}

static void stop_pool(struct worker_pool *pool, uint64_t timeout_ms)
{
    net_stop(net_of(pool), timeout_ms);
}

static void join_pool(struct worker_pool *pool)
{
    net_join(net_of(pool));
}

static void destroy_pool(struct worker_pool *pool)
{
    net_destroy(net_of(pool));
}

static unsigned pool_port(const struct worker_pool *pool)
{
    return net_port(container_of(pool, const struct net, pool));
}

static const char *pool_address(const struct worker_pool *pool)
{
    return net_address(container_of(pool, const struct net, pool));
}

static size_t pool_refused_count(const struct worker_pool *pool)
{
    return net_refused_count(container_of(pool, const struct net, pool));
}

static const struct worker_pool_ops pool_ops = {
    .post = loop_post,
    .start = start_pool,
    .stop = stop_pool,
    .join = join_pool,
    .destroy = destroy_pool,
    .port = pool_port,
    .address = pool_address,
    .refused_count = pool_refused_count,
};

int net_open(const struct net_options *options, const struct net_events *events, void *ctx,
             struct worker_pool **out)
{
    struct net *net = NULL;
    int rc = net_create(options, events, ctx, &net);

    if (rc == 0) {
        *out = &net->pool;
    }
    return rc;
}
