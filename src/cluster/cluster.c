#include "cluster/cluster.h"

#include "base/ids.h"

#include <assert.h>
#include <sails/err.h>

/*
 * An operation that names a socket asks twice where it must: once for the socket, and when no worker of
 * this node has it, once more for the room of that name:
 *
 *     cluster_send() --OPERATION_SOCKET--> the workers that may have it --nobody--> send_on()
 *                                                                                      |
 *                          everybody, other nodes included <--OPERATION_ROOM-----------+
 *
 * So an id stands for that socket, whoever else is in a room that bears its name, on whichever worker. As
 * long as nobody is, one question is enough (OPERATION_SOCKET_OR_ROOM).
 */

void cluster_init(struct cluster *cluster, struct worker_pool *pool,
                  const struct cluster_host *host)
{
    *cluster = (struct cluster){.pool = pool, .host = host};
    mail_carrier_init(&cluster->mail, pool);
}

void cluster_set_adapter(struct cluster *cluster, struct carrier *adapter)
{
    cluster->adapter = adapter;
}

int cluster_open_namespace(struct cluster *cluster, struct str name, struct carrier_namespace **out)
{
    struct carrier *adapter = cluster->adapter;

    *out = NULL;
    if (adapter == NULL) {
        return 0;
    }
    *out = adapter->ops->open(adapter, name);
    return *out != NULL ? 0 : SAILS_ENOMEM;
}

void cluster_close_namespace(struct carrier_namespace *nsp)
{
    if (nsp != NULL) {
        nsp->carrier->ops->close(nsp);
    }
}

void cluster_note_room(struct carrier_namespace *nsp, struct str room, bool exists)
{
    if (nsp != NULL && nsp->carrier->ops->note_room != NULL) {
        nsp->carrier->ops->note_room(nsp, room, exists);
    }
}

/* ---- at a worker ---- */

static void apply(const struct cluster *cluster, struct worker *worker, const struct operation *op,
                  struct operation_part *part)
{
    const struct cluster_host *host = cluster->host;

    worker_assert_thread(worker);
    if (worker_is_running(worker)) {
        part->nsp = host->find(host->ctx, worker, op->nsp);
        part->describe = host->describe;
    }
    operation_apply(op, part);
}

void cluster_apply(struct delivery *d, struct worker *worker)
{
    struct operation_part part = {
        .scope = d->scope, .message = d->message, .answers = d->outcome.answers};

    apply(d->cluster, worker, &d->op, &part);
    delivery_report(d, &(struct delivery_report){part.status, part.n_matched, part.found});
}

/* ---- what is to be done ---- */

struct plans {
    struct carrier_plan mail;
    struct carrier_plan adapter;
};

static struct plans plan(const struct cluster *cluster, const struct operation *op,
                         enum operation_scope scope)
{
    const struct carrier *mail = &cluster->mail.carrier;
    const struct carrier *adapter = cluster->adapter;
    struct plans plans = {0};

    mail->ops->plan(mail, op, scope, &plans.mail);
    if (adapter != NULL && scope != OPERATION_SOCKET) {
        adapter->ops->plan(adapter, op, scope, &plans.adapter);
    }
    return plans;
}

/* Whether the name in `to` could be a socket's somewhere and a room's elsewhere. */
static enum operation_scope scope_of(const struct cluster *cluster, const struct operation *op)
{
    bool is_elsewhere = atomic_load(&cluster->mail.has_id_rooms) || cluster->adapter != NULL;

    if ((op->flags & OPERATION_NAMES_SOCKET) == 0 || !is_elsewhere) {
        return OPERATION_SOCKET_OR_ROOM;
    }
    return id_worker(op->target.rooms[0]) >= 0 ? OPERATION_SOCKET : OPERATION_ROOM;
}

/* A join by a name that looks like an id, of whoever is not known to be that socket. */
static void note_id_rooms(struct cluster *cluster, const struct operation *op)
{
    struct str only = op->target.n_rooms == 1 ? op->target.rooms[0] : (struct str){NULL, 0};

    for (size_t i = 0; op->kind == OPERATION_JOIN && i < op->n_rooms; i++) {
        mail_carrier_note_join(&cluster->mail, only, op->rooms[i]);
    }
}

/* ---- sending ---- */

static bool send_with(struct carrier *carrier, const struct carrier_plan *plan,
                      const struct operation *op, struct delivery *d, size_t first)
{
    return plan->is_sent &&
           carrier->ops->send(carrier, op, plan, d, d != NULL ? d->parties + first : NULL);
}

/* All that the carriers have planned; then what the caller's own worker has to do. */
static void send_all(struct cluster *cluster, const struct plans *plans, const struct operation *op,
                     struct delivery *d)
{
    delivery_expect(d, plans->mail.n_parties + plans->adapter.n_parties);
    if (plans->adapter.is_sent) {
        d->outcome.must_match = false; /* others may have whom it names, and do not say so */
    }
    (void)send_with(cluster->adapter, &plans->adapter, op, d, plans->mail.n_parties);
    (void)send_with(&cluster->mail.carrier, &plans->mail, op, d, 0);
    if (plans->mail.concerns_caller) {
        delivery_expect(d, 1);
        cluster_apply(d, worker_current(cluster->pool));
    }
}

/* The sender has given it to all. */
static void finish_sending(struct delivery *d)
{
    delivery_report(d, &(struct delivery_report){0});
}

/* Nobody here has a socket of that id: it is a room's name, then. */
static void send_on(struct delivery *d)
{
    struct plans plans;

    d->scope = OPERATION_ROOM;
    plans = plan(d->cluster, &d->op, d->scope);
    assert(plans.mail.n_parties + plans.adapter.n_parties <= d->n_parties);
    atomic_store(&d->pending, 1);
    send_all(d->cluster, &plans, &d->op, d);
    finish_sending(d);
}

static void on_all(struct delivery *d)
{
    struct worker *here = worker_current(d->cluster->pool);

    if (d->scope == OPERATION_SOCKET && atomic_load(&d->n_matched) == 0) {
        send_on(d);
        return;
    }
    delivery_end(d, here != NULL ? here : d->cluster->pool->workers[0]);
}

static size_t places(const struct cluster *cluster, const struct plans *plans,
                     enum operation_scope scope)
{
    return scope == OPERATION_SOCKET ? cluster->pool->count + 1 /* of the adapter */
                                     : plans->mail.n_parties + plans->adapter.n_parties;
}

static int deliver(struct cluster *cluster, const struct plans *plans, const struct operation *op,
                   struct sio_message *message, const struct delivery_outcome *outcome,
                   enum operation_scope scope)
{
    struct delivery *d = delivery_create(op, message, outcome, places(cluster, plans, scope));

    if (d == NULL) {
        return SAILS_ENOMEM;
    }
    d->cluster = cluster;
    d->on_all = on_all;
    d->scope = scope;
    send_all(cluster, plans, op, d);
    finish_sending(d);
    return 0;
}

/* The one way without an allocation: nobody has to report, and nobody wants to hear. */
static void apply_at_once(struct cluster *cluster, const struct plans *plans,
                          const struct operation *op, struct sio_message *message,
                          enum operation_scope scope)
{
    struct operation_part part = {.scope = scope, .message = message};

    (void)send_with(cluster->adapter, &plans->adapter, op, NULL, 0);
    if (plans->mail.concerns_caller) {
        apply(cluster, worker_current(cluster->pool), op, &part);
        json_decref(part.found);
    }
}

int cluster_send(struct cluster *cluster, const struct operation *op, struct sio_message *message,
                 const struct delivery_outcome *outcome)
{
    static const struct delivery_outcome nobody = {0};
    enum operation_scope scope = OPERATION_SOCKET_OR_ROOM;
    struct plans plans;

    assert(op->kind != OPERATION_BROADCAST || message != NULL);
    assert((op->flags & OPERATION_NAMES_SOCKET) == 0 || op->kind != OPERATION_BROADCAST);
    outcome = outcome != NULL ? outcome : &nobody;
    note_id_rooms(cluster, op);
    scope = scope_of(cluster, op);
    plans = plan(cluster, op, scope);
    if (plans.adapter.comes_back) {
        if (send_with(cluster->adapter, &plans.adapter, op, NULL, 0)) {
            return 0;
        }
        plans.adapter = (struct carrier_plan){0}; /* this node's own hear it at least */
    }
    if (outcome->on_done == NULL && outcome->answers == NULL && scope != OPERATION_SOCKET &&
        plans.mail.n_parties + plans.adapter.n_parties == 0) {
        apply_at_once(cluster, &plans, op, message, scope);
        return 0;
    }
    return deliver(cluster, &plans, op, message, outcome, scope);
}
