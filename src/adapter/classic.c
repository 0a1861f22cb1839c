#include "adapter/classic.h"

#include "adapter/classic_type.h"
#include "base/json_value.h"
#include "base/msgpack_value.h"

#include <sails/err.h>

/* ---- channels ---- */

static void append_channel(struct buf *out, struct str prefix, const char *kind, struct str nsp,
                           struct str last)
{
    buf_append_str(out, prefix);
    buf_append_str(out, str_from(kind));
    buf_append_char(out, '#');
    buf_append_str(out, nsp);
    buf_append_char(out, '#');
    if (last.len > 0) {
        buf_append_str(out, last);
        buf_append_char(out, '#');
    }
}

static void append_escaped(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("*?[]\\", text.ptr[i]) != NULL) {
            buf_append_char(out, '\\');
        }
        buf_append_char(out, text.ptr[i]);
    }
}

void classic_pattern(struct buf *out, struct str prefix, struct str nsp)
{
    append_escaped(out, prefix);
    buf_append_char(out, '#');
    append_escaped(out, nsp);
    buf_append_str(out, STR("#*"));
}

void classic_request_channel(struct buf *out, struct str prefix, struct str nsp)
{
    append_channel(out, prefix, "-request", nsp, (struct str){NULL, 0});
}

void classic_response_channel(struct buf *out, struct str prefix, struct str nsp, struct str uid)
{
    append_channel(out, prefix, "-response", nsp, uid);
}

static bool is_request(const struct adapter_message *m)
{
    return m->kind < ADAPTER_ANSWER && (m->kind != ADAPTER_BROADCAST || m->request_id.len > 0);
}

void classic_channel(struct buf *out, struct str prefix, const struct adapter_message *m)
{
    if (is_request(m)) {
        classic_request_channel(out, prefix, m->nsp);
    } else if (m->kind == ADAPTER_BROADCAST) {
        append_channel(out, prefix, "", m->nsp, adapter_message_only_room(m));
    } else {
        classic_response_channel(out, prefix, m->nsp, (struct str){NULL, 0});
    }
}

/* Takes `part` off the front. */
static bool take(struct str *text, struct str part)
{
    if (!str_starts_with(*text, part)) {
        return false;
    }
    *text = str_from_offset(*text, part.len);
    return true;
}

enum classic_channel classic_channel_of(struct str channel, struct str prefix, struct str nsp,
                                        struct str *room)
{
    struct str rest = channel;
    enum classic_channel kind = CLASSIC_BROADCASTS;

    *room = (struct str){NULL, 0};
    if (!take(&rest, prefix)) {
        return CLASSIC_NONE;
    }
    if (take(&rest, STR("-request"))) {
        kind = CLASSIC_REQUESTS;
    } else if (take(&rest, STR("-response"))) {
        kind = CLASSIC_RESPONSES;
    }
    if (!take(&rest, STR("#")) || !take(&rest, nsp) || !take(&rest, STR("#"))) {
        return CLASSIC_NONE;
    }
    if (rest.len == 0) {
        return kind;
    }
    if (rest.ptr[rest.len - 1] != '#' || kind == CLASSIC_REQUESTS) {
        return CLASSIC_NONE;
    }
    if (kind == CLASSIC_BROADCASTS) {
        *room = (struct str){rest.ptr, rest.len - 1};
    }
    return kind;
}

/* ---- writing ---- */

static json_t *packet_of(const struct adapter_message *m)
{
    return json_pack("{s:i,s:O,s:s%}", "type", 2, "data", m->data, "nsp", m->nsp.ptr, m->nsp.len);
}

static json_t *broadcast_of(const struct adapter_message *m)
{
    return json_pack("[s%,o,o]", m->uid.ptr, m->uid.len, packet_of(m),
                     adapter_message_opts(m, true));
}

/* A request for sockets of `opts`, with one member behind it. Takes the value; NULL: no member. */
static json_t *request_of(const struct adapter_message *m, int type, const char *name,
                          json_t *value)
{
    return json_pack("{s:o*,s:o*,s:i,s:o,s:o*}", "uid", adapter_message_optional(m->uid),
                     "requestId", adapter_message_optional(m->request_id), "type", type, "opts",
                     adapter_message_opts(m, false), name, value);
}

static json_t *server_side_emit_of(const struct adapter_message *m)
{
    return json_pack("{s:o*,s:o*,s:i,s:o}", "uid", adapter_message_optional(m->uid), "requestId",
                     adapter_message_optional(m->request_id), "type", CLASSIC_TYPE_SERVER_SIDE_EMIT,
                     "data", adapter_message_without_binary(m->data));
}

static json_t *plain_request_of(const struct adapter_message *m, int type)
{
    return json_pack("{s:o*,s:o*,s:i,s:o*}", "uid", adapter_message_optional(m->uid), "requestId",
                     adapter_message_optional(m->request_id), "type", type, "rooms",
                     type == CLASSIC_TYPE_SOCKETS ? json_incref(m->rooms) : NULL);
}

static json_t *broadcast_with_acks_of(const struct adapter_message *m)
{
    return json_pack("{s:o*,s:o*,s:i,s:o,s:o}", "uid", adapter_message_optional(m->uid),
                     "requestId", adapter_message_optional(m->request_id), "type",
                     CLASSIC_TYPE_BROADCAST, "packet", packet_of(m), "opts",
                     adapter_message_opts(m, true));
}

static json_t *answer_of(const struct adapter_message *m)
{
    json_t *id = adapter_message_optional(m->request_id);
    json_t *data = m->data != NULL ? adapter_message_without_binary(m->data) : NULL;

    switch (m->of) {
    case ADAPTER_FETCH:
    case ADAPTER_SOCKETS:
        return json_pack("{s:o,s:o}", "requestId", id, "sockets", data);
    case ADAPTER_ALL_ROOMS:
        return json_pack("{s:o,s:o}", "requestId", id, "rooms", data);
    case ADAPTER_SERVER_SIDE_EMIT:
        return json_pack("{s:i,s:o,s:o*}", "type", CLASSIC_TYPE_SERVER_SIDE_EMIT, "requestId", id,
                         "data", data);
    default: /* JOIN, LEAVE, DISCONNECT of one socket: it is done */
        json_decref(data);
        return json_pack("{s:o}", "requestId", id);
    }
}

static json_t *to_json(const struct adapter_message *m)
{
    switch (m->kind) {
    case ADAPTER_BROADCAST:
        return m->request_id.len > 0 ? broadcast_with_acks_of(m) : broadcast_of(m);
    case ADAPTER_JOIN:
        return request_of(m, CLASSIC_TYPE_JOIN, "rooms", json_incref(m->names));
    case ADAPTER_LEAVE:
        return request_of(m, CLASSIC_TYPE_LEAVE, "rooms", json_incref(m->names));
    case ADAPTER_DISCONNECT:
        return request_of(m, CLASSIC_TYPE_DISCONNECT, "close", json_boolean(m->close));
    case ADAPTER_FETCH:
        return request_of(m, CLASSIC_TYPE_FETCH, "", NULL);
    case ADAPTER_SOCKETS:
        return plain_request_of(m, CLASSIC_TYPE_SOCKETS);
    case ADAPTER_ALL_ROOMS:
        return plain_request_of(m, CLASSIC_TYPE_ALL_ROOMS);
    case ADAPTER_SERVER_SIDE_EMIT:
        return server_side_emit_of(m);
    case ADAPTER_ANSWER:
        return answer_of(m);
    case ADAPTER_CLIENT_COUNT:
        return json_pack("{s:i,s:o*,s:I}", "type", CLASSIC_TYPE_CLIENT_COUNT, "requestId",
                         adapter_message_optional(m->request_id), "clientCount",
                         (json_int_t)m->n_clients);
    case ADAPTER_ACK:
        return json_pack("{s:i,s:o*,s:O*}", "type", CLASSIC_TYPE_ACK, "requestId",
                         adapter_message_optional(m->request_id), "packet", m->data);
    case ADAPTER_INITIAL_HEARTBEAT:
    case ADAPTER_HEARTBEAT:
    case ADAPTER_CLOSE:
        break;
    }
    return NULL;
}

int classic_write(struct buf *out, const struct adapter_message *m)
{
    bool is_plain_broadcast = m->kind == ADAPTER_BROADCAST && m->request_id.len == 0;
    json_t *json = NULL;
    int rc = 0;

    if (m->kind > ADAPTER_ACK) {
        return SAILS_EINVAL;
    }
    json = to_json(m);
    if (json == NULL) {
        return SAILS_ENOMEM;
    }
    rc = is_plain_broadcast || json_value_count_binary(json) > 0 ? msgpack_value_write(out, json)
                                                                 : json_value_write(out, json);
    json_decref(json);
    return rc == 0 ? buf_error(out) : rc;
}
