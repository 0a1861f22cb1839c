/*
 * MessagePack from strangers: whatever is read can be written, and what was written reads as the same
 * value. No value has more parts than it has bytes.
 */
#include "base/mem.h"
#include "base/msgpack_value.h"

#include <assert.h>
#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *first = NULL;
    json_t *second = NULL;
    struct buf again = {0};
    struct buf out = {0};
    int rc = msgpack_value_read((struct bytes){data, size}, 10000, &first);

    assert(rc == 0 || rc == SAILS_EPROTO || rc == SAILS_ETOOBIG);
    if (rc < 0) {
        assert(first == NULL);
        return 0;
    }
    assert(msgpack_value_write(&out, first) == 0);
    assert(msgpack_value_read(buf_bytes(&out), 10000, &second) == 0);
    /* Floats without a fraction have become integers: compared as they are written. */
    buf_clear(&out);
    assert(msgpack_value_write(&out, first) == 0);

    assert(msgpack_value_write(&again, second) == 0);
    assert(out.len == again.len && memcmp(out.ptr, again.ptr, out.len) == 0);
    buf_deinit(&again);
    buf_deinit(&out);
    json_decref(first);
    json_decref(second);
    return 0;
}
