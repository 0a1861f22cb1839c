#include "nodes/nodes_message.h"

#include "base/c_text.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>
#include <sails/types.h>

/* ---- out: as Node says it for the same call ---- */

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

static enum adapter_kind kind_of(const struct operation *op)
{
    switch (op->kind) {
    case OPERATION_BROADCAST:
        return ADAPTER_BROADCAST;
    case OPERATION_JOIN:
        return ADAPTER_JOIN;
    case OPERATION_LEAVE:
        return ADAPTER_LEAVE;
    case OPERATION_DISCONNECT:
        return ADAPTER_DISCONNECT;
    case OPERATION_FETCH:
        return ADAPTER_FETCH;
    case OPERATION_ROOMS:
        return ADAPTER_ALL_ROOMS;
    case OPERATION_SERVER_EVENT:
        return ADAPTER_SERVER_SIDE_EMIT;
    case OPERATION_LEAVE_ALL:
        break;
    }
    assert(false);
    return ADAPTER_CLOSE;
}

int nodes_message_init(struct nodes_message *message, const struct nodes *nodes,
                       const struct operation *op)
{
    struct adapter_message *m = &message->m;
    int rc = 0;

    *m = (struct adapter_message){
        .kind = kind_of(op),
        .nsp = op->nsp,
        .is_volatile = (op->flags & OPERATION_VOLATILE) != 0,
        .is_uncompressed = (op->flags & OPERATION_NO_COMPRESS) != 0,
        .close = (op->flags & OPERATION_CLOSE) != 0,
        .timeout_ms = op->timeout_ms,
    };
    nodes_uid(nodes, op->nsp, message->uid);
    m->uid = str_from(message->uid);
    rc = list_names(op->target.rooms, op->target.n_rooms, &m->rooms);
    rc = rc == 0 ? list_except(&op->target, &m->except) : rc;
    rc = rc == 0 ? list_names(op->rooms, op->n_rooms, &m->names) : rc;
    rc = rc == 0 && op->event != NULL ? list_data(op, &m->data) : rc;
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

/* ---- in ---- */

static struct str *read_names(struct str *at, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const json_t *name = json_array_get(names, i);

        *at++ = (struct str){json_string_value(name), json_string_length(name)};
    }
    return at;
}

/* Names that sockets shall get into; those that only select may be anything, and find nobody. */
static bool are_rooms(const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (names[i].len == 0 || names[i].len > SAILS_ROOM_NAME_MAX || !c_text_is_whole(names[i])) {
            return false;
        }
    }
    return true;
}

/* The rooms of a message, or the one socket that it names. */
static size_t count_rooms(const struct adapter_message *m)
{
    return m->sid.len > 0 ? 1 : json_array_size(m->rooms);
}

static int read_lists(struct operation *op, const struct adapter_message *m)
{
    size_t n = count_rooms(m) + json_array_size(m->except) + json_array_size(m->names);
    struct str *at = op->few;

    if (n > OPERATION_NAMES_FEW) {
        op->many = at = mem_calloc(n, sizeof(struct str));
        if (at == NULL) {
            return SAILS_ENOMEM;
        }
    }
    op->target.rooms = at;
    op->target.n_rooms = count_rooms(m);
    if (m->sid.len > 0) {
        *at++ = m->sid;
    } else {
        at = read_names(at, m->rooms);
    }
    op->target.except = at;
    op->target.n_except = json_array_size(m->except);
    at = read_names(at, m->except);
    op->rooms = at;
    op->n_rooms = json_array_size(m->names);
    (void)read_names(at, m->names);
    return are_rooms(op->rooms, op->n_rooms) ? 0 : SAILS_EPROTO;
}

int nodes_message_read(struct operation *op, enum operation_kind kind,
                       const struct adapter_message *m)
{
    *op = (struct operation){
        .kind = kind,
        .flags = OPERATION_LOCAL | (m->is_volatile ? OPERATION_VOLATILE : 0u) |
                 (m->is_uncompressed ? OPERATION_NO_COMPRESS : 0u) |
                 (m->close ? OPERATION_CLOSE : 0u) | (m->sid.len > 0 ? OPERATION_NAMES_SOCKET : 0u),
        .nsp = m->nsp,
    };
    return read_lists(op, m);
}

const char *nodes_message_event(struct adapter_message *m, json_t **event)
{
    *event = json_incref(json_array_get(m->data, 0));
    (void)json_array_remove(m->data, 0);
    return c_text_of(*event);
}
