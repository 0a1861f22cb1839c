#include "engineio/eio_queue.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <sails/err.h>

enum {
    FIRST_CAP = 8,
    /*
     * What a queued packet costs besides its data, so that empty ones are bounded, too. More than a
     * link counts for its frame, TLS included: what has waited here always fits into a WebSocket's queue
     * when the session is upgraded.
     */
    OVERHEAD = 112
};

void eio_queue_clear(struct eio_queue *q)
{
    for (size_t i = 0; i < q->count; i++) {
        eio_message_release(q->packets[i].message);
    }
    q->count = 0;
    q->load = (struct eio_load){0};
}

void eio_queue_deinit(struct eio_queue *q)
{
    eio_queue_clear(q);
    mem_free(q->packets);
    *q = (struct eio_queue){.packets = NULL};
}

static bool grow(struct eio_queue *q)
{
    size_t cap = q->cap > 0 ? q->cap * 2 : FIRST_CAP;
    size_t size = 0;
    struct eio_queued *grown = NULL;

    if (q->count < q->cap) {
        return true;
    }
    if (size_mul(cap, sizeof(*q->packets), &size)) {
        grown = mem_realloc(q->packets, size);
    }
    if (grown == NULL) {
        return false;
    }
    q->packets = grown;
    q->cap = cap;
    return true;
}

/* Binary is base64 in most payloads. */
static size_t cost_of(const struct eio_message *message)
{
    size_t len = message != NULL ? eio_message_data(message).len : 0;

    return OVERHEAD + len + (message != NULL && message->is_binary ? len / 3 + 4 : 0);
}

bool eio_load_add(struct eio_load *load, const struct eio_message *message)
{
    size_t cost = cost_of(message);

    if (!size_add(load->bytes, cost, &load->bytes)) {
        return false;
    }
    load->largest = cost > load->largest ? cost : load->largest;
    return true;
}

bool eio_queue_admits(const struct eio_queue *q, const struct eio_load *more, size_t max)
{
    size_t largest = more->largest > q->load.largest ? more->largest : q->load.largest;
    size_t all = 0;

    return size_add(q->load.bytes, more->bytes, &all) && (max == 0 || all - largest <= max);
}

int eio_queue_push(struct eio_queue *q, enum eio_packet_type type, struct eio_message *message,
                   size_t max)
{
    struct eio_load one = {0};

    if (!eio_load_add(&one, message) || !eio_queue_admits(q, &one, max)) {
        return SAILS_ESLOW;
    }
    if (!grow(q)) {
        return SAILS_ENOMEM;
    }
    q->packets[q->count++] =
        (struct eio_queued){message != NULL ? eio_message_retain(message) : NULL, type};
    (void)eio_load_add(&q->load, message);
    return 0;
}

struct eio_packet eio_queue_packet(const struct eio_queue *q, size_t at)
{
    const struct eio_queued *queued = &q->packets[at];
    struct eio_packet packet = {.type = queued->type};

    assert(at < q->count);
    if (queued->message != NULL) {
        packet.is_binary = queued->message->is_binary;
        packet.data = eio_message_data(queued->message);
    }
    return packet;
}

bool eio_queue_has_binary(const struct eio_queue *q)
{
    for (size_t i = 0; i < q->count; i++) {
        if (q->packets[i].message != NULL && q->packets[i].message->is_binary) {
            return true;
        }
    }
    return false;
}

bool eio_queue_may_compress(const struct eio_queue *q)
{
    for (size_t i = 0; i < q->count; i++) {
        if (q->packets[i].message == NULL || q->packets[i].message->v4.may_compress) {
            return true;
        }
    }
    return false;
}
