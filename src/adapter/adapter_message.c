#include "adapter/adapter_message.h"

#include "base/json_value.h"

#include <sails/err.h>

void adapter_message_deinit(struct adapter_message *m)
{
    json_decref(m->root);
    *m = (struct adapter_message){0};
}

/* ---- reading ---- */

struct str adapter_message_text(const json_t *object, const char *name)
{
    const json_t *text = json_object_get(object, name);

    if (!json_is_string(text) || json_value_is_binary(text)) {
        return (struct str){NULL, 0};
    }
    return (struct str){json_string_value(text), json_string_length(text)};
}

struct str adapter_message_only_room(const struct adapter_message *m)
{
    const json_t *room = json_array_size(m->rooms) == 1 ? json_array_get(m->rooms, 0) : NULL;

    return (struct str){json_string_value(room), json_string_length(room)};
}

/* A number as JavaScript's String() writes it; only integers name rooms. */
static int number_to_text(json_t *list, size_t at)
{
    json_t *text =
        json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(json_array_get(list, at)));

    return text != NULL && json_array_set_new(list, at, text) == 0 ? 0 : SAILS_ENOMEM;
}

int adapter_message_read_names(json_t *object, const char *name, json_t **list)
{
    json_t *names = json_object_get(object, name);
    int rc = 0;

    *list = NULL;
    if (names == NULL) {
        return 0;
    }
    if (!json_is_array(names)) {
        return SAILS_EPROTO;
    }
    for (size_t i = 0; i < json_array_size(names) && rc == 0; i++) {
        const json_t *one = json_array_get(names, i);

        if (json_is_integer(one)) {
            rc = number_to_text(names, i);
        } else if (!json_is_string(one) || json_value_is_binary(one)) {
            rc = SAILS_EPROTO;
        }
    }
    *list = names;
    return rc;
}

static void read_flags(struct adapter_message *m, const json_t *flags)
{
    const json_t *timeout = json_object_get(flags, "timeout");

    m->is_volatile = json_is_true(json_object_get(flags, "volatile"));
    m->is_uncompressed = json_is_false(json_object_get(flags, "compress"));
    if (json_is_integer(timeout) && json_integer_value(timeout) > 0) {
        m->timeout_ms = (uint64_t)json_integer_value(timeout);
    }
}

int adapter_message_read_opts(struct adapter_message *m, json_t *opts)
{
    int rc = 0;

    if (!json_is_object(opts)) {
        return SAILS_EPROTO;
    }
    rc = adapter_message_read_names(opts, "rooms", &m->rooms);
    rc = rc == 0 ? adapter_message_read_names(opts, "except", &m->except) : rc;
    if (rc == 0) {
        read_flags(m, json_object_get(opts, "flags"));
    }
    return rc;
}

bool adapter_message_is_event(const json_t *data)
{
    const json_t *name = json_array_get(data, 0);

    return json_is_string(name) && !json_value_is_binary(name);
}

int adapter_message_read_packet(struct adapter_message *m, json_t *packet)
{
    enum {
        EVENT = 2,
        BINARY_EVENT = 5
    };
    const json_t *type = json_object_get(packet, "type");
    struct str nsp = adapter_message_text(packet, "nsp");

    m->data = json_object_get(packet, "data");
    if (!json_is_integer(type) || !adapter_message_is_event(m->data) ||
        (json_integer_value(type) != EVENT && json_integer_value(type) != BINARY_EVENT)) {
        return SAILS_EPROTO; /* Node passes others on, and one of them ends its clients' sockets */
    }
    if (nsp.len > 0) {
        m->nsp = nsp;
    }
    return 0;
}

/* ---- writing ---- */

json_t *adapter_message_optional(struct str text)
{
    return text.len > 0 ? json_stringn_nocheck(text.ptr, text.len) : NULL;
}

static json_t *list_or_none(json_t *list)
{
    return list != NULL ? json_incref(list) : json_array();
}

static json_t *flags_of(const struct adapter_message *m)
{
    return json_pack("{s:o*,s:o*,s:o*}", "volatile", m->is_volatile ? json_true() : NULL,
                     "compress", m->is_uncompressed ? json_false() : NULL, "timeout",
                     m->timeout_ms > 0 ? json_integer((json_int_t)m->timeout_ms) : NULL);
}

json_t *adapter_message_opts(const struct adapter_message *m, bool with_flags)
{
    return json_pack("{s:o,s:o,s:o*}", "rooms", list_or_none(m->rooms), "except",
                     list_or_none(m->except), "flags", with_flags ? flags_of(m) : NULL);
}

static json_t *buffer_of(const json_t *binary)
{
    struct bytes bytes = json_value_bytes(binary);
    json_t *data = json_array();

    for (size_t i = 0; i < bytes.len; i++) {
        if (json_array_append_new(data, json_integer(bytes.ptr[i])) < 0) {
            json_decref(data);
            return NULL;
        }
    }
    return json_pack("{s:s,s:o}", "type", "Buffer", "data", data);
}

static json_t *copy_without_binary(json_t *value);

static json_t *copy_array(const json_t *array)
{
    json_t *copy = json_array();

    for (size_t i = 0; i < json_array_size(array); i++) {
        if (json_array_append_new(copy, copy_without_binary(json_array_get(array, i))) < 0) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

static json_t *copy_object(json_t *object)
{
    json_t *copy = json_object();

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        json_t *member = copy_without_binary(json_object_iter_value(at));

        if (json_object_set_new_nocheck(copy, json_object_iter_key(at), member) < 0) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

static json_t *copy_without_binary(json_t *value)
{
    if (json_value_is_binary(value)) {
        return buffer_of(value);
    }
    if (json_is_array(value)) {
        return copy_array(value);
    }
    return json_is_object(value) ? copy_object(value) : json_incref(value);
}

json_t *adapter_message_without_binary(json_t *value)
{
    return json_value_count_binary(value) > 0 ? copy_without_binary(value) : json_incref(value);
}
