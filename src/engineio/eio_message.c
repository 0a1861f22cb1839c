#include "engineio/eio_message.h"

#include "base/mem.h"

#include <assert.h>

static const uint8_t text_type[] = {'4'};
static const uint8_t v3_binary_type[] = {4};

/* Makes the frames; what is made so far is in `m`, also on failure. */
static bool make_frames(struct eio_message *m, struct bytes data, bool may_compress, bool for_v3)
{
    struct bytes prefix = {text_type, m->is_binary ? 0 : sizeof(text_type)};

    m->v4 = ws_message_create(m->is_binary, prefix, data, may_compress);
    if (m->v4 == NULL) {
        return false;
    }
    if (!m->is_binary) {
        m->v3 = ws_message_retain(m->v4);
    } else if (for_v3) {
        prefix = (struct bytes){v3_binary_type, sizeof(v3_binary_type)};
        m->v3 = ws_message_create(true, prefix, data, may_compress);
    }
    return m->v3 != NULL || !for_v3;
}

static void destroy(struct eio_message *m)
{
    if (m->v3 != NULL) {
        ws_message_release(m->v3);
    }
    if (m->v4 != NULL) {
        ws_message_release(m->v4);
    }
    mem_free(m);
}

struct eio_message *eio_message_create(bool is_binary, struct bytes data, bool may_compress,
                                       bool for_v3)
{
    struct eio_message *m = mem_calloc(1, sizeof(*m));

    if (m == NULL) {
        return NULL;
    }
    atomic_init(&m->refs, 1);
    m->is_binary = is_binary;
    if (!make_frames(m, data, may_compress, for_v3)) {
        destroy(m);
        return NULL;
    }
    return m;
}

struct eio_message *eio_message_retain(struct eio_message *m)
{
    /* Who retains holds a reference already, so nothing needs to be ordered. */
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void eio_message_release(struct eio_message *m)
{
    unsigned before = 0;

    if (m == NULL) {
        return;
    }
    before = atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before == 1) {
        destroy(m);
    }
}

struct bytes eio_message_data(const struct eio_message *m)
{
    return bytes_from_offset(ws_message_payload(m->v4), m->is_binary ? 0 : sizeof(text_type));
}
