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

struct arrival;
struct loop;

/* Bytes that have been received and that nobody has seen yet. Freed by mem_free(). */
struct unread {
    size_t len;
    uint8_t data[];
};

/* A copy of a and b, one after the other; NULL: no memory. Any thread. */
struct unread *unread_create(struct bytes a, struct bytes b);

/* What goes along with the socket. */
struct move_state {
    struct bytes unread;
    void *tls;              /* of tls.h, taken if all goes well; NULL: plain TCP */
    struct bytes decrypted; /* with `tls`: received, decrypted and not yet used */
};

/*
 * On the thread of the worker that has the connection: prepares to send it to worker `to` of the
 * same net. 0, and move_commit() must follow; SAILS_EINVAL: no such worker; SAILS_ENOMEM.
 */
int move_prepare(struct loop *from, unsigned to, const struct move_state *with,
                 struct arrival **out);

/* Sends it. The socket must not be polled here any more: the other thread may be faster than us. */
void move_commit(struct arrival *arrival, int fd, struct peer_address peer);

#endif
