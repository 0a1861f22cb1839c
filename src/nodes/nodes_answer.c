#include "nodes/nodes_answer.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "nodes/nodes_message.h"

#include <sails/err.h>

enum {
    ACK_TIMEOUT_MAX_MS = 86400000 /* a day: what waits that long is memory */
};

/* Whom to answer, and what about. Texts lie behind it. */
struct reply {
    struct nodes *nodes;
    enum adapter_kind of;
    struct str nsp;
    struct str request_id;
    struct str asker;
    struct cluster_answer answer; /* of this node's program */
    char texts[];
};

static struct str put(char **at, struct str text)
{
    struct str copy = {*at, text.len};

    if (text.len > 0) {
        memcpy(*at, text.ptr, text.len);
        *at += text.len;
    }
    return copy;
}

/* NULL: no memory. */
static struct reply *reply_create(struct nodes *nodes, const struct adapter_message *m)
{
    size_t len = m->nsp.len + m->request_id.len + m->uid.len;
    struct reply *reply = mem_alloc(sizeof(*reply) + len);
    char *at = NULL;

    if (reply == NULL) {
        return NULL;
    }
    *reply = (struct reply){.nodes = nodes, .of = m->kind};
    at = reply->texts;
    reply->nsp = put(&at, m->nsp);
    reply->request_id = put(&at, m->request_id);
    reply->asker = put(&at, m->uid);
    return reply;
}

static void say(const struct reply *reply, struct adapter_message m)
{
    m.nsp = reply->nsp;
    m.request_id = reply->request_id;
    if (nodes_publish(reply->nodes, &m, reply->asker) < 0) {
        atomic_fetch_add(&reply->nodes->counts.unsent, 1);
    }
}

/* ---- sockets, rooms, changes ---- */

static json_t *ids_of(const json_t *sockets)
{
    json_t *ids = json_array();
    size_t i = 0;
    json_t *socket = NULL;

    json_array_foreach(sockets, i, socket)
    {
        if (json_array_append(ids, json_object_get(socket, "id")) < 0) {
            json_decref(ids);
            return NULL;
        }
    }
    return ids;
}

static json_t *data_of(const struct reply *reply, json_t *found)
{
    if (reply->of == ADAPTER_SOCKETS) {
        return ids_of(found);
    }
    return found != NULL ? json_incref(found) : json_array();
}

static void on_done(int status, json_t *found, void *ctx)
{
    struct reply *reply = ctx;

    if (status == 0) { /* of one socket: else some other node has it */
        json_t *data = data_of(reply, found);

        say(reply, (struct adapter_message){.kind = ADAPTER_ANSWER, .of = reply->of, .data = data});
        json_decref(data);
    }
    mem_free(reply);
}

int nodes_answer(struct nodes *nodes, enum operation_kind kind, const struct adapter_message *m)
{
    const struct cluster_host *host = nodes->options.host;
    struct reply *reply = reply_create(nodes, m);
    struct delivery_outcome outcome = {
        .on_done = on_done, .ctx = reply, .must_match = m->sid.len > 0};
    struct operation op;
    int rc = SAILS_ENOMEM;

    if (reply == NULL) {
        return rc;
    }
    rc = nodes_message_read(&op, kind, m);
    if (rc == 0) {
        rc = host->receive(host->ctx, &op, &outcome);
    }
    operation_deinit(&op);
    if (rc < 0) {
        mem_free(reply);
    }
    return rc;
}

/* ---- events to clients, and their acks ---- */

static void on_asked(size_t n, void *ctx)
{
    say(ctx, (struct adapter_message){.kind = ADAPTER_CLIENT_COUNT, .n_clients = n});
}

/* An ack without an argument has no value in Node, either. */
static void on_each(json_t *answer, void *ctx)
{
    say(ctx, (struct adapter_message){.kind = ADAPTER_ACK,
                                      .data = json_is_null(answer) ? NULL : answer});
}

static void on_all(int status, json_t *list, void *ctx)
{
    (void)status; /* the other node has a time limit of its own */
    (void)list;
    mem_free(ctx);
}

static const struct answers_listener listener = {.on_asked = on_asked, .on_each = on_each};

static uint64_t limit_of(const struct nodes *nodes, const struct adapter_message *m)
{
    if (m->timeout_ms == 0) {
        return nodes->options.request_timeout_ms;
    }
    return m->timeout_ms < ACK_TIMEOUT_MAX_MS ? m->timeout_ms : ACK_TIMEOUT_MAX_MS;
}

static int ask_clients(struct nodes *nodes, struct operation *op, struct reply *reply)
{
    const struct cluster_host *host = nodes->options.host;
    struct answers *answers = answers_create_for(op->timeout_ms, &listener, on_all, reply);
    struct delivery_outcome outcome = {.answers = answers};
    int rc = answers != NULL ? host->receive(host->ctx, op, &outcome) : SAILS_ENOMEM;

    answers_release(answers);
    return rc;
}

int nodes_answer_broadcast(struct nodes *nodes, struct adapter_message *m)
{
    struct reply *reply = reply_create(nodes, m);
    json_t *event = NULL;
    struct operation op;
    int rc = nodes_message_read(&op, OPERATION_BROADCAST, m);

    op.event = nodes_message_event(m, &event);
    op.args = m->data;
    op.timeout_ms = limit_of(nodes, m);
    rc = rc == 0 && reply == NULL ? SAILS_ENOMEM : rc;
    rc = rc == 0 && op.event == NULL ? SAILS_EPROTO : rc;
    if (rc == 0) {
        rc = ask_clients(nodes, &op, reply);
    }
    if (rc < 0 && reply != NULL) {
        on_asked(0, reply); /* so that nobody waits for us */
        mem_free(reply);
    }
    operation_deinit(&op);
    json_decref(event);
    return rc;
}

/* ---- events to this node's program ---- */

static void give(struct cluster_answer *answer, json_t *value)
{
    struct reply *reply = container_of(answer, struct reply, answer);

    if (value != NULL) {
        say(reply, (struct adapter_message){
                       .kind = ADAPTER_ANSWER, .of = ADAPTER_SERVER_SIDE_EMIT, .data = value});
        json_decref(value);
    }
    mem_free(reply);
}

int nodes_answer_server_event(struct nodes *nodes, struct adapter_message *m)
{
    const struct cluster_host *host = nodes->options.host;
    struct reply *reply = NULL;
    json_t *event = NULL;
    const char *name = NULL;
    int rc = 0;

    if (m->request_id.len > 0) {
        reply = reply_create(nodes, m);
        if (reply == NULL) {
            return SAILS_ENOMEM;
        }
        reply->answer.give = give;
    }
    name = nodes_message_event(m, &event);
    rc = name != NULL
             ? host->hear(host->ctx, m->nsp, name, m->data, reply != NULL ? &reply->answer : NULL)
             : SAILS_EPROTO;
    if (name == NULL) {
        mem_free(reply);
    }
    json_decref(event);
    return rc;
}
