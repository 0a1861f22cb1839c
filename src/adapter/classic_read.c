#include "adapter/classic.h"
#include "adapter/classic_type.h"
#include "base/json_parse.h"
#include "base/msgpack_value.h"

#include <sails/err.h>

/*
 * Whoever can publish in Redis can say anything here. What is not exactly as a node would say it is
 * dropped whole: much of it would end a server in Node (redis-cluster 11).
 */

/* {"requestId","type","sid","room"} of version 6.0: `names` is made of the room. */
static int read_one_socket(struct adapter_message *m, json_t *request)
{
    json_t *room = json_object_get(request, "room");

    m->sid = adapter_message_text(request, "sid");
    if (m->sid.len == 0) {
        return SAILS_EPROTO;
    }
    if (m->kind == ADAPTER_DISCONNECT) {
        return 0;
    }
    if (json_object_set_new(request, "rooms", json_pack("[O*]", room)) < 0) {
        return SAILS_ENOMEM;
    }
    return json_is_string(room) || json_is_integer(room)
               ? adapter_message_read_names(request, "rooms", &m->names)
               : SAILS_EPROTO;
}

/* JOIN, LEAVE, DISCONNECT */
static int read_change(struct adapter_message *m, json_t *request)
{
    json_t *opts = json_object_get(request, "opts");
    int rc = 0;

    m->close = json_is_true(json_object_get(request, "close"));
    if (opts == NULL) {
        return read_one_socket(m, request);
    }
    rc = adapter_message_read_opts(m, opts);
    if (rc == 0 && m->kind != ADAPTER_DISCONNECT) {
        rc = adapter_message_read_names(request, "rooms", &m->names);
        rc = rc == 0 && m->names == NULL ? SAILS_EPROTO : rc;
    }
    return rc;
}

static int read_server_side_emit(struct adapter_message *m, json_t *request)
{
    m->data = json_object_get(request, "data");
    return adapter_message_is_event(m->data) ? 0 : SAILS_EPROTO;
}

static int read_broadcast_with_acks(struct adapter_message *m, json_t *request)
{
    int rc = adapter_message_read_packet(m, json_object_get(request, "packet"));

    return rc == 0 ? adapter_message_read_opts(m, json_object_get(request, "opts")) : rc;
}

static int read_request(struct adapter_message *m, json_t *request)
{
    const json_t *type = json_object_get(request, "type");

    if (!json_is_integer(type)) {
        return SAILS_EPROTO;
    }
    m->uid = adapter_message_text(request, "uid");
    m->request_id = adapter_message_text(request, "requestId");
    switch (json_integer_value(type)) {
    case CLASSIC_TYPE_SOCKETS:
        m->kind = ADAPTER_SOCKETS;
        return adapter_message_read_names(request, "rooms", &m->rooms);
    case CLASSIC_TYPE_ALL_ROOMS:
        m->kind = ADAPTER_ALL_ROOMS;
        return 0;
    case CLASSIC_TYPE_JOIN:
        m->kind = ADAPTER_JOIN;
        return read_change(m, request);
    case CLASSIC_TYPE_LEAVE:
        m->kind = ADAPTER_LEAVE;
        return read_change(m, request);
    case CLASSIC_TYPE_DISCONNECT:
        m->kind = ADAPTER_DISCONNECT;
        return read_change(m, request);
    case CLASSIC_TYPE_FETCH:
        m->kind = ADAPTER_FETCH;
        return adapter_message_read_opts(m, json_object_get(request, "opts"));
    case CLASSIC_TYPE_SERVER_SIDE_EMIT:
        m->kind = ADAPTER_SERVER_SIDE_EMIT;
        return read_server_side_emit(m, request);
    case CLASSIC_TYPE_BROADCAST:
        m->kind = ADAPTER_BROADCAST;
        return m->request_id.len > 0 ? read_broadcast_with_acks(m, request) : SAILS_EPROTO;
    }
    return SAILS_EPROTO;
}

/* The answers of most requests say no type: sockets, rooms, or that it is done. */
static void read_answer(struct adapter_message *m, const json_t *response)
{
    static const char *const names[] = {"sockets", "rooms", "data"};

    m->kind = ADAPTER_ANSWER;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && m->data == NULL; i++) {
        m->data = json_object_get(response, names[i]);
    }
}

static int read_response(struct adapter_message *m, json_t *response)
{
    const json_t *type = json_object_get(response, "type");
    const json_t *count = json_object_get(response, "clientCount");

    m->request_id = adapter_message_text(response, "requestId");
    if (m->request_id.len == 0) {
        return SAILS_EPROTO;
    }
    if (type == NULL || json_integer_value(type) == CLASSIC_TYPE_SERVER_SIDE_EMIT) {
        read_answer(m, response);
        return 0;
    }
    if (json_integer_value(type) == CLASSIC_TYPE_ACK) {
        m->kind = ADAPTER_ACK;
        m->data = json_object_get(response, "packet");
        return 0;
    }
    if (json_integer_value(type) != CLASSIC_TYPE_CLIENT_COUNT || !json_is_integer(count) ||
        json_integer_value(count) < 0) {
        return SAILS_EPROTO;
    }
    m->kind = ADAPTER_CLIENT_COUNT;
    m->n_clients = (uint64_t)json_integer_value(count);
    return 0;
}

/* [uid, packet, opts] */
static int read_broadcast(struct adapter_message *m, json_t *message)
{
    const json_t *uid = json_array_get(message, 0);
    int rc = adapter_message_read_packet(m, json_array_get(message, 1));

    m->kind = ADAPTER_BROADCAST;
    if (rc < 0 || !json_is_string(uid)) {
        return SAILS_EPROTO;
    }
    m->uid = (struct str){json_string_value(uid), json_string_length(uid)};
    return adapter_message_read_opts(m, json_array_get(message, 2));
}

static int read_root(enum classic_channel channel, struct bytes payload, json_t **root)
{
    if (channel != CLASSIC_BROADCASTS && payload.len > 0 && payload.ptr[0] == '{') {
        return json_parse(bytes_str(payload), &adapter_json_limits, root);
    }
    return msgpack_value_read(payload, ADAPTER_VALUES_MAX, root);
}

int classic_read(enum classic_channel channel, struct str nsp, struct bytes payload,
                 struct adapter_message *m)
{
    struct adapter_message read = {.nsp = nsp};
    int rc = read_root(channel, payload, &read.root);

    if (rc == 0) {
        switch (channel) {
        case CLASSIC_BROADCASTS:
            rc = read_broadcast(&read, read.root);
            break;
        case CLASSIC_REQUESTS:
            rc = read_request(&read, read.root);
            break;
        case CLASSIC_RESPONSES:
            rc = read_response(&read, read.root);
            break;
        case CLASSIC_NONE:
            rc = SAILS_EPROTO;
            break;
        }
    }
    if (rc < 0) {
        adapter_message_deinit(&read);
        return rc == SAILS_EJSON ? SAILS_EPROTO : rc;
    }
    *m = read;
    return 0;
}
