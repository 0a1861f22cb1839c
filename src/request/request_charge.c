#include "base/json_value.h"
#include "request/request.h"

/*
 * What a body has become: two bytes of text ("{}") may be 250 in memory, for as long as nobody answers. So it counts among
 * the messages of all clients.
 */

enum {                /* of jansson's, with what malloc() adds */
    DEPTH_MAX = 1000, /* more than any text may have */
    OBJECT_MEMORY = 230,
    MEMBER_MEMORY = 80,
    ARRAY_MEMORY = 130,
    TEXT_MEMORY = 64,
    NUMBER_MEMORY = 32
};

static size_t text_memory(const json_t *value)
{
    size_t len = json_string_length(value);

    return TEXT_MEMORY +
           (json_value_is_binary(value) && value->refcount > 1 ? len / value->refcount : len);
}

static size_t memory_of(const json_t *value, int depth)
{
    size_t n = 0;

    if (depth > DEPTH_MAX) {
        return 0; /* it was not read from text */
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        n = OBJECT_MEMORY;
        for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL;
             at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
            n += MEMBER_MEMORY + json_object_iter_key_len(at) +
                 memory_of(json_object_iter_value(at), depth + 1);
        }
        return n;
    case JSON_ARRAY:
        n = ARRAY_MEMORY + json_array_size(value) * sizeof(json_t *);
        for (size_t i = 0; i < json_array_size(value); i++) {
            n += memory_of(json_array_get(value, i), depth + 1);
        }
        return n;
    case JSON_STRING:
        return text_memory(value);
    case JSON_INTEGER:
    case JSON_REAL:
        return NUMBER_MEMORY;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return 0; /* there is one of each */
    }
    return 0;
}

bool request_charge_body(struct sails_req *req)
{
    size_t n = req->raw_body.cap + (req->body != NULL ? memory_of(req->body, 1) : 0);

    return byte_budget_set(&req->service->io->messages, &req->body_charged, n);
}
