#include "adapter/clustered.h"
#include "base/base64.h"
#include "base/json_parse.h"
#include "base/msgpack_value.h"

#include <sails/err.h>

/*
 * As in classic_read.c: what is not exactly as a node would say it is dropped whole. One function for each
 * type, found by its number.
 */

static int read_broadcast(struct adapter_message *m, json_t *data)
{
    int rc = adapter_message_read_packet(m, json_object_get(data, "packet"));

    m->request_id = adapter_message_text(data, "requestId");
    return rc == 0 ? adapter_message_read_opts(m, json_object_get(data, "opts")) : rc;
}

static int read_rooms(struct adapter_message *m, json_t *data)
{
    int rc = adapter_message_read_opts(m, json_object_get(data, "opts"));

    m->request_id = adapter_message_text(data, "requestId");
    rc = rc == 0 ? adapter_message_read_names(data, "rooms", &m->names) : rc;
    return rc == 0 && m->names == NULL ? SAILS_EPROTO : rc;
}

static int read_disconnect(struct adapter_message *m, json_t *data)
{
    m->close = json_is_true(json_object_get(data, "close"));
    m->request_id = adapter_message_text(data, "requestId");
    return adapter_message_read_opts(m, json_object_get(data, "opts"));
}

static int read_request_id(struct adapter_message *m, json_t *data)
{
    m->request_id = adapter_message_text(data, "requestId");
    return m->request_id.len > 0 ? 0 : SAILS_EPROTO;
}

static int read_fetch(struct adapter_message *m, json_t *data)
{
    int rc = read_request_id(m, data);

    return rc == 0 ? adapter_message_read_opts(m, json_object_get(data, "opts")) : rc;
}

static int read_sockets(struct adapter_message *m, json_t *data)
{
    m->of = ADAPTER_FETCH;
    m->data = json_object_get(data, "sockets");
    return json_is_array(m->data) ? read_request_id(m, data) : SAILS_EPROTO;
}

static int read_emit(struct adapter_message *m, json_t *data)
{
    m->request_id = adapter_message_text(data, "requestId");
    m->data = json_object_get(data, "packet");
    return adapter_message_is_event(m->data) ? 0 : SAILS_EPROTO;
}

static int read_value(struct adapter_message *m, json_t *data)
{
    m->of = ADAPTER_SERVER_SIDE_EMIT;
    m->data = json_object_get(data, "packet");
    return read_request_id(m, data);
}

static int read_count(struct adapter_message *m, json_t *data)
{
    const json_t *count = json_object_get(data, "clientCount");

    if (!json_is_integer(count) || json_integer_value(count) < 0) {
        return SAILS_EPROTO;
    }
    m->n_clients = (uint64_t)json_integer_value(count);
    return read_request_id(m, data);
}

static int read_nothing(struct adapter_message *m, json_t *data)
{
    (void)m;
    (void)data;
    return 0;
}

/* By the type's number. */
static const struct {
    enum adapter_kind kind;
    int (*read)(struct adapter_message *m, json_t *data);
} types[] = {
    [1] = {ADAPTER_INITIAL_HEARTBEAT, read_nothing},
    [2] = {ADAPTER_HEARTBEAT, read_nothing},
    [3] = {ADAPTER_BROADCAST, read_broadcast},
    [4] = {ADAPTER_JOIN, read_rooms},
    [5] = {ADAPTER_LEAVE, read_rooms},
    [6] = {ADAPTER_DISCONNECT, read_disconnect},
    [7] = {ADAPTER_FETCH, read_fetch},
    [8] = {ADAPTER_ANSWER, read_sockets},
    [9] = {ADAPTER_SERVER_SIDE_EMIT, read_emit},
    [10] = {ADAPTER_ANSWER, read_value},
    [11] = {ADAPTER_CLIENT_COUNT, read_count},
    [12] = {ADAPTER_ACK, read_value},
    [13] = {ADAPTER_CLOSE, read_nothing},
};

static int read_typed(struct adapter_message *m, uint64_t type, json_t *data)
{
    if (type == 0 || type >= sizeof(types) / sizeof(types[0])) {
        return SAILS_EPROTO;
    }
    m->kind = types[type].kind;
    return types[type].read(m, data);
}

/* *m = read if all went well, else nothing of it stays. */
static int finish(struct adapter_message *m, struct adapter_message *read, int rc)
{
    if (rc < 0) {
        adapter_message_deinit(read);
        return rc == SAILS_EJSON ? SAILS_EPROTO : rc;
    }
    *m = *read;
    return 0;
}

static int parse(struct bytes payload, json_t **root)
{
    return payload.len > 0 && payload.ptr[0] == '{'
               ? json_parse(bytes_str(payload), &adapter_json_limits, root)
               : msgpack_value_read(payload, ADAPTER_VALUES_MAX, root);
}

int clustered_read(struct bytes payload, struct adapter_message *m)
{
    struct adapter_message read = {0};
    const json_t *type = NULL;
    int rc = parse(payload, &read.root);

    if (rc == 0) {
        type = json_object_get(read.root, "type");
        read.uid = adapter_message_text(read.root, "uid");
        read.nsp = adapter_message_text(read.root, "nsp");
        rc = json_is_integer(type) && json_integer_value(type) > 0 && read.uid.len > 0 &&
                     read.nsp.len > 0
                 ? read_typed(&read, (uint64_t)json_integer_value(type),
                              json_object_get(read.root, "data"))
                 : SAILS_EPROTO;
    }
    return finish(m, &read, rc);
}

static int parse_data(struct str data, json_t **root)
{
    struct buf bytes = {0};
    int rc = 0;

    if (data.len == 0 || data.ptr[0] == '{') {
        return data.len == 0 ? 0 : json_parse(data, &adapter_json_limits, root);
    }
    rc = base64_decode(&bytes, data);
    if (rc == 0) {
        rc = msgpack_value_read(buf_bytes(&bytes), ADAPTER_VALUES_MAX, root);
    }
    buf_deinit(&bytes);
    return rc == SAILS_EINVAL ? SAILS_EPROTO : rc;
}

/* uid and nsp of an entry are outside of its data: copied beside it, so that one thing owns all. */
static int own(struct adapter_message *m, const struct clustered_entry *entry, json_t *data)
{
    m->root = json_pack("{s:s%,s:s%,s:o*}", "uid", entry->uid.ptr, entry->uid.len, "nsp",
                        entry->nsp.ptr, entry->nsp.len, "data", data);
    if (m->root == NULL) {
        return SAILS_EPROTO; /* text that is not UTF-8 (or no memory, which loses it as well) */
    }
    m->uid = adapter_message_text(m->root, "uid");
    m->nsp = adapter_message_text(m->root, "nsp");
    return m->uid.len > 0 && m->nsp.len > 0 ? 0 : SAILS_EPROTO;
}

int clustered_read_entry(const struct clustered_entry *entry, struct adapter_message *m)
{
    struct adapter_message read = {0};
    json_t *data = NULL;
    uint64_t type = 0;
    int rc = str_to_u64(entry->type, UINT32_MAX, &type) ? 0 : SAILS_EPROTO;

    rc = rc == 0 ? parse_data(entry->data, &data) : rc;
    rc = rc == 0 ? own(&read, entry, data) : rc;
    rc = rc == 0 ? read_typed(&read, type, json_object_get(read.root, "data")) : rc;
    return finish(m, &read, rc);
}
