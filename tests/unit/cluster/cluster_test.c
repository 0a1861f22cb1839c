#include "cluster/cluster.h"

#include "base/macros.h"
#include "base/mem.h"
#include "support/cmocka.h"
#include "support/sim_pool.h"

#include <sails/err.h>
#include <sails/io.h>

/* A cluster whose workers have no sockets, and note that they were asked for some. */
struct fixture {
    struct sim_pool sim;
    struct cluster cluster;
    struct cluster_host host;
    char asked[64]; /* the indexes of workers, in the order in which they were asked */
    int n_done;
    int status;
    bool is_calling; /* cluster_send() has not returned */
};

static struct sio_namespace *find(void *ctx, struct worker *worker, struct str name)
{
    struct fixture *f = ctx;

    assert_true(worker_is_current(worker));
    assert_true(str_eq(name, STR("/chat")));
    snprintf(f->asked + strlen(f->asked), sizeof(f->asked) - strlen(f->asked), "%u",
             worker_index(worker));
    return NULL;
}

static void begin(struct fixture *f, unsigned n_workers)
{
    *f = (struct fixture){.status = 1};
    sim_pool_init(&f->sim, n_workers, 7);
    f->host = (struct cluster_host){.find = find, .ctx = f};
    cluster_init(&f->cluster, &f->sim.pool, &f->host);
}

static void end(struct fixture *f)
{
    sim_pool_deinit(&f->sim);
}

static void on_done(int status, json_t *found, void *ctx)
{
    struct fixture *f = ctx;

    (void)found;
    assert_false(f->is_calling);
    assert_non_null(worker_current(&f->sim.pool));
    f->n_done++;
    f->status = status;
}

static void id_of(struct fixture *f, unsigned worker, char id[ID_LEN + 1])
{
    id_make(&f->sim.workers[worker].worker.env, id);
}

/* Sends from a turn of that worker; -1: from some other thread. */
static int send_from(struct fixture *f, int worker, const struct operation_spec *spec,
                     const struct delivery_outcome *outcome)
{
    struct worker_scope scope;
    struct operation op;
    int rc = 0;

    assert_int_equal(operation_init(&op, spec), 0);
    op.nsp = STR("/chat");
    f->is_calling = true;
    if (worker >= 0) {
        worker_enter(&scope, &f->sim.workers[worker].worker);
    }
    rc = cluster_send(&f->cluster, &op, NULL, outcome);
    if (worker >= 0) {
        worker_leave(&scope);
    }
    f->is_calling = false;
    operation_deinit(&op);
    return rc;
}

static void expect_asked(struct fixture *f, const char *before, const char *after)
{
    assert_string_equal(f->asked, before);
    sim_pool_run(&f->sim);
    assert_string_equal(f->asked, after);
    f->asked[0] = '\0';
}

/* ---- who is asked ---- */

static void everybody_is_asked_once_the_caller_at_once(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL};

    (void)state;
    begin(&f, 4);
    assert_int_equal(send_from(&f, 2, &spec, NULL), 0);
    expect_asked(&f, "2", "2013");
    assert_int_equal(send_from(&f, -1, &spec, NULL), 0);
    expect_asked(&f, "", "0123");
    end(&f);
}

static void an_id_concerns_the_worker_that_made_it(void **state)
{
    struct fixture f;
    char id[ID_LEN + 1], other[ID_LEN + 1];
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL};

    (void)state;
    begin(&f, 4);
    id_of(&f, 3, id);
    id_of(&f, 1, other);
    spec.to = SAILS_ROOMS(id);
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    expect_asked(&f, "", "3");
    assert_int_equal(send_from(&f, 3, &spec, NULL), 0);
    expect_asked(&f, "3", "3");
    spec.to = SAILS_ROOMS(id, other);
    assert_int_equal(send_from(&f, 3, &spec, NULL), 0);
    expect_asked(&f, "3", "31");
    spec.to = SAILS_ROOMS(id, "a room");
    assert_int_equal(send_from(&f, 3, &spec, NULL), 0);
    expect_asked(&f, "3", "3012");
    f.cluster.mail.ids_move = true;
    spec.to = SAILS_ROOMS(id);
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    expect_asked(&f, "0", "0123");
    end(&f);
}

/* Two sockets that are joined to the room with the name of the other: both are rooms from then on. */
static void once_an_id_names_a_room_everybody_is_asked(void **state)
{
    struct fixture f;
    char id[ID_LEN + 1], other[ID_LEN + 1];
    struct operation_spec join = {.kind = OPERATION_JOIN};
    struct operation_spec leave = {.kind = OPERATION_LEAVE_ALL};

    (void)state;
    begin(&f, 3);
    id_of(&f, 1, id);
    id_of(&f, 2, other);
    join.to = SAILS_ROOMS(id);
    join.rooms = SAILS_ROOMS(id); /* its own room is no room of that kind */
    leave.to = SAILS_ROOMS(id);
    assert_int_equal(send_from(&f, 0, &join, NULL), 0);
    expect_asked(&f, "", "1");
    assert_int_equal(send_from(&f, 0, &leave, NULL), 0);
    expect_asked(&f, "", "1");
    join.rooms = SAILS_ROOMS(other);
    assert_int_equal(send_from(&f, 0, &join, NULL), 0);
    f.asked[0] = '\0';
    sim_pool_run(&f.sim);
    f.asked[0] = '\0';
    assert_int_equal(send_from(&f, 0, &leave, NULL), 0);
    expect_asked(&f, "0", "012");
    end(&f);
}

/* "A socket's id stands for that socket", whoever is in a room of that name. */
static void who_names_a_socket_is_asked_for_it_before_the_room(void **state)
{
    struct fixture f;
    char id[ID_LEN + 1];
    struct operation_spec spec = {
        .kind = OPERATION_JOIN, .flags = OPERATION_NAMES_SOCKET, .rooms = SAILS_ROOMS("r")};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f, .must_match = true};

    (void)state;
    begin(&f, 3);
    id_of(&f, 1, id);
    spec.to = SAILS_ROOMS(id);
    assert_int_equal(send_from(&f, 0, &spec, &outcome), 0);
    expect_asked(&f, "", "1"); /* no socket, and nobody can be in a room of that name */
    assert_int_equal(f.n_done, 1);
    assert_int_equal(f.status, SAILS_ENOENT);

    mail_carrier_note_join(&f.cluster.mail, STR("somebody"), str_from(id));
    assert_int_equal(send_from(&f, 0, &spec, &outcome), 0);
    sim_pool_turn(&f.sim, 2);
    assert_string_equal(f.asked, ""); /* not before the socket's worker has answered */
    sim_pool_turn(&f.sim, 1);
    assert_string_equal(f.asked, "11");
    expect_asked(&f, "11", "1102");
    assert_int_equal(f.n_done, 2);
    assert_int_equal(f.status, SAILS_ENOENT);

    /* From the socket's own worker, and from none: with nobody to tell, too. */
    assert_int_equal(send_from(&f, 1, &spec, NULL), 0);
    expect_asked(&f, "11", "1102");
    assert_int_equal(send_from(&f, -1, &spec, NULL), 0);
    expect_asked(&f, "", "1120");
    end(&f);
}

/* ---- what it costs ---- */

static void with_one_worker_nothing_is_allocated(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL, .to = SAILS_ROOMS("a", "b")};

    (void)state;
    begin(&f, 1);
    mem_fail_after(0);
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    assert_false(mem_has_failed());
    mem_fail_after(-1);
    expect_asked(&f, "0", "0");
    end(&f);
}

static void with_several_a_delivery_is_one_allocation(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL, .to = SAILS_ROOMS("a", "b")};

    (void)state;
    begin(&f, 2);
    mem_fail_after(0);
    assert_int_equal(send_from(&f, 0, &spec, NULL), SAILS_ENOMEM);
    mem_fail_after(1);
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    assert_false(mem_has_failed());
    mem_fail_after(-1);
    expect_asked(&f, "0", "01");
    assert_in_range(sizeof(struct delivery) + sizeof(struct delivery_party), 1, 640);
    end(&f);
}

static void without_memory_nobody_is_asked(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f};

    (void)state;
    begin(&f, 3);
    mem_fail_after(0);
    assert_int_equal(send_from(&f, 0, &spec, &outcome), SAILS_ENOMEM);
    mem_fail_after(-1);
    expect_asked(&f, "", "");
    assert_int_equal(f.n_done, 0);
    end(&f);
}

/* ---- who is told ---- */

static void the_caller_is_told_once_when_all_have_applied_it(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f};

    (void)state;
    for (unsigned n = 1; n <= WORKERS_MAX; n += 9) {
        begin(&f, n);
        assert_int_equal(send_from(&f, 0, &spec, &outcome), 0);
        for (unsigned i = n - 1; i > 0; i--) {
            assert_int_equal(f.n_done, 0);
            sim_pool_turn(&f.sim, i);
        }
        sim_pool_run(&f.sim);
        assert_int_equal(f.n_done, 1);
        assert_int_equal(f.status, 0);
        end(&f);
    }
}

static void nobody_matched_is_told_where_somebody_had_to(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL, .to = SAILS_ROOMS("empty")};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f, .must_match = true};

    (void)state;
    begin(&f, 2);
    assert_int_equal(send_from(&f, -1, &spec, &outcome), 0);
    sim_pool_run(&f.sim);
    assert_int_equal(f.n_done, 1);
    assert_int_equal(f.status, SAILS_ENOENT);
    end(&f);
}

static void who_asked_a_pool_that_stopped_is_told_so(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f};

    (void)state;
    begin(&f, 3);
    assert_int_equal(send_from(&f, 1, &spec, &outcome), 0);
    sim_pool_stop(&f.sim);
    expect_asked(&f, "1", "1");
    assert_int_equal(f.n_done, 1);
    assert_int_equal(f.status, SAILS_ECLOSED);
    end(&f);
}

static void operations_of_one_caller_keep_their_order(void **state)
{
    struct fixture f;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f};
    int first = 0;

    (void)state;
    begin(&f, 2);
    assert_int_equal(send_from(&f, -1, &spec, &outcome), 0);
    outcome.ctx = &f;
    assert_int_equal(send_from(&f, -1, &spec, &outcome), 0);
    sim_pool_turn(&f.sim, 1);
    first = f.n_done;
    assert_int_equal(first, 0);
    expect_asked(&f, "11", "1100");
    assert_int_equal(f.n_done, 2);
    end(&f);
}

/* ---- other nodes ---- */

/* A carrier to other nodes, which are two answers that the test gives. */
struct nodes {
    struct carrier carrier;
    struct delivery *waiting; /* for them */
    int n_plans;
    int n_sent;
    bool waits; /* the next operation wants an answer */
    char said[64];
};

static void plan_nodes(const struct carrier *carrier, const struct operation *op,
                       enum operation_scope scope, struct carrier_plan *plan)
{
    const struct nodes *nodes = container_of(carrier, const struct nodes, carrier);

    assert_int_not_equal(scope, OPERATION_SOCKET);
    plan->is_sent = (op->flags & OPERATION_LOCAL) == 0;
    plan->n_parties = plan->is_sent && nodes->waits ? 1 : 0;
}

static bool send_nodes(struct carrier *carrier, const struct operation *op,
                       const struct carrier_plan *plan, struct delivery *d,
                       struct delivery_party *parties)
{
    struct nodes *nodes = container_of(carrier, struct nodes, carrier);

    nodes->n_sent++;
    snprintf(nodes->said, sizeof(nodes->said), "%d to %.*s", (int)op->kind,
             STR_FMT(op->target.rooms[0]));
    if (plan->n_parties == 1) {
        assert_ptr_equal(parties->delivery, d);
        nodes->waiting = d;
    }
    return true;
}

static void join_nodes(struct fixture *f, struct nodes *nodes)
{
    static const struct carrier_ops ops = {.plan = plan_nodes, .send = send_nodes};

    *nodes = (struct nodes){.carrier.ops = &ops};
    cluster_set_adapter(&f->cluster, &nodes->carrier);
}

static void an_adapter_publishes_and_nobody_waits(void **state)
{
    struct fixture f;
    struct nodes nodes;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL, .to = SAILS_ROOMS("hall")};

    (void)state;
    begin(&f, 1);
    join_nodes(&f, &nodes);
    mem_fail_after(0);
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    mem_fail_after(-1);
    assert_string_equal(nodes.said, "3 to hall");
    expect_asked(&f, "0", "0");
    spec.flags = OPERATION_LOCAL;
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    assert_int_equal(nodes.n_sent, 1);
    expect_asked(&f, "0", "0");
    end(&f);
}

static void other_nodes_are_parties_and_answer_late(void **state)
{
    struct fixture f;
    struct nodes nodes;
    struct operation_spec spec = {.kind = OPERATION_LEAVE_ALL, .to = SAILS_ROOMS("hall")};
    struct delivery_outcome outcome = {.on_done = on_done, .ctx = &f, .must_match = true};

    (void)state;
    begin(&f, 2);
    join_nodes(&f, &nodes);
    nodes.waits = true;
    assert_int_equal(send_from(&f, -1, &spec, &outcome), 0);
    expect_asked(&f, "", "01");
    assert_int_equal(f.n_done, 0);
    delivery_expect(nodes.waiting, 2); /* there are two of them, as it turns out */
    delivery_report(nodes.waiting, &(struct delivery_report){0});
    delivery_report(nodes.waiting, &(struct delivery_report){.n_matched = 3});
    sim_pool_run(&f.sim);
    assert_int_equal(f.n_done, 0);
    delivery_report(nodes.waiting, &(struct delivery_report){.status = SAILS_ETIMEOUT});
    sim_pool_run(&f.sim);
    assert_int_equal(f.n_done, 1);
    assert_int_equal(f.status, SAILS_ETIMEOUT);
    end(&f);
}

static void other_nodes_hear_of_a_socket_that_is_not_here_only(void **state)
{
    struct fixture f;
    struct nodes nodes;
    char id[ID_LEN + 1];
    struct operation_spec spec = {
        .kind = OPERATION_LEAVE, .flags = OPERATION_NAMES_SOCKET, .rooms = SAILS_ROOMS("r")};

    (void)state;
    begin(&f, 2);
    join_nodes(&f, &nodes);
    id_of(&f, 1, id);
    spec.to = SAILS_ROOMS(id);
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    assert_int_equal(nodes.n_sent, 0);
    expect_asked(&f, "", "11");
    assert_int_equal(nodes.n_sent, 1);
    spec.to = SAILS_ROOMS("a room");
    assert_int_equal(send_from(&f, 0, &spec, NULL), 0);
    assert_int_equal(nodes.n_sent, 2);
    expect_asked(&f, "0", "01");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_asked_once_the_caller_at_once),
        cmocka_unit_test(an_id_concerns_the_worker_that_made_it),
        cmocka_unit_test(once_an_id_names_a_room_everybody_is_asked),
        cmocka_unit_test(who_names_a_socket_is_asked_for_it_before_the_room),
        cmocka_unit_test(with_one_worker_nothing_is_allocated),
        cmocka_unit_test(with_several_a_delivery_is_one_allocation),
        cmocka_unit_test(without_memory_nobody_is_asked),
        cmocka_unit_test(the_caller_is_told_once_when_all_have_applied_it),
        cmocka_unit_test(nobody_matched_is_told_where_somebody_had_to),
        cmocka_unit_test(who_asked_a_pool_that_stopped_is_told_so),
        cmocka_unit_test(operations_of_one_caller_keep_their_order),
        cmocka_unit_test(an_adapter_publishes_and_nobody_waits),
        cmocka_unit_test(other_nodes_are_parties_and_answer_late),
        cmocka_unit_test(other_nodes_hear_of_a_socket_that_is_not_here_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
