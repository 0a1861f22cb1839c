/*
 * watch.h - a socket of ours on a worker's loop: whether it can be read or written.
 *
 * Purpose    What the connections need that we open ourselves (dial.h, redis.h). The links of clients
 *            have the same inside of tcp_link.c, where each byte counts.
 * Ownership  A watch owns its socket. watch_close() frees it on a later turn of the loop.
 * Threads    That worker's thread only.
 * Floor      net.
 */
#ifndef NET_WATCH_H
#define NET_WATCH_H

#include <stdbool.h>

struct watch;
struct loop;

/* What happened; an error of the socket counts as both, and the next read or write tells it. */
struct watch_events {
    bool can_read;
    bool can_write;
};

/* May do anything to the watch, also close it. */
typedef void (*watch_cb)(struct watch *watch, struct watch_events events, void *ctx);

/* Takes `fd`, also on failure. 0; SAILS_ENOMEM; -errno. */
int watch_open(struct loop *loop, int fd, struct watch **out);

/* From now on `on_events` is called for these; neither: nothing is watched. */
void watch_for(struct watch *watch, struct watch_events events, watch_cb on_events, void *ctx);

int watch_fd(const struct watch *watch);

/* Closes the socket at once; no callback comes any more. NULL is harmless. */
void watch_close(struct watch *watch);

#endif
