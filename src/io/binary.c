#include "base/json_value.h"

#include <sails/binary.h>

json_t *sails_binary(const void *data, size_t len)
{
    return data != NULL || len == 0 ? json_value_binary(data, len) : NULL;
}

bool sails_is_binary(const json_t *value)
{
    return value != NULL && json_value_is_binary(value);
}

const void *sails_binary_data(const json_t *value, size_t *len)
{
    struct bytes bytes = value != NULL ? json_value_bytes(value) : (struct bytes){NULL, 0};

    if (len != NULL) {
        *len = bytes.len;
    }
    return sails_is_binary(value) ? bytes.ptr : NULL;
}
