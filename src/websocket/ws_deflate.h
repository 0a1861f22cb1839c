/*
 * ws_deflate.h - messages to compressed frames (permessage-deflate, RFC 7692 section 7.2.1).
 *
 * Purpose    Compress whole messages; the other direction is in ws_inflate.h, what is negotiated in
 *            ws_offer.h.
 * Ownership  A deflater belongs to who created it.
 * Threads    That worker's thread only.
 * Floor      websocket; uses base.
 *
 * A deflater never takes over a context from one message to the next. So one of them (about 256 KiB)
 * serves all connections of a worker, and what it makes is good for every receiver; the price is
 * some per cent of size for messages that resemble their predecessors.
 */
#ifndef WEBSOCKET_WS_DEFLATE_H
#define WEBSOCKET_WS_DEFLATE_H

#include "base/buf.h"
#include "base/shared.h"

/* A server's settings. {0} is not valid: see ws_default_deflate_options. */
struct ws_deflate_options {
    size_t threshold;                /* bytes; shorter messages go out uncompressed: 1024 */
    int level;                       /* zlib's, 1 to 9: 6 */
    int memory_level;                /* zlib's, 1 to 9: 8 */
    bool client_no_context_takeover; /* demand it of every client: saves the inflater's window */
};

extern const struct ws_deflate_options ws_default_deflate_options;

enum {
    WS_WINDOW_BITS_MIN = 8,
    WS_WINDOW_BITS_MAX = 15
};

struct ws_deflater;

/* One for receivers with windows of 2^window_bits bytes, WS_WINDOW_BITS_MIN to _MAX. NULL: no
 * memory, or zlib does not know the level. */
struct ws_deflater *ws_deflater_create(const struct ws_deflate_options *options,
                                       unsigned window_bits);

/* NULL is nothing to destroy. */
void ws_deflater_destroy(struct ws_deflater *d);

/* The whole frame of a compressed message, for the caller to release. NULL: no memory. */
struct shared *ws_deflater_frame(struct ws_deflater *d, bool is_binary, struct bytes payload);

#endif
