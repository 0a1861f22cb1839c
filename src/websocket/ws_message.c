#include "websocket/ws_message.h"

#include "base/mem.h"
#include "websocket/ws_deflate.h"
#include "websocket/ws_frame.h"

#include <assert.h>
#include <sails/err.h>

int ws_message_init(struct ws_message *m, bool is_binary, struct bytes prefix, struct bytes payload,
                    bool may_compress)
{
    struct shared *frame = ws_frame_create(is_binary ? WS_BINARY : WS_TEXT, false, prefix, payload);

    if (frame == NULL) {
        return SAILS_ENOMEM;
    }
    atomic_init(&m->refs, 1);
    m->is_binary = is_binary;
    m->may_compress = may_compress;
    m->head_len = (uint8_t)(frame->len - prefix.len - payload.len);
    m->frame = frame;
    atomic_init(&m->deflated, NULL);
    return 0;
}

void ws_message_deinit(struct ws_message *m)
{
    shared_release(m->frame);
    shared_release(atomic_load_explicit(&m->deflated, memory_order_relaxed));
}

struct ws_message *ws_message_create(bool is_binary, struct bytes prefix, struct bytes payload,
                                     bool may_compress)
{
    struct ws_message *m = mem_alloc(sizeof(*m));

    if (m != NULL && ws_message_init(m, is_binary, prefix, payload, may_compress) < 0) {
        mem_free(m);
        return NULL;
    }
    return m;
}

struct ws_message *ws_message_retain(struct ws_message *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void ws_message_release(struct ws_message *m)
{
    unsigned before = 0;

    if (m == NULL) {
        return;
    }
    /* As shared_release(): the last one has to see what the others did. */
    before = atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before > 1) {
        return;
    }
    ws_message_deinit(m);
    mem_free(m);
}

/*
 * Two workers may compress the same message at once; the first to publish wins, and the other takes
 * its form: both are good, and waiting would cost more than the work.
 */
struct shared *ws_message_deflated(struct ws_message *m, struct ws_deflater *deflater)
{
    struct shared *published = atomic_load_explicit(&m->deflated, memory_order_acquire);
    struct shared *mine = NULL;

    if (published != NULL) {
        return published;
    }
    mine = ws_deflater_frame(deflater, m->is_binary, ws_message_payload(m));
    if (mine == NULL) {
        return NULL;
    }
    if (!atomic_compare_exchange_strong_explicit(&m->deflated, &published, mine,
                                                 memory_order_acq_rel, memory_order_acquire)) {
        shared_release(mine);
        return published;
    }
    return mine;
}
