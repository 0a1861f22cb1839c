#include "nodes/nodes_admin.h"

#include "base/json_parse.h"
#include "base/json_value.h"
#include "nodes/nodes_message.h"

#include <sails/err.h>

/*
 * Sails reads `event` and `payload` only where both are truthy in JavaScript, and acts only on what it
 * knows; everything that is an object goes on to the application.
 */

static const struct {
    const char *event;
    enum operation_kind kind;
} events[] = {
    {"join", OPERATION_JOIN},
    {"leave", OPERATION_LEAVE},
    {"leaveAll", OPERATION_LEAVE_ALL},
};

enum {
    N_EVENTS = sizeof(events) / sizeof(events[0])
};

struct str nodes_admin_channel(const struct nodes *nodes)
{
    return nodes->options.has_admin_key ? nodes->key : STR(NODES_ADMIN_CHANNEL);
}

/* No namespace begins like that. */
static void uid_of(const struct nodes *nodes, char out[NODES_UID_MAX + 1])
{
    nodes_name(nodes, STR("admin bus"), out);
}

void nodes_admin_subscribe(struct nodes *nodes)
{
    struct bus *bus = nodes->options.bus;

    nodes_expect_confirmations(nodes, 1);
    (void)bus->ops->subscribe(bus, BUS_CHANNEL, nodes_admin_channel(nodes), true,
                              nodes_on_confirmed, nodes);
}

/* ---- out ---- */

/* Takes the payload. */
static int say(struct nodes *nodes, const char *event, json_t *payload, bool is_blast)
{
    char uid[NODES_UID_MAX + 1];
    struct buf text = {0};
    json_t *message = NULL;
    int rc = SAILS_ENOMEM;

    uid_of(nodes, uid);
    message = json_pack("{s:s*,s:s,s:o}", "uid", is_blast ? NULL : uid, "event", event, "payload",
                        payload);
    if (message != NULL) {
        rc = json_value_write(&text, message);
        rc = rc == 0 ? buf_error(&text) : rc;
    }
    if (rc == 0) {
        nodes_publish_bytes(nodes, BUS_CHANNEL, nodes_admin_channel(nodes), buf_str(&text));
    }
    json_decref(message);
    buf_deinit(&text);
    return rc;
}

int nodes_admin_say(struct nodes *nodes, const char *event, json_t *payload, bool is_blast)
{
    return say(nodes, event, json_incref(payload), is_blast);
}

static json_t *text_of(struct str text)
{
    return json_stringn_nocheck(text.ptr, text.len);
}

static json_t *list_of(const struct operation *op)
{
    json_t *list = json_array();

    for (size_t i = 0; i < op->n_rooms; i++) {
        if (json_array_append_new(list, text_of(op->rooms[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

int nodes_admin_send(struct nodes *nodes, const struct operation *op)
{
    const char *event = NULL;
    json_t *payload = NULL;

    for (size_t i = 0; i < N_EVENTS; i++) {
        event = events[i].kind == op->kind ? events[i].event : event;
    }
    payload = json_pack("{s:o}", "sourceRoom", text_of(op->target.rooms[0]));
    if (payload != NULL && op->kind != OPERATION_LEAVE_ALL &&
        json_object_set_new(payload, "destRooms", list_of(op)) < 0) {
        json_decref(payload);
        payload = NULL;
    }
    return payload != NULL ? say(nodes, event, payload, false) : SAILS_ENOMEM;
}

/* ---- in ---- */

/* As JavaScript's `if`. */
static bool is_truthy(const json_t *value)
{
    switch (value != NULL ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return json_number_value(value) != 0;
    case JSON_TRUE:
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
    return true;
}

/* A list, or a single text, becomes a list in place. */
static int read_dest_rooms(json_t *payload, json_t **out)
{
    json_t *rooms = json_object_get(payload, "destRooms");

    if (json_is_string(rooms) &&
        json_object_set_new(payload, "destRooms", json_pack("[O]", rooms)) < 0) {
        return SAILS_ENOMEM;
    }
    return adapter_message_read_names(payload, "destRooms", out);
}

/* Members of a room that are connected to this node; or the one socket of that id. */
static int change(struct nodes *nodes, enum operation_kind kind, json_t *payload)
{
    const struct cluster_host *host = nodes->options.host;
    struct adapter_message m = {.nsp = STR("/"),
                                .sid = adapter_message_text(payload, "sourceRoom")};
    struct operation op;
    int rc = kind != OPERATION_LEAVE_ALL ? read_dest_rooms(payload, &m.names) : 0;

    if (rc < 0) {
        return rc;
    }
    if (m.sid.len == 0 || (kind != OPERATION_LEAVE_ALL && json_array_size(m.names) == 0)) {
        return SAILS_EPROTO;
    }
    rc = nodes_message_read(&op, kind, &m);
    if (rc == 0) {
        rc = host->receive(host->ctx, &op, NULL);
    }
    operation_deinit(&op);
    return rc;
}

static int act(struct nodes *nodes, const json_t *message)
{
    json_t *payload = json_object_get(message, "payload");
    struct str event = adapter_message_text(message, "event");

    if (!is_truthy(payload)) {
        return 0;
    }
    for (size_t i = 0; i < N_EVENTS; i++) {
        if (str_eq(event, str_from(events[i].event))) {
            return change(nodes, events[i].kind, payload);
        }
    }
    return 0;
}

static int receive(struct nodes *nodes, json_t *message)
{
    const struct nodes_events *events_of_app = &nodes->options.events;
    char uid[NODES_UID_MAX + 1];
    int rc = 0;

    uid_of(nodes, uid);
    if (!json_is_object(message)) {
        return SAILS_EPROTO;
    }
    if (str_eq(adapter_message_text(message, "uid"), str_from(uid))) {
        return 0;
    }
    atomic_fetch_add(&nodes->counts.received, 1);
    rc = act(nodes, message);
    if (events_of_app->on_admin_message != NULL) {
        events_of_app->on_admin_message(message, events_of_app->ctx);
    }
    return rc;
}

void nodes_admin_receive(struct nodes *nodes, struct bytes payload)
{
    json_t *message = NULL;
    int rc = json_parse(bytes_str(payload), &adapter_json_limits, &message);

    if (rc == 0) {
        rc = receive(nodes, message);
        json_decref(message);
    }
    if (!nodes_is_ours(rc)) {
        nodes_refuse(nodes, nodes_admin_channel(nodes), rc);
    }
}
