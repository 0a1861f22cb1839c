/*
 * dial.h - connects to a server by its name.
 *
 * Purpose    Asks for the name's addresses on libuv's thread pool and tries one after the other, so
 *            that no server that is slow or gone holds up the worker.
 * Ownership  dial_open() to its callback, or to dial_cancel(). Copies its texts.
 * Threads    That worker's thread only.
 * Floor      net.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/watch.h"

struct dial;
struct loop;

/*
 * Comes once, on a later turn; the dial is gone by then. err: 0, and `watch` with the connected socket
 * is the callee's; SAILS_ENOENT: nobody knows the name; -ECONNREFUSED, ...: of the last address;
 * SAILS_ENOMEM.
 */
typedef void (*dial_cb)(int err, struct watch *watch, void *ctx);

/*
 * Begins; without a time limit: who has waited long enough cancels. `host` is a name or an address.
 * A worker that stops waits for a name server that was asked, also after dial_cancel().
 * 0; SAILS_ENOMEM.
 */
int dial_open(struct loop *loop, const char *host, unsigned port, dial_cb on_done, void *ctx,
              struct dial **out);

/* Before the callback: it does not come. NULL is harmless. */
void dial_cancel(struct dial *dial);

#endif
