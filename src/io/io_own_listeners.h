/*
 * io_own_listeners.h - what listens to one socket alone, and may end.
 *
 * Purpose    Listeners of a namespace are read by all workers and never change after the lift. Those of one
 *            socket are its worker's own: they come and go, and cost only the socket that has some.
 * Ownership  Owns itself, from the first listener on until its socket has gone and no listener is in a call.
 * Threads    The socket's worker only.
 * Floor      io; uses base.
 */
#ifndef IO_IO_OWN_LISTENERS_H
#define IO_IO_OWN_LISTENERS_H

#include "base/list.h"
#include "base/str.h"

#include <sails/io.h>

struct io_own_listeners;

/* NULL: no memory. */
struct io_own_listeners *io_own_listeners_create(void);

/* The socket has gone. NULL is harmless. */
void io_own_listeners_close(struct io_own_listeners *own);

/* `event`: NULL: every event. Once: it ends with its first call. 0, SAILS_ENOMEM. */
int io_own_listeners_add(struct io_own_listeners *own, const char *event, bool once,
                         sails_io_event_cb on_event, void *ctx);

/* Ends those of that event (NULL: of every one) and that function (NULL: of any). How many. */
size_t io_own_listeners_remove(struct io_own_listeners *own, const char *event,
                               sails_io_event_cb on_event);

/* Calls those who listen to an event, in the order of adding; not those who are added meanwhile. May end with
 * `own` freed. */
void io_own_listeners_tell(struct io_own_listeners *own, struct str name, sails_io_socket *socket,
                           sails_io_event *event);

#endif
