#include "cluster/mail_carrier.h"

#include "base/ids.h"
#include "base/macros.h"
#include "cluster/cluster.h"

#include <assert.h>

/* ---- whom to ask ---- */

static uint64_t all_workers(const struct mail_carrier *m)
{
    return m->pool->count >= 64 ? UINT64_MAX : (UINT64_C(1) << m->pool->count) - 1;
}

/* Bit i: worker i. Names of rooms concern every worker; ids, as a rule, the one that made them. */
static uint64_t concerned(const struct mail_carrier *m, const struct operation *op,
                          enum operation_scope scope)
{
    bool is_anywhere = scope != OPERATION_SOCKET && atomic_load(&m->has_id_rooms);
    uint64_t some = 0;

    if (op->kind == OPERATION_SERVER_EVENT) {
        return 0; /* it is for the other nodes' programs */
    }
    if (op->target.n_rooms == 0 || m->ids_move || is_anywhere) {
        return all_workers(m);
    }
    for (size_t i = 0; i < op->target.n_rooms; i++) {
        int worker = id_worker(op->target.rooms[i]);

        if (worker < 0 || (unsigned)worker >= m->pool->count) {
            return all_workers(m);
        }
        some |= UINT64_C(1) << worker;
    }
    return some;
}

static size_t count_bits(uint64_t bits)
{
    size_t n = 0;

    for (; bits != 0; bits &= bits - 1) {
        n++;
    }
    return n;
}

/* The bit of the worker whose turn this is; 0: it is some other thread. */
static uint64_t own_bit(const struct mail_carrier *m)
{
    const struct worker *here = worker_current(m->pool);

    return here != NULL ? UINT64_C(1) << worker_index(here) : 0;
}

static void plan_mail(const struct carrier *carrier, const struct operation *op,
                      enum operation_scope scope, struct carrier_plan *plan)
{
    const struct mail_carrier *m = container_of(carrier, const struct mail_carrier, carrier);
    uint64_t whom = concerned(m, op, scope);
    uint64_t own = own_bit(m);

    plan->whom = whom & ~own;
    plan->concerns_caller = (whom & own) != 0;
    plan->n_parties = count_bits(plan->whom);
    plan->is_sent = plan->n_parties > 0;
}

/* ---- taking it there ---- */

static void deliver_party(struct worker *worker, struct mail *mail)
{
    cluster_apply(container_of(mail, struct delivery_party, mail)->delivery, worker);
}

static bool send_mail(struct carrier *carrier, const struct operation *op,
                      const struct carrier_plan *plan, struct delivery *d,
                      struct delivery_party *parties)
{
    const struct mail_carrier *m = container_of(carrier, const struct mail_carrier, carrier);
    size_t n = 0;

    (void)op;
    (void)d; /* its places know it */
    for (unsigned i = 0; i < m->pool->count; i++) {
        if ((plan->whom & UINT64_C(1) << i) != 0) {
            parties[n].mail.deliver = deliver_party;
            worker_post(m->pool->workers[i], &parties[n].mail);
            n++;
        }
    }
    assert(n == plan->n_parties);
    return true;
}

static const struct carrier_ops mail_ops = {
    .plan = plan_mail,
    .send = send_mail,
};

/* ---- life ---- */

void mail_carrier_init(struct mail_carrier *m, struct worker_pool *pool)
{
    *m = (struct mail_carrier){.carrier.ops = &mail_ops, .pool = pool};
    atomic_init(&m->has_id_rooms, false);
}

void mail_carrier_note_join(struct mail_carrier *m, struct str own_id, struct str room)
{
    if (id_worker(room) >= 0 && !str_eq(own_id, room)) {
        atomic_store(&m->has_id_rooms, true);
    }
}
