/*
 * eio_cors.h - which other sites' pages may read our answers (engine-io 14).
 *
 * Purpose    Adds the headers, and answers preflights.
 * Ownership  None.
 * Threads    That worker's thread only.
 * Floor      engineio; uses http, base.
 */
#ifndef ENGINEIO_EIO_CORS_H
#define ENGINEIO_EIO_CORS_H

#include "engineio/eio.h"

/*
 * Adds the headers to whatever response the exchange gets. 0: go on with the request; 1: it was a
 * preflight (any OPTIONS), and is answered: the exchange is gone; SAILS_ENOMEM: some are missing.
 */
int eio_cors_apply(const struct eio_cors *cors, struct http_exchange *x);

#endif
