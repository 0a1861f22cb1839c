/*
 * tcp_link.h - struct link on a TCP socket.
 *
 * Purpose    Bytes from and to one peer; the queue of what the kernel has not taken yet.
 * Ownership  Its worker's. Frees itself after its on_close has returned.
 * Threads    Its worker's thread only.
 * Floor      net.
 */
#ifndef NET_TCP_LINK_H
#define NET_TCP_LINK_H

#include "base/link.h"
#include "net/address.h"
#include "net/move.h"

struct tcp_link;
struct loop;

/*
 * Begins with `fd`, which it takes, also on failure, and counts it among the net's connections.
 * The caller sets events and user before the loop's next turn. `unread`, taken as well, may be
 * NULL: it comes as the first on_data, on a later turn.
 *
 * NULL: no memory, or the system refuses; the socket is closed.
 */
struct tcp_link *tcp_link_open(struct loop *loop, int fd, struct peer_address peer,
                               struct unread *unread);

struct link *tcp_link_base(struct tcp_link *link);
struct loop *tcp_link_worker(const struct tcp_link *link);

/*
 * Inside on_data: the last bytes of what was given could not be used yet. They come again on a
 * later turn in which the link is not paused, before anything else. No memory: the link fails.
 */
void tcp_link_give_back(struct tcp_link *link, struct bytes rest);

/* Closes the link because of an error: on_close(err) follows on a later turn, nothing before it. */
void tcp_link_fail(struct tcp_link *link, int err);

/* As link_ops.move; what goes along may have a TLS part, which stays the caller's on failure. */
int tcp_link_depart(struct tcp_link *link, unsigned loop, const struct move_state *with);

/* For loop.c: the poller says what is ready; the links' time limits; shorter ones, as the loop drains from now on; and
 * the end of all links. */
void tcp_link_on_ready(void *who, uint32_t told);
void tcp_links_init(struct loop *loop);
void tcp_links_hurry(struct loop *loop);
void tcp_links_abort(struct loop *loop);

#endif
