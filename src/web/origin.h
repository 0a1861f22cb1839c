/*
 * origin.h - which web pages may open a connection.
 *
 * Purpose    Checks `sockets.onlyAllowOrigins` at the lift, and decides about the Origin header of a
 *            request (sails-sockets 2.4).
 * Ownership  Borrows everything; keeps nothing.
 * Threads    Any.
 * Floor      web; uses base.
 */
#ifndef WEB_ORIGIN_H
#define WEB_ORIGIN_H

#include "base/str.h"

#include <jansson.h>

/* Why a lift fails. */
struct origin_violation {
    const char *code; /* "E_INVALID_ORIGIN"; NULL: Sails has none for it */
    const char *why;  /* a sentence for the log */
    size_t at;        /* which one of the list */
};

/* What the program and its configuration say about who may connect. */
struct origin_setting {
    const json_t *only_allow; /* sockets.onlyAllowOrigins; NULL or null: not defined */
    bool has_before_connect;  /* defined; `false` counts as defined, too */
    bool is_production;
};

/* What is wrong with an origin in a list, as a sentence for the log; NULL: nothing. */
const char *origin_fault(struct str origin);

/* The first violation of the rules of the lift. False: there is one. */
bool origin_setting_check(const struct origin_setting *setting, struct origin_violation *violation);

/* Whether all of a valid list are this machine: worth a line in the log of a production server. */
bool origin_all_local(const json_t *list);

/* Whether an origin, "https://a.example:1337", is that of a server whose Host header says "a.example:1337". */
bool origin_is_of_host(struct str origin, struct str host);

/*
 * Whether a request may pass. `allowed` is a list that origin_setting_check() found valid (NULL:
 * anybody may), `origin` the header as it came ({NULL, 0}: there was none), which must be equal to
 * one of the list to the letter.
 */
bool origin_is_admitted(const json_t *allowed, bool allow_missing, struct str origin);

#endif
