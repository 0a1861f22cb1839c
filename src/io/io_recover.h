/*
 * io_recover.h - a socket that was lost, and comes back (socket-io 14).
 *
 * Purpose    Keeps the session of a socket that goes, takes it up again for one that brings its id along,
 *            and sends what it has missed: out of this node's memory, or for all nodes (carrier.h).
 * Ownership  What waits for a session belongs to its socket's state, and outlives it until the answer is
 *            there.
 * Threads    The socket's worker.
 * Floor      io; uses cluster, socketio, base.
 */
#ifndef IO_IO_RECOVER_H
#define IO_IO_RECOVER_H

#include "io/io.h"

/* Takes up the session that the socket names, now or later; where there is none, calls `otherwise`. */
void io_recover(struct sio_socket *socket, void (*otherwise)(struct sio_socket *socket));

/* It is gone before the answer was there. */
void io_recover_forget(struct sio_socket *socket);

/* It goes, for that reason: its session is kept if it may come back. */
void io_recover_later(struct sio_socket *socket, enum sio_reason reason);

/* As struct sio_events wants it: a socket that has come back has what was sent before. */
bool io_recover_is_new(void *ctx, struct sio_socket *socket, const struct sio_message *message);

#endif
