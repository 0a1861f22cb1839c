/*
 * ws_deflate.h - permessage-deflate (RFC 7692): negotiation, compression, decompression.
 *
 * Purpose    Offers in, accepted parameters out; messages to compressed frames and back.
 * Ownership  See the functions.
 * Threads    That worker's thread only.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_DEFLATE_H
#define WEBSOCKET_WS_DEFLATE_H

#include "base/buf.h"

/* A server's settings. {0} is not valid: see eio_default_options. */
struct ws_deflate_options {
    size_t threshold;                /* bytes; shorter messages go out uncompressed: 1024 */
    int level;                       /* zlib's, 1 to 9: 6 */
    int memory_level;                /* zlib's, 1 to 9: 8 */
    bool client_no_context_takeover; /* demand it of every client: saves the inflater's window */
};

#endif
