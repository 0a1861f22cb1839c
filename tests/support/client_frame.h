/*
 * client_frame.h - a WebSocket frame as clients send it: masked.
 */
#ifndef SUPPORT_CLIENT_FRAME_H
#define SUPPORT_CLIENT_FRAME_H

#include "base/buf.h"

/* Appends one; `first`: FIN and opcode, 0x81 for a text that is whole. Which mask does not matter. */
static inline void client_frame_append(struct buf *out, unsigned first, struct bytes payload)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    int bits = payload.len < 126 ? 0 : payload.len < 65536 ? 16 : 64;

    buf_append_char(out, (char)first);
    buf_append_char(out, (char)(0x80 | (bits == 0 ? payload.len : bits == 16 ? 126u : 127u)));
    for (; bits > 0; bits -= 8) {
        buf_append_char(out, (char)((uint64_t)payload.len >> (bits - 8)));
    }
    buf_append(out, mask, sizeof(mask));
    if (payload.len > 0 && buf_reserve(out, payload.len)) {
        for (size_t i = 0; i < payload.len; i++) {
            out->ptr[out->len++] = (char)(payload.ptr[i] ^ mask[i % 4]);
        }
    }
}

#endif
