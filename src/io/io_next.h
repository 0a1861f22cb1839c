/*
 * io_next.h - the way of a connecting socket through the middlewares.
 *
 * Purpose    Runs the middlewares of a namespace one after the other, each of which may answer at
 *            once or later, from any thread.
 * Ownership  A sails_io_next belongs to the middleware that was given it until it has answered. If
 *            the socket goes meanwhile, the next one lives on without it.
 * Threads    The socket's worker; sails_io_next_accept() and _refuse(): any.
 * Floor      io; uses socketio, base.
 */
#ifndef IO_IO_NEXT_H
#define IO_IO_NEXT_H

#include "io/io.h"
#include "io/io_event.h"

/* Starts with the first middleware. */
void io_next_run(struct sio_socket *socket, struct io_worker *worker);

/* The socket goes while its middlewares run. */
void io_next_forget(struct sio_socket *socket);

#endif
