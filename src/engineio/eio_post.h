/*
 * eio_post.h - a POST of the polling transport: packets come up in its body (engine-io 7.2).
 *
 * Purpose    Reads a body, and gives the session its packets: in one turn of the loop no more of them than a read of a
 *            WebSocket would bring, so that others wait for a long body no longer than for one of those.
 * Ownership  Part of its polling transport. Owns the exchange and the body, from eio_post_begin() on.
 * Threads    That worker's thread only.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_POST_H
#define ENGINEIO_EIO_POST_H

#include "engineio/eio_session.h"

struct eio_delivery;

/* {0}: there is none. */
struct eio_post {
    struct http_exchange *x; /* while its body is being read, or NULL */
    struct buf body;         /* so far */
    size_t charged;          /* to options->budget */
    struct eio_delivery
        *rest;      /* of a body that is whole: what later turns are to deliver, or NULL */
    bool is_binary; /* revision 3's binary form */
};

/* A request of the session's; takes the exchange. Two at a time are the end of the session. */
void eio_post_begin(struct eio_polling *polling, struct http_exchange *x);

/* Drops what is under way. */
void eio_post_end(struct eio_post *post);

/* Sets up server->deliveries. */
void eio_post_init_queue(struct eio_server *server);

#endif
