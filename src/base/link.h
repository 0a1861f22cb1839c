/*
 * link.h - a byte stream to one peer, as a protocol sees it.
 *
 * Purpose    The small interface between protocols and src/net/: bytes come up through
 *            `struct link_events`, go down through `struct link_ops`.
 * Ownership  The link belongs to whoever made it (src/net/, or a test). It lives until its on_close
 *            has returned. A protocol owns what it hangs on `user`, and frees it in on_close.
 * Threads    That worker's thread only.
 * Floor      base.
 *
 *      on_data, on_drain, on_end, on_close        (up, to the protocol that has the link)
 *               ^
 *            link
 *               v
 *      write, flush_apart, end, abort, pause, move  (down)
 *
 * A protocol hands a link on (HTTP to WebSocket) by setting `events` and `user`; from the next event
 * on the new one has it.
 *
 * I1  No event comes while a function of link_ops runs: closing, too, is told on a later turn.
 * I2  After end() or abort() there is no event but on_close, which comes exactly once.
 */
#ifndef BASE_LINK_H
#define BASE_LINK_H

#include "base/shared.h"

struct link;

struct link_events {
    /* Borrowed bytes, at least one; all are taken: who cannot use them yet copies them. */
    void (*on_data)(struct link *link, struct bytes data);
    /* The queue was not empty and now is. May be NULL. */
    void (*on_drain)(struct link *link);
    /* The peer will send no more. Who has nothing more to say ends the link. */
    void (*on_end)(struct link *link);
    /* The last event. err: 0 after end(), else why: -errno, SAILS_ESLOW (the queue's bound). */
    void (*on_close)(struct link *link, int err);
};

struct link_ops {
    /*
     * Queues bytes for the peer, retaining `data`. What is queued in one turn leaves in one write.
     * 0; SAILS_ENOMEM; SAILS_ESLOW: over the queue's bound, the link will close by itself;
     * SAILS_ECLOSED: after end() or abort(). On errors nothing is queued.
     */
    int (*write)(struct link *link, struct shared *data);
    /*
     * Sends what is queued at once, and what comes next some milliseconds later: for a
     * peer who should get the two apart (a client that begins to listen for frames only when it has
     * seen the response to its upgrade).
     */
    void (*flush_apart)(struct link *link);
    /* Sends what is queued, then closes in an orderly way (FIN; linger within a time limit). */
    void (*end)(struct link *link);
    /* Drops what is queued and closes now. */
    void (*abort)(struct link *link);
    /* While paused no on_data comes, and the peer is slowed down by TCP; on_close still comes. */
    void (*pause)(struct link *link, bool paused);
    /* Bytes queued and not yet taken by the kernel. */
    size_t (*queued)(const struct link *link);
    /*
     * Gives the connection to another worker, as if it had been accepted there and `unread` been
     * received: here on_close comes with err 0, there a new link begins. Only while nothing is
     * queued. 0; SAILS_EINVAL: no such worker; SAILS_ESTATE: something is queued; SAILS_ENOMEM.
     */
    int (*move)(struct link *link, unsigned worker, struct bytes unread);
    /* The peer's address as text ("127.0.0.1", "::1", without a port), at most 63 bytes and NUL. */
    void (*peer)(const struct link *link, char out[64]);
};

struct link {
    const struct link_ops *ops;
    const struct link_events *events;
    void *user;
    bool secure; /* TLS */
};

static inline int link_write(struct link *link, struct shared *data)
{
    return link->ops->write(link, data);
}

/* As link_write for bytes that only this peer gets; they are copied. */
int link_write_copy(struct link *link, struct bytes data);

static inline void link_end(struct link *link)
{
    link->ops->end(link);
}

static inline void link_abort(struct link *link)
{
    link->ops->abort(link);
}

static inline void link_pause(struct link *link, bool paused)
{
    link->ops->pause(link, paused);
}

static inline size_t link_queued(const struct link *link)
{
    return link->ops->queued(link);
}

#endif
