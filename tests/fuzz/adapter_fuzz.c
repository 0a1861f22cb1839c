/*
 * What comes from Redis: the first byte says in which format. Whatever is read can be written, and is read
 * as the same again.
 */
#include "adapter/classic.h"
#include "adapter/clustered.h"
#include "adapter/python.h"

#include <assert.h>
#include <sails/err.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_classic(enum classic_channel channel, struct bytes payload)
{
    struct adapter_message first;
    struct adapter_message second;
    struct buf out = {0};

    if (classic_read(channel, STR("/"), payload, &first) < 0) {
        return;
    }
    if (first.sid.len == 0 && first.kind != ADAPTER_ANSWER && classic_write(&out, &first) == 0) {
        assert(classic_read(channel, STR("/"), buf_bytes(&out), &second) == 0);
        assert(first.kind == second.kind && str_eq(first.request_id, second.request_id));
        adapter_message_deinit(&second);
    }
    buf_deinit(&out);
    adapter_message_deinit(&first);
}

static void check_clustered(struct bytes payload)
{
    struct adapter_message first;
    struct adapter_message second;
    struct buf out = {0};

    if (clustered_read(payload, &first) < 0) {
        return;
    }
    if (clustered_write(&out, &first, false) == 0) {
        assert(clustered_read(buf_bytes(&out), &second) == 0);
        assert(first.kind == second.kind && str_eq(first.uid, second.uid));
        adapter_message_deinit(&second);
    }
    buf_deinit(&out);
    adapter_message_deinit(&first);
}

static void check_entry(struct bytes payload)
{
    struct adapter_message m;
    struct clustered_entry entry = {STR("u"), STR("/"), STR("3"), bytes_str(payload)};

    if (clustered_read_entry(&entry, &m) == 0) {
        adapter_message_deinit(&m);
    }
}

/* What a manager of Python means for one never is for everybody. */
static void check_python(struct bytes payload)
{
    struct adapter_message m;

    if (python_read(payload, &m) == 0) {
        assert(m.rooms == NULL ? m.kind == ADAPTER_BROADCAST : json_array_size(m.rooms) > 0);
        adapter_message_deinit(&m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes payload = {data, size};

    if (size == 0) {
        return 0;
    }
    payload = bytes_from_offset(payload, 1);
    if (data[0] % 6 < 3) {
        check_classic((enum classic_channel)(data[0] % 6), payload);
    } else if (data[0] % 6 == 3) {
        check_clustered(payload);
    } else if (data[0] % 6 == 4) {
        check_entry(payload);
    } else {
        check_python(payload);
    }
    return 0;
}
