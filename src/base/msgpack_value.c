#include "base/msgpack_value.h"

#include "base/json_value.h"
#include "base/utf8.h"

#include <msgpack.h>

#include <math.h>
#include <sails/err.h>

/* By msgpack-c; reading is not: see msgpack_read.c. */

/* Integers beyond these lose digits in JavaScript; as floats they lose them in the same way. */
#define SAFE_INTEGER INT64_C(9007199254740992)

static int append(void *ctx, const char *data, size_t len)
{
    struct buf *out = ctx;

    buf_append(out, data, len);
    return out->failed ? -1 : 0;
}

static int write_value(msgpack_packer *pk, const json_t *value, int depth);

static void write_text(msgpack_packer *pk, const char *text, size_t len)
{
    msgpack_pack_str(pk, len);
    msgpack_pack_str_body(pk, text, len);
}

static int write_string(msgpack_packer *pk, const json_t *value)
{
    struct bytes bytes = {(const uint8_t *)json_string_value(value), json_string_length(value)};

    if (json_value_is_binary(value)) {
        bytes = json_value_bytes(value);
        msgpack_pack_bin(pk, bytes.len);
        msgpack_pack_bin_body(pk, bytes.ptr, bytes.len);
        return 0;
    }
    if (!utf8_is_valid(bytes)) {
        return SAILS_EJSON;
    }
    write_text(pk, (const char *)bytes.ptr, bytes.len);
    return 0;
}

static void write_integer(msgpack_packer *pk, json_int_t value)
{
    if (value > SAFE_INTEGER || value < -SAFE_INTEGER) {
        msgpack_pack_double(pk, (double)value);
    } else {
        msgpack_pack_int64(pk, value);
    }
}

/* A float without a fraction is an integer, as everywhere in JavaScript. */
static void write_real(msgpack_packer *pk, double value)
{
    if (fabs(value) <= (double)SAFE_INTEGER && value == trunc(value)) {
        msgpack_pack_int64(pk, (int64_t)value);
    } else {
        msgpack_pack_double(pk, value);
    }
}

static int write_array(msgpack_packer *pk, const json_t *array, int depth)
{
    size_t n = json_array_size(array);
    int rc = 0;

    msgpack_pack_array(pk, n);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = write_value(pk, json_array_get(array, i), depth + 1);
    }
    return rc;
}

static int write_object(msgpack_packer *pk, json_t *object, int depth)
{
    int rc = 0;

    msgpack_pack_map(pk, json_object_size(object));
    for (void *at = json_object_iter(object); at != NULL && rc == 0;
         at = json_object_iter_next(object, at)) {
        write_text(pk, json_object_iter_key(at), json_object_iter_key_len(at));
        rc = write_value(pk, json_object_iter_value(at), depth + 1);
    }
    return rc;
}

static int write_value(msgpack_packer *pk, const json_t *value, int depth)
{
    if (depth > MSGPACK_DEPTH_MAX) {
        return SAILS_EJSON;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        /* jansson's iterators ask for the object without const. */
        return write_object(pk, (json_t *)(uintptr_t)value, depth);
    case JSON_ARRAY:
        return write_array(pk, value, depth);
    case JSON_STRING:
        return write_string(pk, value);
    case JSON_INTEGER:
        write_integer(pk, json_integer_value(value));
        return 0;
    case JSON_REAL:
        write_real(pk, json_real_value(value));
        return 0;
    case JSON_TRUE:
        return msgpack_pack_true(pk);
    case JSON_FALSE:
        return msgpack_pack_false(pk);
    case JSON_NULL:
        break;
    }
    return msgpack_pack_nil(pk);
}

int msgpack_value_write(struct buf *out, const json_t *value)
{
    msgpack_packer pk;
    int rc = 0;

    if (value == NULL) {
        return SAILS_EJSON;
    }
    msgpack_packer_init(&pk, out, append);
    rc = write_value(&pk, value, 1);
    return out->failed ? SAILS_ENOMEM : rc;
}
