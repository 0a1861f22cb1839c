/*
 * bind.h - the listening sockets of a net.
 *
 * Purpose    Binds one port, once for each worker, and never shares it with a stranger.
 * Ownership  The caller closes the sockets.
 * Threads    Any.
 * Floor      net.
 */
#ifndef NET_BIND_H
#define NET_BIND_H

#include "net/address.h"

/*
 * Opens `n` listening sockets on one address, all or none, non-blocking and closed on exec. `host`
 * NULL: all addresses, IPv6 and IPv4 on one socket, or IPv4 alone where the machine has no IPv6.
 * The port may be 0, "any": *bound is where they listen.
 *
 * 0; -EADDRINUSE, -EACCES, ...: as the system says; SAILS_ENOENT: unknown host; SAILS_ENOMEM.
 */
int bind_all(const char *host, unsigned port, int backlog, int *fds, unsigned n,
             struct address *bound);

/*
 * Gives all `n` workers a socket that listens already, as who has started this program made it. They share its one
 * queue: a socket of their own each (SO_REUSEPORT) would have a queue that is reset when this program ends, and
 * the next one is to find in it who came meanwhile. Takes `fd`, also on failure.
 *
 * 0; -ENOTSOCK, -EINVAL: it is no socket that listens; -EMFILE, ...
 */
int bind_inherited(int fd, int *fds, unsigned n, struct address *bound);

void bind_close(int *fds, unsigned n);

#endif
