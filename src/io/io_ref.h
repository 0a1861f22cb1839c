/*
 * io_ref.h - a socket that may have gone.
 *
 * Purpose    What is kept of a socket for later: on which worker it lives, in which namespace, and its
 *            id; and the one function that finds it again.
 * Ownership  Lies in whoever keeps it; owns the id and a reference to the namespace.
 * Threads    io_ref_find(): a turn of the socket's worker. Else any, one at a time.
 * Floor      io; uses socketio, base.
 */
#ifndef IO_IO_REF_H
#define IO_IO_REF_H

#include "io/io.h"

/* {0} refers to nothing. */
struct io_ref {
    struct worker *worker;
    struct sails_io_namespace *nsp;
    char *id; /* NULL: it refers to nothing */
};

/* 0 or SAILS_ENOMEM: then it refers to nothing. */
int io_ref_init(struct io_ref *ref, const struct sio_socket *socket);

/* One that refers to nothing is harmless. */
void io_ref_deinit(struct io_ref *ref);

/* The socket, if it is still connected; NULL: it has gone, or `ref` refers to nothing. */
struct sio_socket *io_ref_find(const struct io_ref *ref);

#endif
