/*
 * redis_stream.h - one socket to a Redis server: commands' bytes out, replies in.
 *
 * Purpose    The part of a connection (redis.h) that ends with its socket.
 * Ownership  redis_stream_open() to redis_stream_close(). Owns its socket, retains what is written.
 * Threads    That worker's thread only, callbacks included.
 * Floor      net.
 */
#ifndef NET_REDIS_STREAM_H
#define NET_REDIS_STREAM_H

#include "base/shared.h"
#include "net/redis_reply.h"
#include "net/redis_tls.h"
#include "net/watch.h"

struct redis_stream;

/* Both may close the stream. */
struct redis_stream_events {
    /* A reply, borrowed. */
    void (*on_reply)(void *ctx, const struct redis_reply *reply);
    /*
     * The end; nothing follows, and closing is the callee's. SAILS_ECLOSED: the server's doing;
     * SAILS_EPROTO, SAILS_ETOOBIG: what it sent; -errno; SAILS_ENOMEM.
     */
    void (*on_lost)(void *ctx, int err);
};

/* Takes `watch` and `tls` (NULL: plain), also on failure. No event within the call. 0; SAILS_ENOMEM. */
int redis_stream_open(struct loop *loop, struct watch *watch, struct redis_tls *tls,
                      size_t max_reply, const struct redis_stream_events *events, void *ctx,
                      struct redis_stream **out);

/* To be written at the end of the turn, with what else is by then. 0; SAILS_ENOMEM. */
int redis_stream_write(struct redis_stream *stream, struct shared *bytes);

/* What has been written still goes out, as far as the kernel takes it now. NULL is harmless. */
void redis_stream_close(struct redis_stream *stream);

#endif
