/*
 * ws_intake.h - a connection in the middle of a message.
 *
 * Purpose    All that is known between the first byte of a frame and the end of its message.
 * Ownership  Lies on the stack while bytes are read; only what is still unfinished at their end is
 *            kept on the heap, by its connection, until it is finished.
 * Threads    That worker's thread only.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_INTAKE_H
#define WEBSOCKET_WS_INTAKE_H

#include "base/buf.h"
#include "base/byte_budget.h"
#include "base/utf8.h"
#include "websocket/ws_frame.h"

struct ws_intake {
    struct ws_decoder decoder;
    struct utf8_check utf8; /* of the open message, where it is text */
    struct buf message;     /* what has come of it, inflated */
    struct buf unread;      /* what came behind the handshake and waits for its turn */
    size_t n_fragments;     /* of the open message */
    size_t charged;         /* to the service's budget */
    bool is_binary;
    uint8_t control_len;
    uint8_t control[WS_CONTROL_MAX]; /* what has come of a control frame's payload */
};

/* Between messages; `scratch` is where they will be put together. */
static inline void ws_intake_init(struct ws_intake *in, struct buf scratch)
{
    *in = (struct ws_intake){.message = scratch};
}

/* Nothing would be lost. */
static inline bool ws_intake_is_idle(const struct ws_intake *in)
{
    return ws_decoder_is_idle(&in->decoder) && in->unread.len == 0;
}

/* A copy on the heap with a copy of the message, no larger than need be. NULL: no memory. */
struct ws_intake *ws_intake_create_copy(const struct ws_intake *in);

/* What was charged goes back to `budget`. NULL is nothing to destroy. */
void ws_intake_destroy(struct ws_intake *in, struct byte_budget *budget);

/* Adds a piece of a control frame's payload, which the decoder has found short enough. */
void ws_intake_add_control(struct ws_intake *in, const struct ws_chunk *chunk);

/* Adds a piece of a message that is not compressed. 0; SAILS_ENOMEM. */
int ws_intake_add_plain(struct ws_intake *in, const struct ws_chunk *chunk);

struct ws_inflater;

/* Adds a piece of a compressed message: as ws_inflater_feed(). */
int ws_intake_add_deflated(struct ws_intake *in, const struct ws_chunk *chunk,
                           struct ws_inflater *inflater, size_t max);

#endif
