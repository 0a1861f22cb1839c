/* Connections that are made, closed or kept: how long one takes, what it costs, and what it weighs. */
#include "load/run.h"

enum {
    SECOND_NS = 1000000000,
    GOODBYE_NS = 200000000 /* a server has noticed by then that they are gone */
};

static void on_joined(void *ctx, struct client *client)
{
    run_count(ctx, client->opened_ns);
}

static void on_ack(void *ctx, struct client *client, uint64_t id, const char *text, size_t len)
{
    struct run *run = ctx;

    (void)client;
    (void)id;
    (void)text;
    (void)len;
    run->damaged++; /* nobody has asked */
}

static void on_event(void *ctx, struct client *client, const char *text, size_t len)
{
    on_ack(ctx, client, 0, text, len);
}

static void keep(struct run *run, uint64_t wait_ns)
{
    uint64_t end = base_now_ns() + wait_ns;

    for (uint64_t now = base_now_ns(); now < end; now = base_now_ns()) {
        engine_turn(&run->engine, end - now);
    }
}

/* `n` connections, as many at a time as there are clients. */
static void make(struct run *run, size_t n)
{
    const struct options *options = run->options;

    for (size_t made = 0; made < n;) {
        size_t more = n - made < options->connections ? n - made : options->connections;

        run_begin_phase(run, more);
        engine_connect(&run->engine, more, options->at_once, options->patience_s * SECOND_NS);
        run_end_phase(run);
        made += more;
        if (made < n) {
            engine_close_all(&run->engine);
            keep(run, GOODBYE_NS);
        }
    }
}

void connections_perform(struct run *run)
{
    const struct options *options = run->options;
    const struct client_events events = {
        .on_joined = on_joined, .on_event = on_event, .on_ack = on_ack, .ctx = run};

    engine_init(&run->engine, &options->kind, options->connections, &events);
    if (options->seconds == 0) {
        make(run, options->connections);
        engine_close_all(&run->engine);
        keep(run, GOODBYE_NS);
        run_forget_phase(run);
        make(run, options->count);
    } else {
        make(run, options->connections);
        keep(run, options->seconds * SECOND_NS);
    }
    run->connected = run->end = measure_take(options->pids, options->n_pids);
    run->units = run->latency.n;
}
