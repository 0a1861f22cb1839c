/*
 * ws_frame.h - WebSocket frames: the codec (RFC 6455 section 5).
 *
 * Purpose    Bytes to frames, at any cut of the input; frames to bytes.
 * Ownership  None. The decoder buffers no payload: chunks are views of the input.
 * Threads    Any; one decoder at a time in one thread.
 * Floor      websocket; uses base.
 *
 * The decoder refuses a frame as soon as the bytes that break a rule are there, most often with its
 * second byte. It also knows which frame may follow which (section 5.4) and how long a message may
 * become, because both can be told from the heads alone.
 */
#ifndef WEBSOCKET_WS_FRAME_H
#define WEBSOCKET_WS_FRAME_H

#include "base/shared.h"

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xa
};

enum {
    WS_CONTROL_MAX = 125, /* bytes of a control frame's payload (section 5.5) */
    WS_HEAD_MAX = 10      /* bytes of a server's frame before the payload */
};

static inline bool ws_opcode_is_control(enum ws_opcode opcode)
{
    return (opcode & 0x8) != 0;
}

/* What a decoder allows. */
struct ws_rules {
    size_t max_message; /* bytes of payload of a message's frames together */
    bool has_deflate;   /* permessage-deflate was negotiated: RSV1 may be set */
};

enum ws_decoder_state {
    WS_HEAD,
    WS_LENGTH,
    WS_MASK,
    WS_PAYLOAD
};

/* {0} is a decoder at the beginning of a connection. All members are its own. */
struct ws_decoder {
    uint64_t remaining;   /* bytes of this frame's payload that have not come */
    uint64_t message_len; /* bytes that the heads of the open message announced */
    int error;
    enum ws_decoder_state state;
    uint8_t raw[8]; /* the field that is being collected */
    uint8_t have;   /* bytes of it */
    uint8_t len7;
    uint8_t mask[4]; /* [0] is for the next byte of the payload */
    uint8_t opcode;
    bool fin;
    bool rsv1;
    bool begins_frame; /* no byte of this frame's payload has been given out */
    bool in_message;   /* a message has begun and its last frame has not come */
    bool is_deflated;  /* ... whose first frame had RSV1 */
};

/* A piece of a frame's payload; empty only where the frame is. */
struct ws_chunk {
    enum ws_opcode opcode;
    bool fin;         /* the frame ends its message */
    bool is_deflated; /* the frame is part of a compressed message */
    bool begins_frame;
    bool ends_frame;
    struct bytes masked; /* a view of the input; ws_frame_unmask() makes it readable */
    uint8_t mask[4];
};

/*
 * Takes bytes off *in until a chunk is there (1) or all is used up (0). SAILS_EPROTO: a rule of
 * section 5 is broken (Close code 1002); SAILS_ETOOBIG: a message is longer than allowed (1009).
 * After an error it answers the same for ever.
 */
int ws_decoder_next(struct ws_decoder *d, const struct ws_rules *rules, struct bytes *in,
                    struct ws_chunk *chunk);

/* Neither a frame nor a message has begun: {0} would go on the same way. */
static inline bool ws_decoder_is_idle(const struct ws_decoder *d)
{
    return d->error == 0 && d->state == WS_HEAD && d->have == 0 && !d->in_message;
}

/* Writes masked.len readable bytes to `out`, which is another place. */
void ws_frame_unmask(uint8_t *out, struct bytes masked, const uint8_t mask[4]);

/* Bytes of the head before a payload of that length, in the shortest form. */
size_t ws_frame_head_len(size_t payload_len);

/* Writes the head of a whole message or control frame; gives its length. */
size_t ws_frame_write_head(uint8_t out[WS_HEAD_MAX], enum ws_opcode opcode, bool is_deflated,
                           size_t payload_len);

/* A whole frame: `prefix` and `payload` behind each other, copied. NULL: no memory. */
struct shared *ws_frame_create(enum ws_opcode opcode, bool is_deflated, struct bytes prefix,
                               struct bytes payload);

#endif
