#include "nodes/nodes_request.h"

#include "base/macros.h"
#include "base/mem.h"
#include "nodes/nodes_format.h"
#include "nodes/nodes_message.h"

#include <assert.h>
#include <sails/err.h>

/*
 * A request is published, and Redis is asked how many nodes listen; both at once, for the answers can come
 * in any order. As many others as listen answer, or the time is over.
 *
 *     any thread          worker 0
 *     ----------          --------
 *     encoded --mail--> start: PUBLISH, NUMSUB --n--> n - 1 answers -----> the delivery's party reports
 *                          |                                |                      |
 *                          +------- too late, down ---------+-- acks of a          v
 *                                                               broadcast ---> gone when all are there
 *
 * I1  `d` is there until its party has reported. Of a broadcast that is when all nodes have said how many
 *     clients they have asked; the acks come after that.
 * I2  n_acks counts clients that answers_expect_more() was told of and that have not answered.
 * I3  It is in nodes->requests from start() to finish(), and in memory until Redis has counted, too.
 */

struct nodes_request {
    struct mail mail;
    struct list in_nodes;
    struct map_node by_id;
    struct deadline limit;
    struct nodes *nodes;
    enum adapter_kind kind;
    enum bus_kind travels;
    char id[NODES_UID_MAX + 1];
    uint64_t timeout_ms;
    struct delivery *d;      /* I1 */
    struct answers *answers; /* of a broadcast: a reference; else NULL */
    size_t n_answers;
    size_t n_expected; /* once it is_counted */
    size_t n_acks;     /* I2 */
    bool is_counted;
    bool is_counting; /* I3 */
    bool is_finished;
    struct buf channel, payload, counted;
};

/* On worker 0, once it has been started. */
static void asked_check(const struct nodes_request *r)
{
    assert(r->d != NULL || r->is_finished || r->kind == ADAPTER_BROADCAST); /* I1 */
    assert(r->n_acks == 0 || (r->answers != NULL && !r->is_finished));      /* I2 */
    assert(!r->is_finished || (r->is_counting && r->d == NULL)); /* I3: else it is freed */
    (void)r;
}

/* ---- the end ---- */

static void destroy(struct nodes_request *r)
{
    answers_release(r->answers);
    buf_deinit(&r->channel);
    buf_deinit(&r->payload);
    buf_deinit(&r->counted);
    mem_free(r);
}

/* Whether it is something to do, and the answers are that it is done. */
static bool is_change(const struct nodes_request *r)
{
    return r->kind == ADAPTER_JOIN || r->kind == ADAPTER_LEAVE || r->kind == ADAPTER_DISCONNECT;
}

/* A `false` for each node that has not said so. NULL: there is none, or no memory. */
static json_t *missing(const struct nodes_request *r)
{
    json_t *list = is_change(r) && r->is_counted ? json_array() : NULL;

    for (size_t i = r->n_answers; list != NULL && i < r->n_expected; i++) {
        (void)json_array_append_new(list, json_false());
    }
    return list;
}

static void report(struct nodes_request *r, int status)
{
    struct delivery *d = r->d;

    r->d = NULL;
    if (d != NULL) {
        delivery_report(d, &(struct delivery_report){.status = status, .found = missing(r)});
    }
}

/* Nothing that comes later counts. */
static void finish(struct nodes_request *r, int status)
{
    size_t n_acks = r->n_acks;

    assert(!r->is_finished);
    asked_check(r);
    r->is_finished = true;
    r->n_acks = 0;
    deadline_stop(&r->limit);
    list_remove(&r->in_nodes);
    map_remove(&r->nodes->requests_by_id, &r->by_id);
    if (r->answers != NULL) {
        answers_give_up(r->answers, n_acks, status < 0 ? status : SAILS_ETIMEOUT);
    }
    report(r, status);
    if (!r->is_counting) {
        destroy(r);
    }
}

/* All that are to answer have: a broadcast goes on until their clients have. */
static void note_progress(struct nodes_request *r)
{
    asked_check(r);
    if (!r->is_counted || r->n_answers < r->n_expected) {
        return;
    }
    if (r->n_acks == 0) {
        finish(r, 0);
    } else {
        report(r, 0);
    }
}

static void on_limit(struct deadline *deadline, void *ctx)
{
    (void)ctx;
    finish(container_of(deadline, struct nodes_request, limit), SAILS_ETIMEOUT);
}

/* ---- the beginning: worker 0 ---- */

static void on_counted(int status, uint64_t number, void *ctx)
{
    struct nodes_request *r = ctx;

    asked_check(r);
    r->is_counting = false;
    if (r->is_finished) {
        destroy(r);
    } else if (status < 0) {
        finish(r, r->nodes->is_open ? SAILS_ETIMEOUT : SAILS_ECLOSED);
    } else {
        r->is_counted = true;
        r->n_expected = number > 0 ? (size_t)number - 1 : 0; /* this node is one of them */
        note_progress(r);
    }
}

static int publish(struct nodes_request *r)
{
    struct nodes *nodes = r->nodes;
    struct bus *bus = nodes->options.bus;
    struct deadline_queue *queue = deadline_ladder_queue(&nodes->limits, r->timeout_ms);
    int rc = queue != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        rc = bus->ops->publish(bus, r->travels, buf_str(&r->channel), buf_bytes(&r->payload), NULL,
                               NULL);
    }
    if (rc == 0) {
        atomic_fetch_add(&nodes->counts.sent, 1);
        deadline_start(&r->limit, queue, worker_env(nodes->worker)->now_ms);
        rc = bus->ops->count(bus, nodes_format_counts(nodes), buf_str(&r->counted), on_counted, r);
        r->is_counting = rc == 0;
    } else {
        atomic_fetch_add(&nodes->counts.unsent, 1);
    }
    return rc;
}

/* Without the others this node is all that there is. */
static void start(struct nodes_request *r)
{
    struct nodes *nodes = r->nodes;

    list_append(&nodes->requests, &r->in_nodes);
    map_insert(&nodes->requests_by_id, &r->by_id, hash_str(nodes->map_key, str_from(r->id)));
    if (!nodes->is_open || !atomic_load(&nodes->is_up)) {
        atomic_fetch_add(&nodes->counts.unsent, 1);
        finish(r, 0);
    } else if (publish(r) < 0) {
        finish(r, SAILS_ETIMEOUT);
    }
}

static void on_mail(struct worker *worker, struct mail *mail)
{
    struct nodes_request *r = container_of(mail, struct nodes_request, mail);

    (void)worker;
    atomic_fetch_sub(&r->nodes->n_mails, 1);
    start(r);
}

/* ---- any thread ---- */

static void draw_id(struct nodes *nodes, char id[NODES_UID_MAX + 1])
{
    char number[20];
    size_t len = str_write_u64(number, atomic_fetch_add(&nodes->n_ids, 1));

    nodes_name(nodes, (struct str){number, len}, id);
}

static int encode(struct nodes_request *r, const struct operation *op)
{
    struct nodes_message message;
    int rc = nodes_message_init(&message, r->nodes, op);

    if (rc < 0) {
        return rc;
    }
    message.m.request_id = str_from(r->id);
    r->kind = message.m.kind;
    r->travels = nodes_format_kind(r->nodes, &message.m);
    nodes_format_counted(r->nodes, message.m.nsp, &r->counted);
    rc = nodes_format_write(r->nodes, &message.m, (struct str){NULL, 0}, &r->channel, &r->payload);
    rc = rc == 0 ? buf_error(&r->counted) : rc;
    nodes_message_deinit(&message);
    return rc;
}

void nodes_request_send(struct nodes *nodes, const struct operation *op, struct delivery *d)
{
    struct nodes_request *r = mem_calloc(1, sizeof(*r));
    struct answers *answers = d->outcome.answers;

    if (r != NULL) {
        r->nodes = nodes;
        r->timeout_ms = op->timeout_ms > 0 ? op->timeout_ms : nodes->options.request_timeout_ms;
        draw_id(nodes, r->id);
    }
    if (r == NULL || encode(r, op) < 0) {
        atomic_fetch_add(&nodes->counts.unsent, 1);
        if (r != NULL) {
            destroy(r);
        }
        delivery_report(d, &(struct delivery_report){.status = SAILS_ENOMEM});
        return;
    }
    r->d = d;
    r->answers = answers != NULL ? answers_retain(answers) : NULL;
    if (nodes_may_say(nodes)) {
        start(r);
    } else {
        r->mail.deliver = on_mail;
        atomic_fetch_add(&nodes->n_mails, 1);
        worker_post(nodes->worker, &r->mail);
    }
}

/* ---- answers: worker 0 ---- */

static struct nodes_request *find(const struct nodes *nodes, struct str id)
{
    uint64_t hash = hash_str(nodes->map_key, id);

    for (struct map_node *n = map_find(&nodes->requests_by_id, hash); n != NULL;
         n = map_find_next(n)) {
        struct nodes_request *r = container_of(n, struct nodes_request, by_id);

        if (str_eq(str_from(r->id), id)) {
            return r;
        }
    }
    return NULL;
}

/* What the application gets is of the form that it expects, whoever has sent it. */
static bool is_list_of(const json_t *list, bool (*is_one)(const json_t *item))
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!is_one(json_array_get(list, i))) {
            return false;
        }
    }
    return json_is_array(list);
}

static bool is_socket(const json_t *item)
{
    return adapter_message_text(item, "id").len > 0;
}

static bool is_room(const json_t *item)
{
    return json_is_string(item);
}

/* `found` is taken. */
static int take_found(struct nodes_request *r, json_t *found)
{
    if (found == NULL) {
        return SAILS_ENOMEM;
    }
    if (r->d != NULL) {
        delivery_expect(r->d, 1);
        delivery_report(r->d, &(struct delivery_report){.found = found});
    } else {
        json_decref(found);
    }
    r->n_answers++;
    note_progress(r);
    return 0;
}

static int take_count(struct nodes_request *r, uint64_t n)
{
    if (r->d == NULL) {
        return 0; /* more than there are nodes */
    }
    if (n > SIZE_MAX / 2 - r->n_acks) {
        return SAILS_EPROTO;
    }
    answers_expect_more(r->answers, (size_t)n);
    r->n_acks += (size_t)n;
    r->n_answers++;
    note_progress(r);
    return 0;
}

static int take_ack(struct nodes_request *r, json_t *value)
{
    if (r->n_acks == 0) {
        return SAILS_EPROTO; /* nobody was asked who could answer */
    }
    r->n_acks--;
    answers_give(r->answers, value != NULL ? json_incref(value) : json_null(), 0);
    note_progress(r);
    return 0;
}

static int take_answer(struct nodes_request *r, const struct adapter_message *m)
{
    switch (r->kind) {
    case ADAPTER_FETCH:
        return is_list_of(m->data, is_socket) ? take_found(r, json_incref(m->data)) : SAILS_EPROTO;
    case ADAPTER_ALL_ROOMS:
        return is_list_of(m->data, is_room) ? take_found(r, json_incref(m->data)) : SAILS_EPROTO;
    case ADAPTER_JOIN:
    case ADAPTER_LEAVE:
    case ADAPTER_DISCONNECT:
        return take_found(r, json_pack("[b]", 1));
    case ADAPTER_SERVER_SIDE_EMIT:
        return take_found(r, m->data != NULL ? json_pack("[O]", m->data) : json_pack("[n]"));
    default:
        return SAILS_EPROTO;
    }
}

int nodes_request_take(struct nodes *nodes, const struct adapter_message *m)
{
    struct nodes_request *r = find(nodes, m->request_id);

    if (r == NULL) {
        return 0; /* another node's, or too late */
    }
    if (m->kind == ADAPTER_ANSWER) {
        return take_answer(r, m);
    }
    if (r->kind != ADAPTER_BROADCAST) {
        return SAILS_EPROTO;
    }
    return m->kind == ADAPTER_CLIENT_COUNT ? take_count(r, m->n_clients) : take_ack(r, m->data);
}

/* ---- life ---- */

void nodes_request_end_all(struct nodes *nodes, int status)
{
    struct list all;

    list_init(&all); /* who hears of it may ask again */
    list_splice(&all, &nodes->requests);
    while (!list_is_empty(&all)) {
        finish(container_of(all.next, struct nodes_request, in_nodes), status);
    }
}

void nodes_request_start(struct nodes *nodes)
{
    deadline_ladder_init(&nodes->limits, &worker_env(nodes->worker)->deadlines, on_limit, nodes);
}

void nodes_request_stop(struct nodes *nodes)
{
    nodes_request_end_all(nodes, SAILS_ECLOSED);
    deadline_ladder_deinit(&nodes->limits);
}
