#include "nodes/nodes.h"

#include "base/base64.h"
#include "base/macros.h"
#include "nodes/nodes_admin.h"
#include "nodes/nodes_message.h"
#include "nodes/nodes_peers.h"
#include "nodes/nodes_request.h"

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
    TELLING_PERIOD_MS = 60000,
    CLASSIC_UID_LEN = 6
};

/* ---- who we are ---- */

/* 6 characters of base64url, or 16 hexadecimal digits, as the adapters of Node have them. */
void nodes_name(const struct nodes *nodes, struct str what, char out[NODES_UID_MAX + 1])
{
    uint64_t hash = hash_str(nodes->uid_key, what);
    uint8_t bytes[5] = {(uint8_t)hash, (uint8_t)(hash >> 8), (uint8_t)(hash >> 16),
                        (uint8_t)(hash >> 24), (uint8_t)(hash >> 32)};
    char text[BASE64URL_LEN(sizeof(bytes))];

    if (nodes->options.dialect != NODES_CLASSIC) {
        (void)snprintf(out, NODES_UID_MAX + 1, "%016llx", (unsigned long long)hash);
        return;
    }
    base64_write_url(text, (struct bytes){bytes, sizeof(bytes)});
    memcpy(out, text, CLASSIC_UID_LEN);
    out[CLASSIC_UID_LEN] = '\0';
}

void nodes_uid(const struct nodes *nodes, struct str nsp, char out[NODES_UID_MAX + 1])
{
    nodes_name(nodes, nsp, out); /* begins with a slash: no other name does */
}

/* ---- the bus's events ---- */

static void nodes_check(const struct nodes *nodes)
{
    assert(!atomic_load(&nodes->is_up) || nodes->is_reachable); /* I1 */
    assert(nodes->is_reachable || nodes->n_unconfirmed == 0);   /* I2 */
    (void)nodes;
}

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
    nodes_check(nodes);
    note_up(nodes);
}

static bool is_python(const struct nodes *nodes, struct str channel)
{
    return nodes->options.python != NULL && str_eq(channel, str_from(nodes->options.python));
}

static void subscribe_python(struct nodes *nodes)
{
    struct bus *bus = nodes->options.bus;

    if (nodes->options.python != NULL) {
        nodes_expect_confirmations(nodes, 1);
        (void)bus->ops->subscribe(bus, BUS_CHANNEL, str_from(nodes->options.python), true,
                                  nodes_on_confirmed, nodes);
    }
}

static void on_bus_up(void *ctx)
{
    struct nodes *nodes = ctx;

    nodes->is_reachable = true;
    nodes->n_unconfirmed = 0;
    nodes_namespace_subscribe_all(nodes);
    nodes_admin_subscribe(nodes);
    nodes_peers_subscribe(nodes);
    subscribe_python(nodes);
    note_up(nodes);
    nodes_check(nodes);
}

static void on_bus_down(void *ctx, int status)
{
    struct nodes *nodes = ctx;
    bool was_up = atomic_exchange(&nodes->is_up, false);

    nodes->is_reachable = false;
    nodes->n_unconfirmed = 0;
    nodes_check(nodes);
    nodes_request_end_all(nodes, SAILS_ETIMEOUT);
    if (was_up && nodes->options.events.on_down != NULL) {
        nodes->options.events.on_down(status, nodes->options.events.ctx);
    }
}

static void on_bus_message(void *ctx, struct str name, struct str channel, struct bytes payload)
{
    struct nodes *nodes = ctx;
    struct str nsp;

    if (str_eq(name, nodes_admin_channel(nodes))) {
        nodes_admin_receive(nodes, payload);
    } else if (is_python(nodes, name)) {
        nodes_receive_python(nodes, payload);
    } else if (!nodes_peers_receive(nodes, name, payload) &&
               nodes_namespace_of(nodes, name, &nsp)) {
        nodes_receive(nodes, nsp, channel, payload);
    }
}

static void on_bus_entry(void *ctx, const struct bus_entry *entry)
{
    nodes_receive_entry(ctx, entry);
}

static const struct bus_events bus_events = {
    .on_up = on_bus_up,
    .on_down = on_bus_down,
    .on_message = on_bus_message,
    .on_entry = on_bus_entry,
};

/* ---- what is no message ---- */

void nodes_refuse(struct nodes *nodes, struct str channel, int why)
{
    uint64_t now_ms = worker_env(nodes->worker)->now_ms;
    uint64_t n = atomic_fetch_add(&nodes->counts.refused, 1) + 1;

    if (nodes->told_refused > 0 && now_ms - nodes->told_refused_ms < TELLING_PERIOD_MS) {
        return;
    }
    log_line(nodes->options.log, LOG_WARN,
             "Cluster: refused %llu messages of other nodes, the last one on channel %.*s: %s",
             (unsigned long long)(n - nodes->told_refused), STR_FMT(channel), sails_strerror(why));
    nodes->told_refused = n;
    nodes->told_refused_ms = now_ms;
}

void nodes_tell_unsent(struct nodes *nodes, struct str channel, size_t len, int why)
{
    uint64_t now_ms = worker_env(nodes->worker)->now_ms;
    uint64_t all = atomic_load(&nodes->counts.unsent);
    unsigned long long n = all - nodes->told_unsent;
    bool is_late = nodes->told_unsent == 0 || now_ms - nodes->told_unsent_ms >= TELLING_PERIOD_MS;

    if (n == 0 || !is_late || !nodes->is_reachable) {
        return;
    }
    if (why < 0) {
        log_line(
            nodes->options.log, LOG_WARN,
            "Cluster: %llu messages were not said to other nodes, the last one of %zu bytes on "
            "channel %.*s: %s",
            n, len, STR_FMT(channel), sails_strerror(why));
    } else {
        log_line(
            nodes->options.log, LOG_WARN,
            "Cluster: %llu messages were not said to other nodes: Redis was away, slow or full", n);
    }
    nodes->told_unsent = all;
    nodes->told_unsent_ms = now_ms;
}

/* ---- the carrier ---- */

/* Whether somebody waits for what the others have to say. */
static bool is_asking(const struct operation *op)
{
    switch (op->kind) {
    case OPERATION_FETCH:
    case OPERATION_ROOMS:
        return true;
    case OPERATION_BROADCAST:
    case OPERATION_SERVER_EVENT:
        return op->timeout_ms > 0;
    case OPERATION_JOIN:
    case OPERATION_LEAVE:
    case OPERATION_DISCONNECT:
        return (op->flags & OPERATION_CONFIRMED) != 0;
    case OPERATION_LEAVE_ALL:
        break;
    }
    return false;
}

static void plan(const struct carrier *carrier, const struct operation *op,
                 enum operation_scope scope, struct carrier_plan *out)
{
    const struct nodes *nodes = container_of(carrier, const struct nodes, carrier);

    (void)scope;
    out->is_sent = (op->flags & OPERATION_LOCAL) == 0 && !op->to_nobody &&
                   (op->kind != OPERATION_ROOMS || nodes->options.dialect == NODES_CLASSIC);
    out->n_parties = out->is_sent && is_asking(op) ? 1 : 0;
    out->comes_back = out->is_sent && nodes_recovery_comes_back(nodes, op);
}

/* What only Sails knows goes over its admin bus, and what Sails would say there where the others are Sails. */
static bool is_for_admin_bus(const struct nodes *nodes, const struct operation *op)
{
    return op->kind == OPERATION_LEAVE_ALL ||
           (nodes->options.speaks_sails && (op->flags & OPERATION_NAMES_SOCKET) != 0 &&
            (op->kind == OPERATION_JOIN || op->kind == OPERATION_LEAVE) &&
            str_eq(op->nsp, STR("/")));
}

static int say(struct nodes *nodes, const struct operation *op)
{
    struct nodes_message message;
    int rc = 0;

    if (is_for_admin_bus(nodes, op)) {
        return nodes_admin_send(nodes, op);
    }
    rc = nodes_message_init(&message, nodes, op);
    if (rc == 0) {
        rc = nodes_publish(nodes, &message.m, (struct str){NULL, 0});
        nodes_message_deinit(&message);
    }
    return rc;
}

static bool send(struct carrier *carrier, const struct operation *op,
                 const struct carrier_plan *plan, struct delivery *d,
                 struct delivery_party *parties)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);

    (void)parties;
    if (plan->n_parties > 0) {
        nodes_request_send(nodes, op, d);
    } else if (say(nodes, op) < 0) {
        atomic_fetch_add(&nodes->counts.unsent, 1);
        return false;
    }
    return true;
}

static const struct carrier_ops carrier_ops = {
    .plan = plan,
    .send = send,
    .open = nodes_namespace_open,
    .close = nodes_namespace_close,
    .note_room = nodes_namespace_note_room,
    .keep_session = nodes_recovery_keep,
    .take_session = nodes_recovery_take,
};

/* ---- life ---- */

void nodes_init(struct nodes *nodes, const struct nodes_options *options)
{
    *nodes = (struct nodes){.carrier.ops = &carrier_ops, .options = *options};
    nodes->key = str_from(options->key != NULL ? options->key : NODES_KEY);
    nodes->worker = options->pool->workers[0];
    machine_random(options->pool->machine, &nodes->uid_key, sizeof(nodes->uid_key));
    machine_random(options->pool->machine, &nodes->map_key, sizeof(nodes->map_key));
    nodes->carrier.recovers = options->recovers;
    if (options->dialect == NODES_STREAMS) {
        options->bus->ops->follow(options->bus, options->stream, options->recovers);
    }
    list_init(&nodes->own);
    list_init(&nodes->namespaces);
    list_init(&nodes->requests);
    map_init(&nodes->subscriptions);
}

void nodes_deinit(struct nodes *nodes)
{
    assert(!nodes->is_open);
    nodes_namespace_destroy_all(nodes);
    nodes_recovery_deinit(nodes);
    map_deinit(&nodes->subscriptions);
    map_deinit(&nodes->requests_by_id);
}

int nodes_start(struct nodes *nodes, struct worker *worker)
{
    struct bus *bus = nodes->options.bus;
    int rc = 0;

    if (worker_index(worker) != 0) {
        return 0;
    }
    nodes_request_start(nodes);
    rc = bus->ops->open(bus, worker, &bus_events, nodes);
    nodes->is_open = rc == 0;
    if (rc < 0) {
        nodes_request_stop(nodes);
    }
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
    nodes_request_stop(nodes);
}

bool nodes_is_up(const struct nodes *nodes)
{
    return atomic_load(&nodes->is_up);
}
