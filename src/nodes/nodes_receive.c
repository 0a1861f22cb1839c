#include "base/c_text.h"
#include "base/mem.h"
#include "nodes/nodes.h"

#include <sails/err.h>

/*
 * What another node says becomes an operation of this node alone, and goes the way of the application's
 * own. Everything that comes is a stranger's: what is not exactly such a message is counted and dropped.
 */

/* ---- lists ---- */

static struct str *read_names(struct str *at, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const json_t *name = json_array_get(names, i);

        *at++ = (struct str){json_string_value(name), json_string_length(name)};
    }
    return at;
}

/* Room for all names of a message. */
static int take_names(struct operation *op, const struct adapter_message *m)
{
    size_t n = json_array_size(m->rooms) + json_array_size(m->except);
    struct str *at = op->few;

    if (n > OPERATION_NAMES_FEW) {
        op->many = at = mem_calloc(n, sizeof(struct str));
        if (at == NULL) {
            return SAILS_ENOMEM;
        }
    }
    op->target.rooms = at;
    op->target.n_rooms = json_array_size(m->rooms);
    at = read_names(at, m->rooms);
    op->target.except = at;
    op->target.n_except = json_array_size(m->except);
    (void)read_names(at, m->except);
    return 0;
}

/* ---- broadcasts ---- */

/* The event's name goes out of the list, so that the arguments are left. */
static int receive_broadcast(struct nodes *nodes, struct adapter_message *m)
{
    const struct cluster_host *host = nodes->options.host;
    json_t *event = json_incref(json_array_get(m->data, 0));
    struct operation op = {
        .kind = OPERATION_BROADCAST,
        .flags = OPERATION_LOCAL | (m->is_volatile ? OPERATION_VOLATILE : 0u) |
                 (m->is_uncompressed ? OPERATION_NO_COMPRESS : 0u),
        .nsp = m->nsp,
        .event = c_text_of(event),
        .args = m->data,
    };
    int rc = op.event != NULL ? take_names(&op, m) : SAILS_EPROTO;

    if (rc == 0) {
        (void)json_array_remove(m->data, 0);
        rc = host->receive(host->ctx, &op, NULL);
    }
    operation_deinit(&op);
    json_decref(event);
    return rc;
}

static int receive(struct nodes *nodes, struct str nsp, struct adapter_message *m)
{
    char uid[NODES_UID_LEN + 1];

    nodes_uid(nodes, nsp, uid);
    if (str_eq(m->uid, (struct str){uid, NODES_UID_LEN}) || !str_eq(m->nsp, nsp)) {
        return 0; /* our own; or of another namespace, "/#x", whose channel is that of our room "x" */
    }
    atomic_fetch_add(&nodes->counts.received, 1);
    return m->kind == ADAPTER_BROADCAST ? receive_broadcast(nodes, m) : 0;
}

/* Errors that say something about this node, and not about what came. */
static bool is_ours(int rc)
{
    return rc == 0 || rc == SAILS_ENOENT || rc == SAILS_ESTATE;
}

void nodes_receive(struct nodes *nodes, struct str nsp, struct str channel, struct bytes payload)
{
    struct adapter_message m;
    struct str room;
    enum classic_channel kind = classic_channel_of(channel, nodes->key, nsp, &room);
    /* A packet that names no namespace is one of "/", whatever the channel. */
    int rc = classic_read(kind, kind == CLASSIC_BROADCASTS ? STR("/") : nsp, payload, &m);

    if (rc == 0) {
        rc = receive(nodes, nsp, &m);
        adapter_message_deinit(&m);
    }
    if (!is_ours(rc)) {
        nodes_refuse(nodes, channel, rc);
    }
}
