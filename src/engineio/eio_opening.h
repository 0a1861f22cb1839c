/*
 * eio_opening.h - from a request without a session to a session (engine-io 4).
 *
 * Purpose    Asks the floor above (allowRequest), now or later; then opens the session on the
 *            transport that was asked for.
 * Ownership  Takes the exchange. An undecided handshake is on the server's list.
 * Threads    That worker's thread only.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_OPENING_H
#define ENGINEIO_EIO_OPENING_H

#include "engineio/eio_server.h"

/* A request that passed all checks that need no decision (engine-io 3, up to 4b). */
void eio_opening_begin(struct eio_server *server, struct http_exchange *x,
                       const struct eio_query *query);

/* The server goes: decisions that are still owed will have no effect. */
void eio_opening_forget_all(struct eio_server *server);

#endif
