/*
 * cors.h - which other sites' pages may read the answers of routes.
 *
 * Purpose    From settings and a request's headers to the headers of its answer (request-response 11,
 *            sails-sockets 3.12). CORS never blocks: a foreign origin just gets no headers.
 * Ownership  Borrows everything; headers go into the caller's list.
 * Threads    Any.
 * Floor      web; uses base.
 */
#ifndef WEB_CORS_H
#define WEB_CORS_H

#include "web/header_list.h"

#include <jansson.h>

/* sails.config.security.cors, with what a route says of its own in its place. */
struct cors_settings {
    const json_t *origins; /* a list; NULL: see is_any_origin */
    bool is_any_origin;    /* "*" */
    struct str one_origin; /* in place of a list; {NULL, 0}: see origins */
    bool credentials;
    struct str request_headers;  /* allowRequestHeaders */
    struct str request_methods;  /* allowRequestMethods */
    struct str response_headers; /* allowResponseHeaders; empty: none */
};

/* Sails' defaults: any origin, without credentials. */
extern const struct cors_settings cors_default_settings;

/*
 * Reads a dictionary of settings over those in `settings` (of the global ones: the defaults), as views
 * of it. `*why` says in a sentence what is wrong with one.
 * 0; SAILS_ECONFIG: an unknown type or origin, or "*" with credentials but without
 * allowAnyOriginWithCredentialsUnsafe.
 */
int cors_settings_read(struct cors_settings *settings, const json_t *dictionary, const char **why);

/*
 * The same for the option of a route: a dictionary, true (the global ones) or one origin. 1: the
 * route has settings; 0: false, null or NULL: it has none. Else as above.
 */
int cors_route_read(struct cors_settings *settings, const struct cors_settings *global,
                    const json_t *option, const char **why);

/*
 * Adds the headers of an answer. `origin`: the request's ({NULL, 0}: none). is_preflight: an OPTIONS
 * request with Origin and Access-Control-Request-Method, for a route of that method; it is answered
 * with 200 and no body. 0; SAILS_ENOMEM.
 */
int cors_apply(const struct cors_settings *settings, struct str origin, bool is_preflight,
               struct header_list *out);

/*
 * Adds Vary, also where the request has no Origin or a refused one: another one would get another answer,
 * and caches have to know (Fetch standard, "CORS protocol and HTTP caches"). For answers over HTTP: nobody
 * caches those over a socket. 0; SAILS_ENOMEM.
 */
int cors_tell_caches(const struct cors_settings *settings, struct header_list *out);

#endif
