#include "nodes/nodes.h"

#include <sails/err.h>

/*
 * An operation becomes what Node says for the same call.
 */

static json_t *text_of(struct str text)
{
    return json_stringn_nocheck(text.len > 0 ? text.ptr : "", text.len);
}

static int append_names(json_t *list, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (json_array_append_new(list, text_of(names[i])) < 0) {
            return SAILS_ENOMEM;
        }
    }
    return 0;
}

static int list_names(const struct str *names, size_t n, json_t **out)
{
    *out = json_array();
    return *out != NULL ? append_names(*out, names, n) : SAILS_ENOMEM;
}

/* The one who is left out is a socket, and in Socket.IO's formats a socket is its own room. */
static int list_except(const struct sio_target *target, json_t **out)
{
    int rc = list_names(target->except, target->n_except, out);

    return rc == 0 && target->except_id.len > 0 ? append_names(*out, &target->except_id, 1) : rc;
}

static int list_data(const struct operation *op, json_t **out)
{
    *out = json_pack("[s]", op->event);
    if (*out == NULL || (op->args != NULL && json_array_extend(*out, op->args) < 0)) {
        return SAILS_ENOMEM;
    }
    return 0;
}

int nodes_message_init(struct nodes_message *message, const struct nodes *nodes,
                       const struct operation *op)
{
    struct adapter_message *m = &message->m;
    int rc = 0;

    *m = (struct adapter_message){
        .kind = ADAPTER_BROADCAST,
        .nsp = op->nsp,
        .is_volatile = (op->flags & OPERATION_VOLATILE) != 0,
        .is_uncompressed = (op->flags & OPERATION_NO_COMPRESS) != 0,
        .timeout_ms = op->timeout_ms,
    };
    nodes_uid(nodes, op->nsp, message->uid);
    m->uid = (struct str){message->uid, NODES_UID_LEN};
    rc = list_names(op->target.rooms, op->target.n_rooms, &m->rooms);
    rc = rc == 0 ? list_except(&op->target, &m->except) : rc;
    rc = rc == 0 ? list_data(op, &m->data) : rc;
    if (rc < 0) {
        nodes_message_deinit(message);
    }
    return rc;
}

void nodes_message_deinit(struct nodes_message *message)
{
    json_decref(message->m.data);
    json_decref(message->m.rooms);
    json_decref(message->m.except);
    json_decref(message->m.names);
}
