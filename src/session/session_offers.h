/*
 * session_offers.h - ids that clients have been given for sessions that are not stored.
 *
 * Purpose    A session that nothing was put into is not worth a place in the store, but its client has a cookie
 *            all the same, and may come back to put something in: over HTTP, and over a socket that was
 *            opened with that cookie. So ids that were given out are remembered here for a while; an id that
 *            is neither here nor in the store, whoever signed it, is nobody's.
 * Ownership  Copies ids.
 * Threads    Any; all workers share it, under a lock.
 * Floor      session; uses base.
 */
#ifndef SESSION_SESSION_OFFERS_H
#define SESSION_SESSION_OFFERS_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * How many are remembered; over it the oldest goes. What a client loses then is an id of an empty session: it
 * gets another one. 16384 of them take less than 2 MB, and last for a minute of 270 new clients a second.
 */
enum {
    SESSION_OFFERS_MAX = 16384
};

struct session_offers;

/* `max`: at least 1. NULL: no memory. */
struct session_offers *session_offers_create(struct hash_key hash_key, size_t max);
void session_offers_destroy(struct session_offers *offers); /* NULL is harmless */

/* Remembers an id; without memory it is none. */
void session_offers_add(struct session_offers *offers, const char *sid);

bool session_offers_has(struct session_offers *offers, const char *sid);

/* It is stored now, or worth nothing any more. One that is not there is no error. */
void session_offers_remove(struct session_offers *offers, const char *sid);

#endif
