#include "adapter/python.h"

#include "base/base64.h"
#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/mem.h"

#include <sails/err.h>

/*
 * Everywhere else no rooms are everybody. Here a room or socket that is missing is never left out, or what was meant for
 * one would be done to all.
 *
 * A callback is not called: it would be the manager's, and the others cannot tell who of a room answers.
 */

/* ---- whom ---- */

/* A text, a number, or a list of such, becomes a list in place. null, or nothing: *out is NULL. */
static int read_names(json_t *object, const char *name, json_t **out)
{
    json_t *value = json_object_get(object, name);

    *out = NULL;
    if (value == NULL || json_is_null(value)) {
        return 0;
    }
    if (!json_is_array(value) && json_object_set_new(object, name, json_pack("[O]", value)) < 0) {
        return SAILS_ENOMEM;
    }
    return adapter_message_read_names(object, name, out);
}

/* Just one. */
static int read_name(json_t *object, const char *name, json_t **out)
{
    int rc = read_names(object, name, out);

    return rc == 0 && json_array_size(*out) != 1 ? SAILS_EPROTO : rc;
}

/* ---- events ---- */

static int decode(const json_t *text, json_t **out)
{
    struct buf bytes = {0};
    int rc = json_is_string(text) && !json_value_is_binary(text)
                 ? base64_decode(&bytes, json_value_text(text))
                 : SAILS_EPROTO;

    if (rc == 0) {
        *out = json_value_binary(bytes.len > 0 ? bytes.ptr : "", bytes.len);
        rc = *out != NULL ? 0 : SAILS_ENOMEM;
    }
    buf_deinit(&bytes);
    return rc == SAILS_EINVAL ? SAILS_EPROTO : rc;
}

static int restore(json_t **args, const json_t *parts, json_t **attachments)
{
    size_t n = json_array_size(parts) - 1;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = decode(json_array_get(parts, i + 1), &attachments[i]);
    }
    return rc == 0 ? json_value_restore(args, attachments, n) : rc;
}

/* [arguments with placeholders, base64, base64...] */
static int read_binary(json_t *parts, json_t **args)
{
    size_t n = json_array_size(parts);
    json_t **attachments = n > 0 ? mem_calloc(n, sizeof(json_t *)) : NULL;
    int rc = SAILS_ENOMEM;

    if (n == 0) {
        return SAILS_EPROTO;
    }
    *args = json_incref(json_array_get(parts, 0));
    if (attachments != NULL) {
        rc = restore(args, parts, attachments);
        for (size_t i = 0; i < n; i++) {
            json_decref(attachments[i]);
        }
    }
    mem_free(attachments);
    return rc;
}

/* With `binary` it is a list of arguments; versions that do not say it send one argument as it is. */
static int read_args(json_t *root, json_t **args)
{
    json_t *data = json_object_get(root, "data");
    const json_t *binary = json_object_get(root, "binary");

    if (binary == NULL) {
        *args = json_pack("[O]", data != NULL ? data : json_null());
        return *args != NULL ? 0 : SAILS_ENOMEM;
    }
    if (json_is_true(binary)) {
        return read_binary(data, args);
    }
    *args = json_incref(data);
    return 0;
}

/* A list that begins with the event's name. None is no argument, where it is alone. */
static int write_data(json_t *root, json_t *args)
{
    bool is_none = json_array_size(args) == 1 && json_is_null(json_array_get(args, 0));
    json_t *data = json_pack("[O]", json_object_get(root, "event"));

    if (data == NULL || (!is_none && json_array_extend(data, args) < 0)) {
        json_decref(data);
        return SAILS_ENOMEM;
    }
    return json_object_set_new(root, "data", data) == 0 ? 0 : SAILS_ENOMEM;
}

static int read_emit(struct adapter_message *m)
{
    json_t *args = NULL;
    int rc = adapter_message_text(m->root, "event").len > 0 ? 0 : SAILS_EPROTO;

    m->kind = ADAPTER_BROADCAST;
    rc = rc == 0 ? read_names(m->root, "room", &m->rooms) : rc;
    rc = rc == 0 ? read_names(m->root, "skip_sid", &m->except) : rc;
    if (rc == 0 && m->rooms != NULL && json_array_size(m->rooms) == 0) {
        return SAILS_ENOENT; /* a list without rooms is nobody */
    }
    rc = rc == 0 ? read_args(m->root, &args) : rc;
    if (rc == 0) {
        rc = json_is_array(args) ? write_data(m->root, args) : SAILS_EPROTO;
    }
    json_decref(args);
    m->data = json_object_get(m->root, "data");
    return rc;
}

/* ---- changes ---- */

static int read_disconnect(struct adapter_message *m)
{
    m->kind = ADAPTER_DISCONNECT;
    return read_name(m->root, "sid", &m->rooms);
}

/* A socket is the only member of the room that is called as it is. */
static int read_change(struct adapter_message *m, enum adapter_kind kind)
{
    int rc = read_name(m->root, "sid", &m->rooms);

    m->kind = kind;
    return rc == 0 ? read_name(m->root, "room", &m->names) : rc;
}

static int read_close(struct adapter_message *m)
{
    int rc = read_name(m->root, "room", &m->rooms);

    m->kind = ADAPTER_LEAVE;
    m->names = m->rooms;
    return rc;
}

static int read_method(struct adapter_message *m)
{
    struct str method = adapter_message_text(m->root, "method");

    if (str_eq(method, STR("emit"))) {
        return read_emit(m);
    }
    if (str_eq(method, STR("disconnect"))) {
        return read_disconnect(m);
    }
    if (str_eq(method, STR("enter_room"))) {
        return read_change(m, ADAPTER_JOIN);
    }
    if (str_eq(method, STR("leave_room"))) {
        return read_change(m, ADAPTER_LEAVE);
    }
    if (str_eq(method, STR("close_room"))) {
        return read_close(m);
    }
    return str_eq(method, STR("callback")) ? SAILS_ENOENT : SAILS_EPROTO;
}

int python_read(struct bytes payload, struct adapter_message *m)
{
    struct adapter_message read = {.nsp = STR("/")};
    int rc = json_parse(bytes_str(payload), &adapter_json_limits, &read.root);

    if (rc == 0) {
        const json_t *nsp = json_object_get(read.root, "namespace");

        if (nsp != NULL && !json_is_null(nsp)) {
            read.nsp = adapter_message_text(read.root, "namespace");
        }
        read.uid = adapter_message_text(read.root, "host_id");
        rc = json_is_object(read.root) && read.nsp.len > 0 ? read_method(&read) : SAILS_EPROTO;
    }
    if (rc < 0) {
        adapter_message_deinit(&read);
        return rc == SAILS_EJSON || rc == SAILS_EUTF8 ? SAILS_EPROTO : rc;
    }
    *m = read;
    return 0;
}
