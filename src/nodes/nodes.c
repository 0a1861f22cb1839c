#include "nodes/nodes.h"

#include "base/base64.h"
#include "base/macros.h"

#include <assert.h>
#include <sails/err.h>

/*
 *              on_up                 all confirmed
 *   not reachable ---> subscribing ---------------> up
 *        ^                  |                        |
 *        +----- on_down ----+------------------------+
 *
 * I1  is_up implies is_reachable.
 * I2  n_unconfirmed counts the subscriptions that are asked for since on_up, or are still on their way
 *     from before it; it is 0 unless the bus is up.
 */

enum {
    REFUSED_PERIOD_MS = 60000
};

/* ---- who we are ---- */

void nodes_uid(const struct nodes *nodes, struct str nsp, char out[NODES_UID_LEN + 1])
{
    uint64_t hash = hash_str(nodes->uid_key, nsp);
    uint8_t bytes[5] = {(uint8_t)hash, (uint8_t)(hash >> 8), (uint8_t)(hash >> 16),
                        (uint8_t)(hash >> 24), (uint8_t)(hash >> 32)};
    char text[BASE64URL_LEN(sizeof(bytes))];

    base64url_write(text, (struct bytes){bytes, sizeof(bytes)});
    memcpy(out, text, NODES_UID_LEN);
    out[NODES_UID_LEN] = '\0';
}

/* ---- the bus's events ---- */

static void note_up(struct nodes *nodes)
{
    if (!nodes->is_reachable || nodes->n_unconfirmed > 0 || atomic_load(&nodes->is_up)) {
        return;
    }
    atomic_store(&nodes->is_up, true);
    if (nodes->options.events.on_up != NULL) {
        nodes->options.events.on_up(nodes->options.events.ctx);
    }
}

void nodes_expect_confirmations(struct nodes *nodes, size_t n)
{
    nodes->n_unconfirmed += n;
}

void nodes_on_confirmed(int status, uint64_t number, void *ctx)
{
    struct nodes *nodes = ctx;

    (void)number;
    if (status == SAILS_ECLOSED || nodes->n_unconfirmed == 0) {
        return; /* I2 */
    }
    if (status < 0) {
        log_line(nodes->options.log, LOG_ERROR, "Cluster: Redis refuses a subscription: %s",
                 sails_strerror(status));
        return; /* not up: what is missing nobody hears */
    }
    nodes->n_unconfirmed--;
    note_up(nodes);
}

static void on_bus_up(void *ctx)
{
    struct nodes *nodes = ctx;

    nodes->is_reachable = true;
    nodes->n_unconfirmed = 0;
    nodes_namespace_subscribe_all(nodes);
    note_up(nodes);
}

static void on_bus_down(void *ctx, int status)
{
    struct nodes *nodes = ctx;
    bool was_up = atomic_exchange(&nodes->is_up, false);

    nodes->is_reachable = false;
    nodes->n_unconfirmed = 0;
    if (was_up && nodes->options.events.on_down != NULL) {
        nodes->options.events.on_down(status, nodes->options.events.ctx);
    }
}

static void on_bus_message(void *ctx, struct str name, struct str channel, struct bytes payload)
{
    struct nodes *nodes = ctx;
    struct str nsp;

    if (nodes_namespace_of(nodes, name, &nsp)) {
        nodes_receive(nodes, nsp, channel, payload);
    }
}

static const struct bus_events bus_events = {
    .on_up = on_bus_up,
    .on_down = on_bus_down,
    .on_message = on_bus_message,
};

/* ---- what is no message ---- */

void nodes_refuse(struct nodes *nodes, struct str channel, int why)
{
    uint64_t now_ms = worker_env(nodes->worker)->now_ms;
    uint64_t n = atomic_fetch_add(&nodes->counts.refused, 1) + 1;

    if (nodes->told_refused > 0 && now_ms - nodes->told_refused_ms < REFUSED_PERIOD_MS) {
        return;
    }
    log_line(nodes->options.log, LOG_WARN,
             "Cluster: refused %llu messages of other nodes, the last one on channel %.*s: %s",
             (unsigned long long)(n - nodes->told_refused), STR_FMT(channel), sails_strerror(why));
    nodes->told_refused = n;
    nodes->told_refused_ms = now_ms;
}

/* ---- the carrier ---- */

static bool is_carried(const struct operation *op)
{
    return (op->flags & OPERATION_LOCAL) == 0 && !op->to_nobody &&
           op->kind == OPERATION_BROADCAST && op->timeout_ms == 0;
}

static void plan(const struct carrier *carrier, const struct operation *op,
                 enum operation_scope scope, struct carrier_plan *out)
{
    (void)carrier;
    (void)scope;
    out->is_sent = is_carried(op);
}

static void send(struct carrier *carrier, const struct operation *op,
                 const struct carrier_plan *plan, struct delivery *d,
                 struct delivery_party *parties)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);
    struct nodes_message message;

    (void)plan;
    (void)d;
    (void)parties;
    if (nodes_message_init(&message, nodes, op) < 0) {
        atomic_fetch_add(&nodes->counts.unsent, 1);
        return;
    }
    nodes_publish(nodes, &message.m);
    nodes_message_deinit(&message);
}

static const struct carrier_ops carrier_ops = {
    .plan = plan,
    .send = send,
    .open = nodes_namespace_open,
    .close = nodes_namespace_close,
};

/* ---- life ---- */

void nodes_init(struct nodes *nodes, const struct nodes_options *options)
{
    *nodes = (struct nodes){.carrier.ops = &carrier_ops, .options = *options};
    nodes->key = str_from(options->key != NULL ? options->key : NODES_KEY);
    nodes->worker = options->pool->workers[0];
    machine_random(options->pool->machine, &nodes->uid_key, sizeof(nodes->uid_key));
    machine_random(options->pool->machine, &nodes->map_key, sizeof(nodes->map_key));
    list_init(&nodes->namespaces);
    map_init(&nodes->subscriptions);
}

void nodes_deinit(struct nodes *nodes)
{
    assert(!nodes->is_open);
    nodes_namespace_destroy_all(nodes);
    map_deinit(&nodes->subscriptions);
}

int nodes_start(struct nodes *nodes, struct worker *worker)
{
    struct bus *bus = nodes->options.bus;
    int rc = 0;

    if (worker_index(worker) != 0) {
        return 0;
    }
    rc = bus->ops->open(bus, worker, &bus_events, nodes);
    nodes->is_open = rc == 0;
    return rc;
}

void nodes_stop(struct nodes *nodes, struct worker *worker)
{
    if (worker_index(worker) != 0 || !nodes->is_open) {
        return;
    }
    nodes->is_open = false;
    nodes->is_reachable = false;
    nodes->n_unconfirmed = 0;
    atomic_store(&nodes->is_up, false);
    nodes->options.bus->ops->close(nodes->options.bus);
}

bool nodes_is_up(const struct nodes *nodes)
{
    return atomic_load(&nodes->is_up);
}
