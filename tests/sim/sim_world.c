#include "sim/sim_world.h"

#include "base/macros.h"
#include "base/mem.h"
#include "sim/sim_node.h"

#include <stdlib.h>

enum {
    FIRST_PORT = 40000
};

void *sim_world_alloc(size_t size)
{
    void *p = mem_alloc(size);

    /* A failure that the weather has ordered comes once. */
    p = p != NULL ? p : mem_alloc(size);
    if (p == NULL) {
        abort();
    }
    return p;
}

static uint64_t unix_ms(void *ctx)
{
    const struct sim_world *world = ctx;

    return world->unix_ms;
}

static void fill(void *ctx, void *out, size_t len)
{
    struct sim_world *world = ctx;

    chance_fill(&world->chance, out, len);
}

void sim_world_init(struct sim_world *world, uint64_t seed)
{
    *world = (struct sim_world){
        .now_ms = 1000, .unix_ms = UINT64_C(1767225600000), .next_port = FIRST_PORT};
    chance_init(&world->chance, seed);
    world->machine = (struct machine){.unix_ms = unix_ms, .random = fill, .ctx = world};
    world->app_world = (struct app_world){
        .machine = &world->machine, .open = sim_node_open, .ctx = world, .is_simulated = true};
    list_init(&world->nodes);
    list_init(&world->conns);
    list_init(&world->errands);
}

void sim_world_deinit(struct sim_world *world)
{
    assert(list_is_empty(&world->nodes));
    while (!list_is_empty(&world->conns)) {
        sim_conn_destroy(container_of(world->conns.next, struct sim_conn, in_world));
    }
    while (!list_is_empty(&world->errands)) {
        mem_free(container_of(list_take_first(&world->errands), struct sim_errand, in_world));
    }
}

struct sim_node *sim_world_find_node(struct sim_world *world, unsigned port)
{
    list_each(at, &world->nodes) {
        struct sim_node *node = container_of(at, struct sim_node, in_world);

        if (node->is_listening && node->port == port) {
            return node;
        }
    }
    return NULL;
}

/* ---- errands ---- */

void sim_world_later(struct sim_world *world, uint64_t in_ms, void (*run)(void *ctx), void *ctx)
{
    struct sim_errand *errand = sim_world_alloc(sizeof(*errand));
    struct list *at = &world->errands;

    *errand = (struct sim_errand){.due_ms = world->now_ms + in_ms, .run = run, .ctx = ctx};
    while (at->prev != &world->errands &&
           container_of(at->prev, struct sim_errand, in_world)->due_ms > errand->due_ms) {
        at = at->prev;
    }
    list_insert_before(at, &errand->in_world);
}

static struct sim_errand *due_errand(const struct sim_world *world)
{
    struct sim_errand *first = list_is_empty(&world->errands)
                                   ? NULL
                                   : container_of(world->errands.next, struct sim_errand, in_world);

    return first != NULL && first->due_ms <= world->now_ms ? first : NULL;
}

static void run_errand(struct sim_errand *errand)
{
    list_remove(&errand->in_world);
    errand->run(errand->ctx);
    mem_free(errand);
}

/* ---- what can happen now ---- */

/*
 * Things are numbered: those of the nodes first, then connections whose client has something to notice,
 * then an errand. A step counts them, draws one, and walks to it.
 */
struct count {
    size_t n_nodes;
    size_t n_conns;
    size_t n_errands;
};

static size_t count_all(const struct sim_world *world, struct count *count)
{
    *count = (struct count){0};
    list_each(at, &world->nodes) {
        count->n_nodes += sim_node_count_work(container_of(at, struct sim_node, in_world));
    }
    list_each(at, &world->conns) {
        count->n_conns += sim_conn_is_ready(container_of(at, struct sim_conn, in_world)) ? 1 : 0;
    }
    count->n_errands = due_errand(world) != NULL ? 1 : 0;
    return count->n_nodes + count->n_conns + count->n_errands;
}

static void work_at_node(struct sim_world *world, size_t which)
{
    list_each(at, &world->nodes) {
        struct sim_node *node = container_of(at, struct sim_node, in_world);
        size_t n = sim_node_count_work(node);

        if (which < n) {
            sim_node_work(node, which);
            return;
        }
        which -= n;
    }
}

static void tell_client(struct sim_world *world, size_t which)
{
    list_each(at, &world->conns) {
        struct sim_conn *conn = container_of(at, struct sim_conn, in_world);

        if (sim_conn_is_ready(conn) && which-- == 0) {
            conn->is_told = true;
            conn->on_readable(conn, conn->ctx);
            return;
        }
    }
}

bool sim_world_step(struct sim_world *world)
{
    struct count count;
    size_t n = count_all(world, &count);
    size_t which = 0;

    if (n == 0) {
        return false;
    }
    world->n_steps++;
    which = world->weather.is_stormy ? (size_t)chance_below(&world->chance, n) : 0;
    if (which < count.n_nodes) {
        work_at_node(world, which);
    } else if (which < count.n_nodes + count.n_conns) {
        tell_client(world, which - count.n_nodes);
    } else {
        run_errand(due_errand(world));
    }
    return true;
}

void sim_world_run(struct sim_world *world)
{
    while (sim_world_step(world)) {
    }
}

/* ---- time ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_ms(const struct sim_world *world)
{
    uint64_t next = DEADLINE_NEVER;

    list_each(at, &world->nodes) {
        next = earlier(next, sim_node_next_ms(container_of(at, struct sim_node, in_world)));
    }
    list_each(at, &world->conns) {
        uint64_t due = sim_conn_next_ms(container_of(at, struct sim_conn, in_world));

        /* What is there already waits for somebody to take it, not for time. */
        next = due > world->now_ms ? earlier(next, due) : next;
    }
    if (!list_is_empty(&world->errands)) {
        next =
            earlier(next, container_of(world->errands.next, struct sim_errand, in_world)->due_ms);
    }
    return next;
}

static void set_time(struct sim_world *world, uint64_t now_ms)
{
    if (now_ms <= world->now_ms) {
        return;
    }
    world->unix_ms += now_ms - world->now_ms;
    world->now_ms = now_ms;
    list_each(at, &world->nodes) {
        sim_node_set_time(container_of(at, struct sim_node, in_world));
    }
}

bool sim_world_wait(struct sim_world *world, uint64_t limit_ms)
{
    uint64_t next = next_ms(world);

    set_time(world, earlier(next, limit_ms));
    return next <= limit_ms;
}

void sim_world_advance(struct sim_world *world, uint64_t ms)
{
    uint64_t end = world->now_ms + ms;

    do {
        sim_world_run(world);
    } while (sim_world_wait(world, end));
    sim_world_run(world);
}
