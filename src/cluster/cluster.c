#include "cluster/cluster.h"

#include "base/ids.h"

#include <sails/err.h>
#include <stdatomic.h>

void cluster_init(struct cluster *cluster, struct worker_pool *pool,
                  const struct cluster_host *host)
{
    *cluster = (struct cluster){.pool = pool, .host = host};
    atomic_init(&cluster->has_id_rooms, false);
}

void cluster_note_join(struct cluster *cluster, struct str own_id, struct str room)
{
    if (id_worker(room) >= 0 && !str_eq(own_id, room)) {
        atomic_store(&cluster->has_id_rooms, true);
    }
}

/* ---- when all have applied it ---- */

static int status_of(struct operation *op, struct worker *worker)
{
    int status = atomic_load(&op->status);

    if (status == 0 && !worker_is_running(worker)) {
        status = SAILS_ECLOSED;
    }
    if (status == 0 && op->must_match && atomic_load(&op->matched) == 0) {
        status = SAILS_ENOENT;
    }
    return status;
}

static void deliver_done(struct worker *worker, struct mail *mail)
{
    struct operation *op = container_of(mail, struct operation_mail, mail)->op;

    if (op->answers != NULL) {
        answers_close(op->answers, worker_is_running(worker) ? 0 : SAILS_ECLOSED);
    }
    if (op->on_done != NULL) {
        op->on_done(op, status_of(op, worker), op->ctx);
    }
    operation_release(op);
}

/* One worker less; the last one sends the news, which comes on a later turn. Takes a reference. */
static void finish_part(struct operation *op, struct worker *worker)
{
    if (atomic_fetch_sub(&op->pending, 1) > 1) {
        operation_release(op);
        return;
    }
    if (op->on_done == NULL && op->answers == NULL) {
        operation_release(op);
        return;
    }
    op->done_mail = (struct operation_mail){.mail.deliver = deliver_done, .op = op};
    worker_post(worker, &op->done_mail.mail);
}

/* ---- at each worker ---- */

static void apply_here(struct operation *op, struct worker *worker)
{
    const struct cluster_host *host = op->cluster->host;

    if (worker_is_running(worker)) {
        operation_apply(op, worker_index(worker), host->find(host->ctx, worker, op->nsp),
                        host->describe);
    }
    finish_part(op, worker);
}

static void deliver_operation(struct worker *worker, struct mail *mail)
{
    apply_here(container_of(mail, struct operation_mail, mail)->op, worker);
}

/* ---- whom to ask ---- */

/* Bit i: worker i. Names of rooms concern every worker; ids, as a rule, the one that made them. */
static uint64_t concerned(const struct cluster *cluster, const struct operation *op)
{
    unsigned n = cluster->pool->count;
    uint64_t all = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
    uint64_t some = 0;

    if (op->target.n_rooms == 0 || cluster->ids_move || atomic_load(&cluster->has_id_rooms)) {
        return all;
    }
    for (size_t i = 0; i < op->target.n_rooms; i++) {
        int worker = id_worker(op->target.rooms[i]);

        if (worker < 0 || (unsigned)worker >= n) {
            return all;
        }
        some |= UINT64_C(1) << worker;
    }
    return some;
}

static unsigned count_bits(uint64_t bits)
{
    unsigned n = 0;

    for (; bits != 0; bits &= bits - 1) {
        n++;
    }
    return n;
}

/* A join by a name that looks like an id, of whoever is not known to be that socket. */
static void note_id_rooms(struct cluster *cluster, const struct operation *op)
{
    struct str only = op->target.n_rooms == 1 ? op->target.rooms[0] : (struct str){NULL, 0};

    for (size_t i = 0; op->kind == OPERATION_JOIN && i < op->n_rooms; i++) {
        cluster_note_join(cluster, only, op->rooms[i]);
    }
}

void cluster_send(struct cluster *cluster, struct operation *op)
{
    struct worker *here = worker_current(cluster->pool);
    uint64_t workers = 0;
    bool is_mine = false;

    note_id_rooms(cluster, op);
    workers = concerned(cluster, op);
    op->cluster = cluster;
    atomic_store(&op->pending, count_bits(workers));
    for (unsigned i = 0; i < cluster->pool->count; i++) {
        struct worker *worker = cluster->pool->workers[i];

        if ((workers & UINT64_C(1) << i) == 0) {
            continue;
        }
        if (worker == here) {
            is_mine = true;
            continue;
        }
        op->mails[i] = (struct operation_mail){.mail.deliver = deliver_operation, .op = op};
        operation_retain(op);
        worker_post(worker, &op->mails[i].mail);
    }
    if (is_mine) {
        operation_retain(op);
        apply_here(op, here);
    }
    operation_release(op);
}
