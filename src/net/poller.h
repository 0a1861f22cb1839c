/*
 * poller.h - the sockets of a worker's links, and how its thread waits for them.
 *
 * Purpose    Tells whose socket can be read or written, without a handle of libuv's for each.
 * Ownership  The loop's. Sockets are their links', which take them out before they close them.
 * Threads    Its worker's thread only.
 * Floor      net.
 */
#ifndef NET_POLLER_H
#define NET_POLLER_H

#include <uv.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct loop;

struct poller {
    int epoll; /* -1: closed */
    /* `events` of epoll(7). `who` is as it was given; it may have had its socket taken out in the same turn. */
    void (*on_ready)(void *who, uint32_t events);
    uv_poll_t nested; /* while libuv waits: one handle for all sockets; its `data` is the loop */
};

/* 0, and n_handles of the loop has grown by one; -errno. */
int poller_open(struct poller *poller, struct loop *loop,
                void (*on_ready)(void *who, uint32_t events));
void poller_close(struct poller *poller);

/* 0; -errno. */
int poller_add(struct poller *poller, int fd, uint32_t events, void *who);
void poller_change(struct poller *poller, int fd, uint32_t events, void *who);
void poller_remove(struct poller *poller, int fd);

/* As uv_run(UV_RUN_DEFAULT) on the loop's uv_loop_t, which nobody else runs meanwhile. */
void poller_run(struct poller *poller, struct loop *loop);

#endif
