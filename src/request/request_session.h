/*
 * request_session.h - the session of a request, from the cookie to the store and back.
 *
 * Purpose    Before the action: finds the session that the request's cookie names, or makes one.
 *            Behind it: saves it, and says which cookie the client is to keep.
 * Ownership  struct request_session lies in its request. The store is borrowed.
 * Threads    The request's worker; what sails/session.h offers, whoever has the request.
 * Floor      request; uses http, base.
 *
 *     cookie -> id -> store.load --> action --> store.save -> Set-Cookie, or the socket's own cookie
 *                        |  nothing there          (unless there is nothing in it: session_offers.h)
 *                        +--> the same id, if it was offered; else a new one
 */
#ifndef REQUEST_REQUEST_SESSION_H
#define REQUEST_REQUEST_SESSION_H

#include "base/buf.h"
#include "session/session_cookie.h"
#include "session/session_offers.h"

#include <sails/session.h>

struct sails_req;

/* What all sessions of an app share. Texts are borrowed. */
struct session_settings {
    bool is_on;
    struct sails_session_store store;
    struct session_offers *offers;
    const char *name;      /* of the cookie */
    const char *secret;    /* it is signed with */
    uint64_t max_age_ms;   /* of cookie and session; 0: until the browser is closed, and 24 h */
    bool is_rolling;       /* the cookie is set again with every answer */
    bool is_secure;        /* the cookie goes over TLS only */
    bool is_http_only;     /* page scripts do not see it */
    const char *path;      /* "/" */
    const char *domain;    /* NULL: the host that answers */
    const char *same_site; /* "Lax", ...; NULL: not said */
};

struct request_session {
    json_t *json; /* NULL: the request has none */
    char sid[SESSION_ID_MAX + 1];
    bool is_new; /* the client does not know its cookie yet */
    bool
        is_stored; /* the store has one under this id; else only what is put in makes it worth that */
    bool is_destroyed;   /* by the application, as the next */
    bool is_regenerated; /* `json` is to get a new id */
    json_t *original;    /* a copy of `json`, where it matters whether it was changed */
};

/* Before the action, and behind it; on the worker. True: it has been done; false: request_proceed() is called when
 * it has, within the call or later. */
bool request_session_load(struct sails_req *req);
bool request_session_save(struct sails_req *req);

/* Makes the session that a client without one gets, when it has been looked for. */
void request_session_take(struct sails_req *req);

/* Writes the id that a Cookie header names. False: there is none that we have signed. */
bool request_session_read_cookie(const struct session_settings *settings, struct str header,
                                 char sid[SESSION_ID_MAX + 1]);

/* How long a session lives from its last use, in ms. */
uint64_t request_session_ttl(const struct session_settings *settings);

#endif
