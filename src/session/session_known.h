/*
 * session_known.h - cookies whose signature has been verified.
 *
 * Purpose    A client sends the same cookie with every request, and the HMAC that tells whether it is ours costs more
 *            than the rest of a request: who has been verified need not be again, while nobody takes his place.
 * Ownership  Owns a table, made with the first cookie.
 * Threads    One thread at a time: each worker has one.
 * Floor      session; uses base.
 */
#ifndef SESSION_SESSION_KNOWN_H
#define SESSION_SESSION_KNOWN_H

#include "base/hash.h"
#include "session/session_cookie.h"

enum {
    SESSION_KNOWN_MAX = 1024,      /* some 300 KiB, if there are that many sessions */
    SESSION_KNOWN_VALUE_MAX = 192, /* ours have 80 to 160; longer ones are verified each time */
};

struct known_cookie;

/* {0} is valid: it knows none. All were signed with one secret. */
struct session_known {
    struct known_cookie *cookies; /* NULL: no cookie yet */
};

/* Writes the id of a cookie's value, as it stands in the header. False: it has to be verified. */
bool session_known_find(const struct session_known *known, struct hash_key key, struct str value,
                        char sid[SESSION_ID_MAX + 1]);

/* Remembers what has been verified. Without memory it does not. */
void session_known_add(struct session_known *known, struct hash_key key, struct str value,
                       const char *sid);

void session_known_deinit(struct session_known *known);

#endif
