#include "sim/sim_node.h"

#include "base/macros.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    HELD_MS = 3,
    FAILS_WITHIN = 60 /* allocations of a turn: which of them fails, if one does */
};

/* ---- life ops: defined below, used by their address ---- */

static const struct worker_pool_ops node_ops;

struct sim_node *sim_node_of(struct worker_pool *pool)
{
    assert(pool->ops == &node_ops);
    return container_of(container_of(pool, struct sim_pool, pool), struct sim_node, sim);
}

struct sim_server *sim_server_of(struct worker *worker)
{
    return &sim_node_of(worker->pool)->servers[worker_index(worker)];
}

struct sim_pool *sim_node_pool(struct sim_node *node)
{
    return &node->sim;
}

/* ---- turns ---- */

static bool is_for(const struct sim_conn *conn, const struct sim_server *server)
{
    return conn->node == server->node && conn->worker == worker_index(server->worker) &&
           !conn->is_accepted;
}

static bool is_over_limit(const struct sim_node *node)
{
    size_t n = 0;

    for (unsigned i = 0; i < node->sim.pool.count; i++) {
        list_each(at, &node->servers[i].links) {
            n++;
        }
    }
    return node->options.max_connections > 0 && n >= node->options.max_connections;
}

static void accept_one(struct sim_server *server, struct sim_conn *conn)
{
    conn->is_accepted = true;
    if (server->state == SIM_SERVER_SERVING && !is_over_limit(server->node)) {
        sim_link_open(server, conn, (struct bytes){NULL, 0});
        return;
    }
    server->node->n_refused++;
    conn->is_server_gone = true;
    sim_pipe_end(conn->world, &conn->down, true);
    if (conn->is_client_gone) {
        sim_conn_destroy(conn);
    }
}

static void accept_all(struct sim_server *server)
{
    list_each(at, &server->node->world->conns) {
        struct sim_conn *conn = container_of(at, struct sim_conn, in_world);

        if (is_for(conn, server)) {
            accept_one(server, conn);
        }
    }
}

/* Worker 0 is the last one, as net.h has it. */
static bool are_others_stopped(const struct sim_node *node)
{
    for (unsigned i = 1; i < node->sim.pool.count; i++) {
        if (node->servers[i].state == SIM_SERVER_SERVING ||
            node->servers[i].state == SIM_SERVER_DRAINING) {
            return false;
        }
    }
    return true;
}

static bool is_idle(const struct sim_server *server)
{
    return list_is_empty(&server->links) && server->n_jobs == 0 &&
           (worker_index(server->worker) != 0 || are_others_stopped(server->node));
}

static void finish(struct sim_server *server)
{
    struct sim_node *node = server->node;

    atomic_store(&server->worker->is_running, false);
    server->state = SIM_SERVER_STOPPED;
    node->events.on_stop(node->ctx, server->worker);
}

static bool is_this_turn(struct sim_world *world)
{
    return !world->weather.is_stormy || chance_is(&world->chance, 75);
}

static void in_turn(struct worker *worker, void *ctx)
{
    struct sim_server *server = sim_server_of(worker);
    struct sim_node *node = ctx;

    accept_all(server);
    list_each(at, &server->links) {
        if (is_this_turn(node->world)) {
            sim_link_turn(container_of(at, struct sim_link, in_server));
        }
    }
    if (server->state == SIM_SERVER_DRAINING && is_idle(server) &&
        node->sim.workers[worker_index(worker)].first == NULL) {
        finish(server);
    }
}

static bool has_work(const struct sim_node *node, unsigned i)
{
    const struct sim_server *server = &node->servers[i];

    if (sim_pool_has_work(&node->sim, i)) {
        return true;
    }
    if (server->state == SIM_SERVER_CLOSED || server->state == SIM_SERVER_STOPPED) {
        return false;
    }
    list_each(at, &node->world->conns) {
        if (is_for(container_of(at, struct sim_conn, in_world), server)) {
            return true;
        }
    }
    list_each(at, &server->links) {
        if (sim_link_has_work(container_of(at, struct sim_link, in_server))) {
            return true;
        }
    }
    return server->state == SIM_SERVER_DRAINING && is_idle(server);
}

static void turn(struct sim_node *node, unsigned i)
{
    struct sim_world *world = node->world;
    struct worker *worker = node->sim.pool.workers[i];
    bool fails = chance_is(&world->chance, world->weather.fail_percent);

    if (world->before_turn != NULL) {
        world->before_turn(worker, world->turn_ctx);
    }
    mem_fail_after(fails ? (long)chance_below(&world->chance, FAILS_WITHIN)
                         : node->servers[i].fail_after);
    sim_pool_turn(&node->sim, i);
    node->servers[i].fail_after = mem_fail_pause();
    if (fails) {
        node->servers[i].fail_after = -1;
        fails = mem_has_failed() != 0;
    }
    if (world->after_turn != NULL) {
        world->after_turn(worker, fails, world->turn_ctx);
    }
}

size_t sim_node_count_work(const struct sim_node *node)
{
    size_t n = node->first_job != NULL ? 1 : 0;

    for (unsigned i = 0; i < node->sim.pool.count; i++) {
        n += has_work(node, i) ? 1 : 0;
    }
    return n;
}

uint64_t sim_node_next_ms(const struct sim_node *node)
{
    return sim_pool_next_ms(&node->sim);
}

void sim_node_set_time(struct sim_node *node)
{
    node->sim.now_ms = node->world->now_ms;
    node->sim.unix_ms = node->world->unix_ms;
}

unsigned sim_node_next_acceptor(struct sim_node *node)
{
    if (node->world->weather.is_stormy) {
        return (unsigned)chance_below(&node->world->chance, node->sim.pool.count);
    }
    return node->next_acceptor++ % node->sim.pool.count;
}

/* ---- jobs ---- */

static void deliver_job(struct worker *worker, struct mail *mail)
{
    struct job *job = container_of(mail, struct job, mail);
    bool is_awaited = job->is_awaited;

    job->done(job, job->status);
    if (is_awaited) {
        sim_server_of(worker)->n_jobs--;
    }
}

/* A thread takes the oldest and runs it: outside of any turn. */
static void run_job(struct sim_node *node)
{
    struct job *job = container_of(node->first_job, struct job, mail);

    node->first_job = job->mail.next;
    node->last_job = node->first_job != NULL ? node->last_job : NULL;
    job->run(job);
    job->status = 0;
    job->mail.deliver = deliver_job;
    worker_post(job->worker, &job->mail);
}

static int submit(struct job_pool *pool, struct job *job)
{
    struct sim_node *node = container_of(pool, struct sim_node, files);

    job->is_awaited = worker_is_current(job->worker);
    if (job->is_awaited) {
        sim_server_of(job->worker)->n_jobs++;
    }
    job->mail.next = NULL;
    if (node->last_job != NULL) {
        node->last_job->next = &job->mail;
    } else {
        node->first_job = &job->mail;
    }
    node->last_job = &job->mail;
    return 0;
}

static const struct job_pool_ops job_ops = {.submit = submit};

void sim_node_work(struct sim_node *node, size_t which)
{
    if (node->first_job != NULL && which-- == 0) {
        run_job(node);
        return;
    }
    for (unsigned i = 0; i < node->sim.pool.count; i++) {
        if (has_work(node, i) && which-- == 0) {
            turn(node, i);
            return;
        }
    }
}

/* ---- stopping ---- */

static void on_drain_limit(struct deadline *deadline, void *ctx)
{
    struct sim_server *server = ctx;
    struct sim_node *node = server->node;

    (void)deadline;
    if (node->events.on_drain_limit != NULL) {
        node->events.on_drain_limit(node->ctx, server->worker);
    }
    list_each(at, &server->links) {
        sim_link_abort(container_of(at, struct sim_link, in_server));
    }
}

static void drain(struct worker *worker, struct mail *mail)
{
    struct sim_server *server = sim_server_of(worker);
    struct sim_node *node = server->node;

    (void)mail;
    if (server->state != SIM_SERVER_SERVING) {
        return;
    }
    server->state = SIM_SERVER_DRAINING;
    deadline_queue_init(&server->drain_limits, &worker->env.deadlines, node->stop_timeout_ms,
                        on_drain_limit, server);
    deadline_start(&server->drain_limit, &server->drain_limits, worker->env.now_ms);
    node->events.on_drain(node->ctx, worker);
}

static void stop(struct worker_pool *pool, uint64_t timeout_ms)
{
    struct sim_node *node = sim_node_of(pool);

    if (node->is_stopping) {
        return;
    }
    node->is_stopping = true;
    node->is_listening = false;
    node->stop_timeout_ms = timeout_ms;
    for (unsigned i = 0; i < pool->count; i++) {
        worker_post(pool->workers[i], &node->servers[i].stop);
    }
}

static bool has_stopped(const struct sim_node *node)
{
    for (unsigned i = 0; i < node->sim.pool.count; i++) {
        if (node->servers[i].state != SIM_SERVER_STOPPED &&
            node->servers[i].state != SIM_SERVER_CLOSED) {
            return false;
        }
    }
    return true;
}

/* Time goes on for everybody meanwhile. */
static void join(struct worker_pool *pool)
{
    struct sim_node *node = sim_node_of(pool);

    while (!has_stopped(node)) {
        if (!sim_world_step(node->world) && !sim_world_wait(node->world, DEADLINE_NEVER - 1)) {
            (void)fprintf(stderr,
                          "sim: the node does not stop, and nothing will happen any more\n");
            abort();
        }
    }
    sim_pool_run(&node->sim);
}

/* ---- starting ---- */

static void serve(struct sim_server *server)
{
    struct deadline_set *set = &server->worker->env.deadlines;

    list_init(&server->links);
    deadline_queue_init(&server->lingering, set, server->node->options.linger_ms, sim_link_on_limit,
                        server);
    deadline_queue_init(&server->held, set, HELD_MS, sim_link_on_limit, server);
    server->stop.deliver = drain;
    server->state = SIM_SERVER_SERVING;
}

struct starting {
    struct sim_node *node;
    struct worker *worker;
    int rc;
};

static void call_on_start(void *ctx)
{
    struct starting *s = ctx;

    s->rc = s->node->events.on_start(s->node->ctx, s->worker);
}

static void call_on_stop(void *ctx)
{
    struct starting *s = ctx;

    s->node->events.on_stop(s->node->ctx, s->worker);
}

static int start(struct worker_pool *pool)
{
    struct sim_node *node = sim_node_of(pool);
    struct starting s = {.node = node};
    unsigned n = 0;

    for (; n < pool->count && s.rc == 0; n++) {
        s.worker = pool->workers[n];
        atomic_store(&s.worker->is_running, true);
        serve(&node->servers[n]);
        sim_pool_call(&node->sim, n, call_on_start, &s);
    }
    if (s.rc == 0) {
        node->is_listening = true;
        return 0;
    }
    for (n--; n > 0; n--) { /* all but the last, whose start has failed */
        s.worker = pool->workers[n - 1];
        sim_pool_call(&node->sim, n - 1, call_on_stop, &s);
    }
    sim_pool_stop(&node->sim);
    for (unsigned i = 0; i < pool->count; i++) {
        node->servers[i].state = SIM_SERVER_CLOSED;
    }
    return s.rc;
}

/* ---- life ---- */

static void forget_conns(struct sim_node *node)
{
    list_each(at, &node->world->conns) {
        struct sim_conn *conn = container_of(at, struct sim_conn, in_world);

        if (conn->node == node && !conn->is_server_gone) {
            conn->is_server_gone = true;
            sim_pipe_end(conn->world, &conn->down, true);
            if (conn->is_client_gone) {
                sim_conn_destroy(conn);
            }
        }
    }
}

static void destroy(struct worker_pool *pool)
{
    struct sim_node *node = sim_node_of(pool);

    while (node->first_job != NULL) {
        run_job(node);
    }
    sim_pool_deinit(&node->sim);
    forget_conns(node);
    list_remove(&node->in_world);
    mem_free(node->servers);
    mem_free(node);
}

static unsigned port(const struct worker_pool *pool)
{
    return container_of(container_of(pool, const struct sim_pool, pool), const struct sim_node, sim)
        ->port;
}

static const char *address(const struct worker_pool *pool)
{
    (void)pool;
    return "127.0.0.1";
}

static size_t refused_count(const struct worker_pool *pool)
{
    return container_of(container_of(pool, const struct sim_pool, pool), const struct sim_node, sim)
        ->n_refused;
}

static const struct worker_pool_ops node_ops = {
    .post = sim_pool_post,
    .start = start,
    .stop = stop,
    .join = join,
    .destroy = destroy,
    .port = port,
    .address = address,
    .refused_count = refused_count,
};

int sim_node_open(void *ctx, const struct net_options *options, const struct net_events *events,
                  void *events_ctx, struct worker_pool **out)
{
    struct sim_world *world = ctx;
    struct sim_node *node = sim_world_alloc(sizeof(*node));
    unsigned n = options->workers > 0 ? options->workers : 1;

    *node = (struct sim_node){
        .world = world, .options = *options, .events = *events, .ctx = events_ctx};
    sim_pool_init(&node->sim, n, chance_next(&world->chance));
    sim_pool_stop(&node->sim); /* until it is started */
    node->sim.pool.ops = &node_ops;
    node->sim.pool.machine = &world->machine;
    node->sim.pool.files = &node->files;
    node->sim.in_turn = in_turn;
    node->sim.in_turn_ctx = node;
    node->files.ops = &job_ops;
    node->port = options->port > 0 ? options->port : world->next_port++;
    node->servers = sim_world_alloc(n * sizeof(struct sim_server));
    for (unsigned i = 0; i < n; i++) {
        node->servers[i] = (struct sim_server){
            .node = node, .worker = node->sim.pool.workers[i], .fail_after = -1};
        list_init(&node->servers[i].links);
        node->sim.pool.workers[i]->env.log = options->log;
    }
    sim_node_set_time(node);
    list_append(&world->nodes, &node->in_world);
    *out = &node->sim.pool;
    return 0;
}
