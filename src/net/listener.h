/*
 * listener.h - accepts connections.
 *
 * Purpose    Turns what arrives at a listening socket into links, and survives all that can go
 *            wrong there.
 * Ownership  Lies in its worker; owns the listening socket.
 * Threads    Its worker's thread only.
 * Floor      net.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "base/deadline.h"

#include <uv.h>

struct loop;

struct listener {
    uv_poll_t poll;
    int fd; /* -1: closed */
    struct deadline_queue retries;
    struct deadline retry;
    uint64_t logged_ms; /* when an error was logged last; 0: never */
};

/* Takes `fd`, also on failure. 0, or -errno. */
int listener_open(struct listener *listener, struct loop *loop, int fd);

void listener_start(struct listener *listener);

/* No connection from now on; those that the kernel has accepted and we have not are reset. Twice
 * is harmless. */
void listener_close(struct listener *listener);

#endif
