/*
 * csrf.h - tokens that prove that a request comes from one of our own pages.
 *
 * Purpose    Make and check tokens as Sails in Node does (request-response 10), and tell which
 *            requests need one and where they carry it (sails-sockets 3.11).
 * Ownership  Results go into the caller's memory; views are of what was given.
 * Threads    Any.
 * Floor      web; uses http, base.
 *
 *     session: csrfSecret, 18 random bytes        token: salt "-" base64url(SHA-1(salt "-" secret))
 *
 * A secret has many tokens, each may be spent many times, and all are void with their session. The
 * salt makes each look different, so that a compressed page does not give one away bit by bit.
 */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include "base/env.h"
#include "http/http.h"

#include <jansson.h>

enum {
    CSRF_SECRET_LEN = 24, /* 18 bytes in base64url */
    CSRF_SALT_LEN = 8,
    CSRF_TOKEN_LEN = 36 /* salt, '-', 20 bytes in base64url */
};

/* The session's member that has the secret. */
#define CSRF_SECRET_KEY "csrfSecret"

/* Writes CSRF_SECRET_LEN characters and a NUL. */
void csrf_secret_make(struct env *env, char out[CSRF_SECRET_LEN + 1]);

/* Writes a token of that salt (without '-') and a NUL. False: the library has no memory. */
bool csrf_token_write(char out[CSRF_TOKEN_LEN + 1], const char salt[CSRF_SALT_LEN],
                      struct str secret);

/* The same with a salt of chance. */
bool csrf_token_make(struct env *env, char out[CSRF_TOKEN_LEN + 1], struct str secret);

/* Whether a token, with a salt of any length, is one of the secret; in constant time. */
bool csrf_token_verify(struct str token, struct str secret);

/* Whether requests of that method are checked, where the check is on: all but GET, HEAD, OPTIONS. */
bool csrf_checks_method(enum http_method method);

/* Whether it is on: the global setting, and the route's own (NULL: it has none). */
bool csrf_is_on(bool global, const bool *route);

/* A header by its lower-case name; {NULL, 0}: none. */
typedef struct str (*csrf_header_fn)(const void *headers, struct str name);

/*
 * The token that a request carries: body, query, then headers. Body and query may be NULL or no
 * objects. {NULL, 0}: none. A view.
 */
struct str csrf_token_find(const json_t *body, const json_t *query, csrf_header_fn header,
                           const void *headers);

#endif
