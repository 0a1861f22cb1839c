/*
 * ws_inflate.h - compressed messages to plain ones (RFC 7692 section 7.2.2).
 *
 * Purpose    Inflate a message piece by piece, as it comes, and never beyond a limit.
 * Ownership  An inflater belongs to who created it.
 * Threads    That worker's thread only.
 * Floor      websocket; uses base.
 *
 * The window of the messages before stays in the inflater until ws_inflater_reset(): up to 32 KiB
 * for each connection whose client takes over its context.
 */
#ifndef WEBSOCKET_WS_INFLATE_H
#define WEBSOCKET_WS_INFLATE_H

#include "base/buf.h"

struct ws_inflater;

/* For a client whose window has 2^window_bits bytes, 8 to 15. NULL: no memory. */
struct ws_inflater *ws_inflater_create(unsigned window_bits);

/* NULL is nothing to destroy. */
void ws_inflater_destroy(struct ws_inflater *inflater);

/* Forgets the window and whatever was unfinished. */
void ws_inflater_reset(struct ws_inflater *inflater);

/*
 * Appends what a piece of a message's compressed bytes stands for to `out`, which may have at most
 * `max` bytes then. 0; SAILS_EDEFLATE: corrupt; SAILS_ETOOBIG; SAILS_ENOMEM: after these only
 * ws_inflater_reset() and _destroy() help.
 */
int ws_inflater_feed(struct ws_inflater *inflater, struct bytes piece, struct buf *out, size_t max);

/* The message's compressed bytes are complete. As ws_inflater_feed(). */
int ws_inflater_finish(struct ws_inflater *inflater, struct buf *out, size_t max);

#endif
