/*
 * ws_message.h - a message that goes to one connection or to a million.
 *
 * Purpose    Framed once, compressed at most once, whoever and however many receive it.
 * Ownership  Counted, as struct shared. The creator and each who retains releases once.
 * Threads    Any: the payload never changes; the compressed frame is published once, atomically.
 * Floor      websocket; uses base.
 *
 * The compressed form never takes over a context (a sender may always start afresh, RFC 7692
 * section 7.1.1), which is what makes one form good for all receivers with a 15-bit window.
 */
#ifndef WEBSOCKET_WS_MESSAGE_H
#define WEBSOCKET_WS_MESSAGE_H

#include "base/shared.h"

struct ws_deflater;

struct ws_message {
    atomic_uint refs;
    bool is_binary;
    bool may_compress;    /* the sender's wish; the threshold is the connection's business */
    uint8_t head_len;     /* of the frame's head; the payload follows */
    struct shared *frame; /* the whole uncompressed frame */
    _Atomic(struct shared *) deflated; /* the whole compressed frame; NULL until first needed */
};

/*
 * A message of `prefix` (0 to 1 bytes, Engine.IO's packet type) and `payload`, both copied: the
 * frame is one allocation, so that prefix and payload follow each other.
 * NULL: no memory.
 */
struct ws_message *ws_message_create(bool is_binary, struct bytes prefix, struct bytes payload,
                                     bool may_compress);

/* The same in memory of the caller's, who gives it up with ws_message_deinit(), and counts nothing. 0;
 * SAILS_ENOMEM: nothing to give up. */
int ws_message_init(struct ws_message *m, bool is_binary, struct bytes prefix, struct bytes payload,
                    bool may_compress);
void ws_message_deinit(struct ws_message *m);

struct ws_message *ws_message_retain(struct ws_message *m);

/* NULL is nothing to release. */
void ws_message_release(struct ws_message *m);

/*
 * The compressed frame, made with `deflater` unless somebody made it before. A view, valid as long
 * as the message. NULL: no memory.
 */
struct shared *ws_message_deflated(struct ws_message *m, struct ws_deflater *deflater);

/* Prefix and payload, valid as long as the message. */
static inline struct bytes ws_message_payload(const struct ws_message *m)
{
    return bytes_from_offset(shared_bytes(m->frame), m->head_len);
}

#endif
