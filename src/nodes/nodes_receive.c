#include "adapter/python.h"
#include "nodes/nodes.h"
#include "nodes/nodes_answer.h"
#include "nodes/nodes_format.h"
#include "nodes/nodes_message.h"
#include "nodes/nodes_request.h"

/*
 * What another node says becomes an operation of this node alone, and goes the way of the application's
 * own. Everything that comes is a stranger's: what is not exactly such a message is counted and dropped.
 */

/* Where in the stream a message stands. All zero: it is of none. */
struct place {
    const char *offset;
    bool is_past;
};

static int receive_broadcast(struct nodes *nodes, struct adapter_message *m,
                             const struct place *place)
{
    const struct cluster_host *host = nodes->options.host;
    json_t *event = NULL;
    struct operation op;
    int rc = nodes_message_read(&op, OPERATION_BROADCAST, m);

    op.event = nodes_message_event(m, &event);
    op.args = m->data;
    op.offset = place->offset;
    op.flags |= place->is_past ? OPERATION_PAST : 0u;
    if (rc == 0) {
        rc = op.event != NULL ? host->receive(host->ctx, &op, NULL) : SAILS_EPROTO;
    }
    operation_deinit(&op);
    json_decref(event);
    return rc;
}

static int receive_change(struct nodes *nodes, enum operation_kind kind,
                          const struct adapter_message *m)
{
    const struct cluster_host *host = nodes->options.host;
    struct operation op;
    int rc = 0;

    if (m->sid.len > 0 || m->request_id.len > 0) {
        return nodes_answer(nodes, kind, m);
    }
    rc = nodes_message_read(&op, kind, m);
    if (rc == 0) {
        rc = host->receive(host->ctx, &op, NULL);
    }
    operation_deinit(&op);
    return rc;
}

static int receive(struct nodes *nodes, struct adapter_message *m, const struct place *place)
{
    switch (m->kind) {
    case ADAPTER_BROADCAST:
        return m->request_id.len > 0 ? nodes_answer_broadcast(nodes, m)
                                     : receive_broadcast(nodes, m, place);
    case ADAPTER_JOIN:
        return receive_change(nodes, OPERATION_JOIN, m);
    case ADAPTER_LEAVE:
        return receive_change(nodes, OPERATION_LEAVE, m);
    case ADAPTER_DISCONNECT:
        return receive_change(nodes, OPERATION_DISCONNECT, m);
    case ADAPTER_FETCH:
    case ADAPTER_SOCKETS:
        return nodes_answer(nodes, OPERATION_FETCH, m);
    case ADAPTER_ALL_ROOMS:
        return nodes_answer(nodes, OPERATION_ROOMS, m);
    case ADAPTER_SERVER_SIDE_EMIT:
        return nodes_answer_server_event(nodes, m);
    case ADAPTER_ANSWER:
    case ADAPTER_CLIENT_COUNT:
    case ADAPTER_ACK:
        return nodes_request_take(nodes, m);
    case ADAPTER_INITIAL_HEARTBEAT:
    case ADAPTER_HEARTBEAT:
    case ADAPTER_CLOSE:
        break;
    }
    return 0;
}

/* Our own; or of another namespace, "/#x", whose channel is that of our room "x". */
static bool is_for_others(const struct nodes *nodes, struct str nsp,
                          const struct adapter_message *m)
{
    char uid[NODES_UID_MAX + 1];

    nodes_uid(nodes, nsp, uid);
    return str_eq(m->uid, str_from(uid)) || !str_eq(m->nsp, nsp);
}

/* rc: of reading. Takes the message. */
static void take(struct nodes *nodes, struct str nsp, struct str channel, int rc,
                 struct adapter_message *m)
{
    if (rc == 0) {
        if (!is_for_others(nodes, nsp, m)) {
            atomic_fetch_add(&nodes->counts.received, 1);
            rc = receive(nodes, m, &(struct place){NULL, false});
        }
        adapter_message_deinit(m);
    }
    if (!nodes_is_ours(rc)) {
        nodes_refuse(nodes, channel, rc);
    }
}

void nodes_receive(struct nodes *nodes, struct str nsp, struct str channel, struct bytes payload)
{
    struct adapter_message m;
    int rc = nodes_format_read(nodes, nsp, channel, payload, &m);

    take(nodes, nsp, channel, rc, &m);
}

/* One channel has the messages of all namespaces. */
void nodes_receive_python(struct nodes *nodes, struct bytes payload)
{
    struct adapter_message m;
    int rc = python_read(payload, &m);

    if (rc == 0) {
        atomic_fetch_add(&nodes->counts.received, 1);
        rc = nodes_namespace_is_known(nodes, m.nsp)
                 ? receive(nodes, &m, &(struct place){NULL, false})
                 : 0;
        adapter_message_deinit(&m);
    }
    if (!nodes_is_ours(rc)) {
        nodes_refuse(nodes, str_from(nodes->options.python), rc);
    }
}

/* ---- what comes out of a stream ---- */

/* Our own concern us where our sockets wait for them; what is past, those who come back. */
static bool concerns_us(struct nodes *nodes, const struct bus_entry *entry,
                        const struct adapter_message *m)
{
    bool is_event = nodes_recovery_is_round(nodes, m);

    if (entry->is_past && !is_event) {
        return false;
    }
    return is_for_others(nodes, m->nsp, m) ? is_event && !nodes_recovery_was_heard(nodes, entry)
                                           : true;
}

static int receive_entry(struct nodes *nodes, const struct bus_entry *entry,
                         struct adapter_message *m)
{
    char offset[64];
    struct place place = {NULL, entry->is_past};

    if (!concerns_us(nodes, entry, m)) {
        return 0;
    }
    if (nodes_recovery_is_round(nodes, m) && entry->id.len < sizeof(offset)) {
        memcpy(offset, entry->id.ptr, entry->id.len);
        offset[entry->id.len] = '\0';
        place.offset = offset;
    }
    atomic_fetch_add(&nodes->counts.received, entry->is_past ? 0 : 1);
    return receive(nodes, m, &place);
}

/* A stream has the messages of all namespaces, those that this node has not, too. */
void nodes_receive_entry(struct nodes *nodes, const struct bus_entry *entry)
{
    struct adapter_message m;
    int rc = nodes_format_read_entry(entry->fields, &m);

    if (rc == 0) {
        rc = nodes_namespace_is_known(nodes, m.nsp) ? receive_entry(nodes, entry, &m) : 0;
        adapter_message_deinit(&m);
    }
    if (!nodes_is_ours(rc)) {
        nodes_refuse(nodes, str_from(nodes->options.stream), rc);
    }
}

void nodes_receive_own(struct nodes *nodes, struct bytes entry)
{
    struct str fields[BUS_FIELDS];
    struct adapter_message m;

    if (bus_read_entry(entry, fields) && nodes_format_read_entry(fields, &m) == 0) {
        (void)receive_broadcast(nodes, &m, &(struct place){NULL, false});
        adapter_message_deinit(&m);
    }
}
