/*
 * frame.h - the frames of WebSocket as a client sees them (RFC 6455 section 5): its own are masked, by a key of zeros,
 * which leaves the text as it is, and the server's are not.
 */
#ifndef BENCH_LOAD_FRAME_H
#define BENCH_LOAD_FRAME_H

#include "load/base.h"

#include <stdbool.h>

enum frame_opcode {
    FRAME_CONTINUATION = 0,
    FRAME_TEXT = 1,
    FRAME_BINARY = 2,
    FRAME_CLOSE = 8,
    FRAME_PING = 9,
    FRAME_PONG = 10
};

struct frame {
    bool is_last; /* of its message */
    enum frame_opcode opcode;
    char *payload;
    size_t len;
    size_t used; /* bytes of all of it */
};

/* 1: `frame` is whole, a view of `data`; 0: there is more to come; -1: that is no frame of a server. */
int frame_take(char *data, size_t len, struct frame *frame);

void frame_append(struct pile *to, enum frame_opcode opcode, const char *payload, size_t len);

#endif
