#include "adapter/clustered.h"

#include "base/base64.h"
#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/msgpack_value.h"
#include "base/utf8.h"

#include <sails/err.h>

/* Their numbers on the wire. */
enum clustered_type {
    TYPE_INITIAL_HEARTBEAT = 1,
    TYPE_HEARTBEAT = 2,
    TYPE_BROADCAST = 3,
    TYPE_JOIN = 4,
    TYPE_LEAVE = 5,
    TYPE_DISCONNECT = 6,
    TYPE_FETCH = 7,
    TYPE_FETCH_RESPONSE = 8,
    TYPE_SERVER_SIDE_EMIT = 9,
    TYPE_SERVER_SIDE_EMIT_RESPONSE = 10,
    TYPE_CLIENT_COUNT = 11,
    TYPE_ACK = 12,
    TYPE_CLOSE = 13
};

enum {
    SOCKET_ID_LEN =
        20 /* what the mode `dynamic` takes for a socket's own room, by JavaScript's length */
};

/* ---- channels ---- */

bool clustered_has_channel(enum clustered_mode mode, struct str room)
{
    return mode == CLUSTERED_DYNAMIC_PRIVATE ||
           (mode == CLUSTERED_DYNAMIC && utf8_utf16_len(room) != SOCKET_ID_LEN);
}

void clustered_channel(struct buf *out, struct str prefix, struct str nsp, struct str last)
{
    buf_append_str(out, prefix);
    buf_append_char(out, '#');
    buf_append_str(out, nsp);
    buf_append_char(out, '#');
    if (last.len > 0) {
        buf_append_str(out, last);
        buf_append_char(out, '#');
    }
}

void clustered_channel_for(struct buf *out, struct str prefix, enum clustered_mode mode,
                           const struct adapter_message *m, struct str asker)
{
    struct str room = adapter_message_only_room(m);
    bool is_for_room = m->kind == ADAPTER_BROADCAST && m->request_id.len == 0 && room.len > 0 &&
                       clustered_has_channel(mode, room);

    if (m->kind >= ADAPTER_ANSWER && m->kind <= ADAPTER_ACK) {
        clustered_channel(out, prefix, m->nsp, asker);
    } else {
        clustered_channel(out, prefix, m->nsp, is_for_room ? room : (struct str){NULL, 0});
    }
}

/* ---- writing ---- */

static int type_of_answer(enum adapter_kind of)
{
    switch (of) {
    case ADAPTER_FETCH:
        return TYPE_FETCH_RESPONSE;
    case ADAPTER_SERVER_SIDE_EMIT:
    case ADAPTER_JOIN: /* that it is done: nodes in Node do not say so */
    case ADAPTER_LEAVE:
    case ADAPTER_DISCONNECT:
        return TYPE_SERVER_SIDE_EMIT_RESPONSE;
    default:
        return 0;
    }
}

/* 0: this format has no such message. */
static int type_of(const struct adapter_message *m)
{
    switch (m->kind) {
    case ADAPTER_BROADCAST:
        return TYPE_BROADCAST;
    case ADAPTER_JOIN:
        return TYPE_JOIN;
    case ADAPTER_LEAVE:
        return TYPE_LEAVE;
    case ADAPTER_DISCONNECT:
        return TYPE_DISCONNECT;
    case ADAPTER_FETCH:
        return TYPE_FETCH;
    case ADAPTER_SERVER_SIDE_EMIT:
        return TYPE_SERVER_SIDE_EMIT;
    case ADAPTER_ANSWER:
        return type_of_answer(m->of);
    case ADAPTER_CLIENT_COUNT:
        return TYPE_CLIENT_COUNT;
    case ADAPTER_ACK:
        return TYPE_ACK;
    case ADAPTER_INITIAL_HEARTBEAT:
        return TYPE_INITIAL_HEARTBEAT;
    case ADAPTER_HEARTBEAT:
        return TYPE_HEARTBEAT;
    case ADAPTER_CLOSE:
        return TYPE_CLOSE;
    case ADAPTER_SOCKETS:
    case ADAPTER_ALL_ROOMS:
        break;
    }
    return 0;
}

static json_t *request_id_of(const struct adapter_message *m)
{
    return adapter_message_optional(m->request_id);
}

static json_t *data_of(const struct adapter_message *m, int type)
{
    switch ((enum clustered_type)type) {
    case TYPE_BROADCAST:
        return json_pack("{s:{s:i,s:O},s:o*,s:o}", "packet", "type", 2, "data", m->data,
                         "requestId", request_id_of(m), "opts", adapter_message_opts(m, true));
    case TYPE_JOIN:
    case TYPE_LEAVE:
        return json_pack("{s:o,s:O,s:o*}", "opts", adapter_message_opts(m, true), "rooms", m->names,
                         "requestId", request_id_of(m));
    case TYPE_DISCONNECT:
        return json_pack("{s:o,s:b,s:o*}", "opts", adapter_message_opts(m, true), "close", m->close,
                         "requestId", request_id_of(m));
    case TYPE_FETCH:
        return json_pack("{s:o,s:o*}", "opts", adapter_message_opts(m, true), "requestId",
                         request_id_of(m));
    case TYPE_SERVER_SIDE_EMIT:
        return json_pack("{s:o*,s:o}", "requestId", request_id_of(m), "packet",
                         adapter_message_without_binary(m->data));
    case TYPE_FETCH_RESPONSE:
        return json_pack("{s:o*,s:O}", "requestId", request_id_of(m), "sockets", m->data);
    case TYPE_SERVER_SIDE_EMIT_RESPONSE:
    case TYPE_ACK:
        return json_pack("{s:o*,s:O*}", "requestId", request_id_of(m), "packet", m->data);
    case TYPE_CLIENT_COUNT:
        return json_pack("{s:o*,s:I}", "requestId", request_id_of(m), "clientCount",
                         (json_int_t)m->n_clients);
    case TYPE_INITIAL_HEARTBEAT:
    case TYPE_HEARTBEAT:
    case TYPE_CLOSE:
        break;
    }
    return NULL;
}

static bool has_data(int type)
{
    return type != TYPE_INITIAL_HEARTBEAT && type != TYPE_HEARTBEAT && type != TYPE_CLOSE;
}

int clustered_write(struct buf *out, const struct adapter_message *m, bool always_msgpack)
{
    int type = type_of(m);
    json_t *data = type > 0 ? data_of(m, type) : NULL;
    json_t *whole = NULL;
    int rc = 0;

    if (type == 0) {
        return SAILS_EINVAL;
    }
    if (data == NULL && has_data(type)) {
        return SAILS_ENOMEM;
    }
    whole = json_pack("{s:i,s:o*,s:s%,s:s%}", "type", type, "data", data, "uid", m->uid.ptr,
                      m->uid.len, "nsp", m->nsp.ptr, m->nsp.len);
    if (whole == NULL) {
        return SAILS_ENOMEM;
    }
    rc = always_msgpack || json_value_count_binary(whole) > 0 ? msgpack_value_write(out, whole)
                                                              : json_value_write(out, whole);
    json_decref(whole);
    return rc == 0 ? buf_error(out) : rc;
}

static int write_in_base64(struct buf *out, const json_t *data)
{
    struct buf bytes = {0};
    int rc = msgpack_value_write(&bytes, data);

    if (rc == 0) {
        base64_encode(out, buf_bytes(&bytes));
    }
    buf_deinit(&bytes);
    return rc;
}

int clustered_write_entry(struct buf *type, struct buf *data, const struct adapter_message *m)
{
    int number = type_of(m);
    json_t *json = number > 0 ? data_of(m, number) : NULL;
    int rc = 0;

    if (number == 0) {
        return SAILS_EINVAL;
    }
    if (json == NULL && has_data(number)) {
        return SAILS_ENOMEM;
    }
    buf_append_u64(type, (uint64_t)number);
    if (json != NULL) {
        rc = json_value_count_binary(json) > 0 ? write_in_base64(data, json)
                                               : json_value_write(data, json);
        json_decref(json);
    }
    rc = rc == 0 ? buf_error(type) : rc;
    return rc == 0 ? buf_error(data) : rc;
}
