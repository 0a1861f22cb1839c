#include "base/json_value.h"

#include "base/json_write.h"
#include "base/mem.h"

#include <sails/err.h>

enum {
    BINARY_MARK = 0xff,
    MAX_DEPTH = 1000 /* of what is walked: far from the end of a thread's stack */
};

json_t *json_value_list(json_t *const *values, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n && list != NULL; i++) {
        if (json_array_append(list, values[i]) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *json_value_binary(const void *data, size_t len)
{
    json_t *value = NULL;
    char *marked = len < SIZE_MAX ? mem_alloc(len + 1) : NULL;

    if (marked == NULL) {
        return NULL;
    }
    marked[0] = (char)BINARY_MARK;
    if (len > 0) {
        memcpy(marked + 1, data, len);
    }
    value = json_stringn_nocheck(marked, len + 1);
    mem_free(marked);
    return value;
}

bool json_value_is_binary(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0 &&
           (uint8_t)json_string_value(value)[0] == BINARY_MARK;
}

struct bytes json_value_bytes(const json_t *value)
{
    if (!json_value_is_binary(value)) {
        return (struct bytes){NULL, 0};
    }
    return (struct bytes){(const uint8_t *)json_string_value(value) + 1,
                          json_string_length(value) - 1};
}

static size_t count_binary(const json_t *value, int depth)
{
    size_t n = 0;

    if (depth > MAX_DEPTH) {
        return 0; /* writing will refuse it */
    }
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            n += count_binary(json_array_get(value, i), depth + 1);
        }
        return n;
    }
    /* jansson's iterators are made from pointers to const, but ask for the object without it. */
    for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        n += count_binary(json_object_iter_value(at), depth + 1);
    }
    return n + (json_value_is_binary(value) ? 1 : 0);
}

size_t json_value_count_binary(const json_t *value)
{
    return count_binary(value, 1);
}

/* ---- what it takes ---- */

enum {
    /* Of jansson's structs with what the allocator adds, on 64 bits. */
    NUMBER_BYTES = 32,
    TEXT_BYTES = 64,
    ARRAY_BYTES = 112, /* eight places of an array that has just been made among them */
    OBJECT_BYTES = 224,
    MEMBER_BYTES = 80,
    PLACE_BYTES = 16 /* in an array, which doubles */
};

static size_t footprint(const json_t *value, int depth);

static size_t object_footprint(const json_t *object, int depth)
{
    size_t size = OBJECT_BYTES;

    for (void *at = json_object_iter((json_t *)(uintptr_t)object); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        size += MEMBER_BYTES + json_object_iter_key_len(at) +
                footprint(json_object_iter_value(at), depth + 1);
    }
    return size;
}

static size_t array_footprint(const json_t *array, int depth)
{
    size_t size = ARRAY_BYTES + json_array_size(array) * PLACE_BYTES;

    for (size_t i = 0; i < json_array_size(array); i++) {
        size += footprint(json_array_get(array, i), depth + 1);
    }
    return size;
}

/* An attachment that many placeholders name is there once: each has its share of it. */
static size_t text_footprint(const json_t *value)
{
    size_t len = json_string_length(value);

    return TEXT_BYTES +
           (json_value_is_binary(value) && value->refcount > 1 ? len / value->refcount : len);
}

static size_t footprint(const json_t *value, int depth)
{
    if (depth > MAX_DEPTH) {
        return 0; /* no text may be as deep: a program has made it */
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return object_footprint(value, depth);
    case JSON_ARRAY:
        return array_footprint(value, depth);
    case JSON_STRING:
        return text_footprint(value);
    case JSON_INTEGER:
    case JSON_REAL:
        return NUMBER_BYTES;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    return 0; /* one for all */
}

size_t json_value_footprint(const json_t *value)
{
    return value != NULL ? footprint(value, 1) : 0;
}

/* ---- writing ---- */

/* Where the placeholders' attachments go. */
struct writer {
    struct buf *out;
    struct bytes *found;
    size_t max;
    size_t *n_found;
};

static int write_value(struct writer *w, const json_t *value, int depth);

static int write_array(struct writer *w, const json_t *array, int depth)
{
    int rc = 0;

    buf_append_char(w->out, '[');
    for (size_t i = 0; i < json_array_size(array) && rc == 0; i++) {
        if (i > 0) {
            buf_append_char(w->out, ',');
        }
        rc = write_value(w, json_array_get(array, i), depth + 1);
    }
    buf_append_char(w->out, ']');
    return rc;
}

static int write_object(struct writer *w, json_t *object, int depth)
{
    int rc = 0;
    const char *separator = "";

    buf_append_char(w->out, '{');
    for (void *at = json_object_iter(object); at != NULL && rc == 0;
         at = json_object_iter_next(object, at)) {
        buf_append_str(w->out, str_from(separator));
        separator = ",";
        rc = json_write_string(
            w->out, (struct str){json_object_iter_key(at), json_object_iter_key_len(at)});
        buf_append_char(w->out, ':');
        if (rc == 0) {
            rc = write_value(w, json_object_iter_value(at), depth + 1);
        }
    }
    buf_append_char(w->out, '}');
    return rc;
}

static int write_binary(struct writer *w, const json_t *value)
{
    if (*w->n_found < w->max) {
        w->found[*w->n_found] = json_value_bytes(value);
    }
    buf_append_str(w->out, STR("{\"_placeholder\":true,\"num\":"));
    buf_append_u64(w->out, *w->n_found);
    buf_append_char(w->out, '}');
    (*w->n_found)++;
    return 0;
}

static int write_string(struct writer *w, const json_t *value)
{
    if (json_value_is_binary(value)) {
        return write_binary(w, value);
    }
    return json_write_string(w->out,
                             (struct str){json_string_value(value), json_string_length(value)});
}

static int write_value(struct writer *w, const json_t *value, int depth)
{
    if (depth > MAX_DEPTH) {
        return SAILS_EJSON;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return write_object(w, (json_t *)(uintptr_t)value, depth);
    case JSON_ARRAY:
        return write_array(w, value, depth);
    case JSON_STRING:
        return write_string(w, value);
    case JSON_INTEGER:
        json_write_integer(w->out, json_integer_value(value));
        break;
    case JSON_REAL:
        json_write_real(w->out, json_real_value(value));
        break;
    case JSON_TRUE:
        buf_append_str(w->out, STR("true"));
        break;
    case JSON_FALSE:
        buf_append_str(w->out, STR("false"));
        break;
    case JSON_NULL:
        buf_append_str(w->out, STR("null"));
        break;
    }
    return 0;
}

int json_value_write_binary(struct buf *out, const json_t *value, struct bytes *found, size_t max,
                            size_t *n_found)
{
    struct writer w = {out, found, max, n_found};
    int rc = write_value(&w, value, 1);

    return rc < 0 ? rc : buf_error(out);
}

/* The attachment that a placeholder's `num` names: a whole number, though perhaps written 1.0. */
static int find_attachment(const json_t *num, size_t n, size_t *at)
{
    double value = json_number_value(num);

    if (!json_is_number(num) || value < 0 || value >= (double)n) {
        return SAILS_EPROTO;
    }
    *at = (size_t)value;
    return value == (double)*at ? 0 : SAILS_EPROTO;
}

static int restore_placeholder(json_t **value, json_t *const *attachments, size_t n)
{
    size_t at = 0;
    int rc = find_attachment(json_object_get(*value, "num"), n, &at);

    if (rc < 0) {
        return rc;
    }
    json_decref(*value);
    *value = json_incref(attachments[at]);
    return 0;
}

static int restore_array(json_t *array, json_t *const *attachments, size_t n)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *old = json_array_get(array, i);
        json_t *element = json_incref(old);
        int rc = json_value_restore(&element, attachments, n);

        if (element == old) {
            json_decref(element);
        } else if (json_array_set_new(array, i, element) < 0) {
            rc = SAILS_ENOMEM;
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int restore_object(json_t *object, json_t *const *attachments, size_t n)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        json_t *old = json_object_iter_value(at);
        json_t *member = json_incref(old);
        int rc = json_value_restore(&member, attachments, n);

        if (member == old) {
            json_decref(member);
        } else if (json_object_iter_set_new(object, at, member) < 0) {
            rc = SAILS_ENOMEM;
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

int json_value_restore(json_t **value, json_t *const *attachments, size_t n)
{
    if (json_is_array(*value)) {
        return restore_array(*value, attachments, n);
    }
    if (json_is_true(json_object_get(*value, "_placeholder"))) {
        return restore_placeholder(value, attachments, n);
    }
    return json_is_object(*value) ? restore_object(*value, attachments, n) : 0;
}

int json_value_write(struct buf *out, const json_t *value)
{
    size_t n_found = 0;

    return json_value_write_binary(out, value, NULL, 0, &n_found);
}
