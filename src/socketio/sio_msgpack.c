#include "socketio/sio_msgpack.h"

#include "base/c_text.h"
#include "base/json_parse.h"
#include "base/json_value.h"
#include "base/json_write.h"
#include "base/msgpack_value.h"

#include <sails/err.h>

/* ---- reading ---- */

/* The text of a value; .ptr NULL: it is none. */
static struct str text_of(const json_t *value)
{
    return json_is_string(value) && !json_value_is_binary(value)
               ? (struct str){json_string_value(value), json_string_length(value)}
               : (struct str){NULL, 0};
}

/* Those of binary events, which the parser's version 2 still tells apart, mean the same here. */
static int read_type(const json_t *root, enum sio_packet_type *type)
{
    const json_t *value = json_object_get(root, "type");
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;

    if (number < SIO_CONNECT || number > SIO_BINARY_ACK) {
        return SAILS_EPROTO;
    }
    *type = (enum sio_packet_type)number;
    if (*type == SIO_BINARY_EVENT || *type == SIO_BINARY_ACK) {
        *type = *type == SIO_BINARY_EVENT ? SIO_EVENT : SIO_ACK;
    }
    return 0;
}

static int read_id(const json_t *root, int64_t *id)
{
    const json_t *value = json_object_get(root, "id");

    *id = -1;
    if (value == NULL) {
        return 0;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > SIO_MAX_ACK_ID) {
        return SAILS_EPROTO;
    }
    *id = json_integer_value(value);
    return 0;
}

static bool is_data_of(enum sio_packet_type type, const json_t *data)
{
    switch (type) {
    case SIO_CONNECT:
        /* It is shown as JSON later, which has no binary values. */
        return data == NULL || (json_is_object(data) && json_value_count_binary(data) == 0);
    case SIO_DISCONNECT:
        return data == NULL;
    case SIO_CONNECT_ERROR:
        return json_is_object(data) || json_is_string(data);
    case SIO_EVENT:
    case SIO_ACK:
    case SIO_BINARY_EVENT:
    case SIO_BINARY_ACK:
        return json_is_array(data);
    }
    return false;
}

/* The event's name as a packet of text has it: a JSON text, or a number. */
static int write_event(struct buf *out, const json_t *name)
{
    struct str text = text_of(name);

    if (text.ptr != NULL) {
        if (sio_packet_is_reserved(text)) {
            return SAILS_EPROTO;
        }
        return c_text_is_whole(text) ? json_write_string(out, text) : SAILS_EJSON;
    }
    if (json_is_integer(name)) {
        json_write_integer(out, json_integer_value(name));
    } else if (json_is_real(name)) {
        json_write_real(out, json_real_value(name));
    } else {
        return SAILS_EJSON;
    }
    return 0;
}

static int read_event(struct sio_msgpack *p)
{
    const json_t *name = json_array_get(p->data, 0);
    int rc = name != NULL ? write_event(&p->text, name) : SAILS_EJSON;

    if (rc == 0) {
        (void)json_array_remove(p->data, 0);
    }
    return rc;
}

/* The texts are in one piece, which a packet that waits is copied with: its namespace, then its event. */
static int read_texts(struct sio_msgpack *p, struct str nsp)
{
    int rc = 0;

    buf_append_str(&p->text, nsp);
    if (p->packet.type == SIO_EVENT) {
        rc = read_event(p);
    }
    rc = rc == 0 ? buf_error(&p->text) : rc;
    if (rc == 0) {
        struct str all = buf_str(&p->text);

        p->packet.nsp = (struct str){all.ptr, nsp.len};
        p->packet.event = str_from_offset(all, nsp.len);
    }
    return rc;
}

static int read_packet(json_t *root, struct sio_msgpack *p)
{
    struct str nsp = text_of(json_object_get(root, "nsp"));
    int rc = nsp.ptr != NULL ? read_type(root, &p->packet.type) : SAILS_EPROTO;

    if (rc == 0) {
        rc = read_id(root, &p->packet.id);
    }
    p->data = json_incref(json_object_get(root, "data"));
    if (rc == 0 && !is_data_of(p->packet.type, p->data)) {
        rc = SAILS_EJSON;
    }
    if (rc == 0) {
        rc = read_texts(p, nsp);
    }
    p->packet.args = p->data;
    return rc;
}

/* Takes `root`. */
static int finish(json_t *root, struct sio_msgpack *out)
{
    struct sio_msgpack p = {.packet = {.args = NULL}};
    int rc = read_packet(root, &p);

    json_decref(root);
    if (rc < 0) {
        sio_msgpack_deinit(&p);
        return rc;
    }
    *out = p;
    return 0;
}

int sio_msgpack_decode(struct bytes message, size_t max_values, struct sio_msgpack *out)
{
    json_t *root = NULL;
    int rc = msgpack_value_read(message, max_values > 0 ? max_values : SIZE_MAX, &root);

    return rc == 0 ? finish(root, out) : rc;
}

int sio_msgpack_decode_text(struct str text, const struct json_limits *limits,
                            struct sio_msgpack *out)
{
    json_t *root = NULL;
    int rc = json_parse(text, limits, &root);

    return rc == 0 ? finish(root, out) : rc;
}

void sio_msgpack_deinit(struct sio_msgpack *decoded)
{
    buf_deinit(&decoded->text);
    json_decref(decoded->data);
}

/* ---- writing ---- */

int sio_msgpack_encode(struct buf *out, enum sio_packet_type type, struct str nsp, json_t *data,
                       int64_t id)
{
    json_t *root = json_pack("{s:i, s:o, s:O*}", "type", (int)type, "nsp",
                             json_stringn_nocheck(nsp.ptr, nsp.len), "data", data);
    int rc = root != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0 && id >= 0 && json_object_set_new(root, "id", json_integer(id)) < 0) {
        rc = SAILS_ENOMEM;
    }
    if (rc == 0) {
        rc = msgpack_value_write(out, root);
    }
    json_decref(root);
    return rc;
}
