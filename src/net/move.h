/*
 * move.h - connections on their way from one worker to another.
 *
 * Purpose    Takes a connection's socket, its TLS state and its unread bytes across threads.
 * Ownership  The mail owns all three until it arrives.
 * Threads    Said at each function.
 * Floor      net.
 */
#ifndef NET_MOVE_H
#define NET_MOVE_H

#include "base/str.h"
#include "net/address.h"

struct worker;

/* Bytes that have been received and that nobody has seen yet. Freed by mem_free(). */
struct unread {
    size_t len;
    uint8_t data[];
};

/* A copy of a and b, one after the other; NULL: no memory. Any thread. */
struct unread *unread_create(struct bytes a, struct bytes b);

/* What goes along with the socket. */
struct departure {
    struct bytes unread;
    void *tls;              /* of tls.h, taken on success; NULL: plain TCP */
    struct bytes decrypted; /* with `tls`: received, decrypted and not yet used */
};

/*
 * The thread of the worker that has the connection: sends it to worker `to` of the same net. The
 * socket must not be polled here any more. 0; SAILS_EINVAL: no such worker; SAILS_ENOMEM.
 */
int move_send(struct worker *from, unsigned to, int fd, struct peer_address peer,
              const struct departure *with);

#endif
