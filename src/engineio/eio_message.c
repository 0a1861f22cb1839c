#include "engineio/eio_message.h"

#include "base/mem.h"

#include <assert.h>

static const uint8_t text_type[] = {'4'};
static const uint8_t v3_binary_type[] = {4};

/* What revision 3 gets. False: no memory. */
static bool make_v3(struct eio_message *m, struct bytes data, bool may_compress, bool for_v3)
{
    struct bytes prefix = {v3_binary_type, sizeof(v3_binary_type)};

    if (!m->is_binary) {
        m->v3 = &m->v4;
    } else if (for_v3) {
        m->v3 = ws_message_create(true, prefix, data, may_compress);
    }
    return m->v3 != NULL || !for_v3;
}

static void destroy(struct eio_message *m)
{
    if (m->v3 != &m->v4) {
        ws_message_release(m->v3);
    }
    ws_message_deinit(&m->v4);
    mem_free(m);
}

struct eio_message *eio_message_create(bool is_binary, struct bytes data, bool may_compress,
                                       bool for_v3)
{
    struct bytes prefix = {text_type, is_binary ? 0 : sizeof(text_type)};
    struct eio_message *m = mem_alloc(sizeof(*m));

    if (m == NULL) {
        return NULL;
    }
    if (ws_message_init(&m->v4, is_binary, prefix, data, may_compress) < 0) {
        mem_free(m);
        return NULL;
    }
    atomic_init(&m->refs, 1);
    m->is_binary = is_binary;
    m->v3 = NULL;
    if (!make_v3(m, data, may_compress, for_v3)) {
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
    return bytes_from_offset(ws_message_payload(&m->v4), m->is_binary ? 0 : sizeof(text_type));
}
