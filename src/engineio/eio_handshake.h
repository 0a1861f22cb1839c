/*
 * eio_handshake.h - what is kept of a session's first request.
 *
 * Purpose    Headers, target and address for the application (socket-io 7), in as little memory as can be,
 *            because there is one per connection, for as long as it lasts.
 * Ownership  One owner: the session, or whoever has made it.
 * Threads    That worker's thread only.
 * Floor      engineio; uses http, base.
 */
#ifndef ENGINEIO_EIO_HANDSHAKE_H
#define ENGINEIO_EIO_HANDSHAKE_H

#include "engineio/eio_common.h"
#include "http/http.h"

struct eio_handshake;

/* What it has in common with others is kept in `commons`, once; NULL: for it alone. NULL: no memory. Headers that only
 * concern the connection (Connection, Upgrade, Sec-WebSocket-*, Content-Length, ...) are kept, too: the application
 * sees what was sent. */
struct eio_handshake *eio_handshake_create(struct eio_commons *commons,
                                           const struct http_request *request,
                                           const struct link *link, uint64_t unix_ms);
void eio_handshake_destroy(struct eio_handshake *h);

struct str eio_handshake_address(const struct eio_handshake *h);
struct str eio_handshake_url(const struct eio_handshake *h);   /* the raw request target */
struct str eio_handshake_query(const struct eio_handshake *h); /* raw, behind '?' */
bool eio_handshake_is_secure(const struct eio_handshake *h);
uint64_t eio_handshake_unix_ms(const struct eio_handshake *h);

/* A byte for who asks the same of it with every message, and wants to look only once. 0 at first. */
uint8_t eio_handshake_notes(const struct eio_handshake *h);
void eio_handshake_note(struct eio_handshake *h, uint8_t notes);

/* Value of a header by its lower-case name; {NULL, 0}: there is none. NUL-terminated. */
struct str eio_handshake_header(const struct eio_handshake *h, struct str name);

/* The headers in order: `at` from 0 up; false behind the last one. NUL-terminated both. */
bool eio_handshake_header_at(const struct eio_handshake *h, size_t at, struct str *name,
                             struct str *value);

#endif
