/*
 * session_cookie.h - ids of sessions, and the cookie that carries one.
 *
 * Purpose    Make sessions and their ids; sign them and check signatures, to the letter as Sails in Node does, so that
 *            both can serve the same clients (sails-sockets 4.1, request-response 6.1).
 * Ownership  Results go into the caller's buf.
 * Threads    Any.
 * Floor      session; uses http, base.
 *
 *     sails.sid=s%3AGJkHRoP62MqNYIOzj9WfEkqrfkMcq46I.G4ekT2v9I6MYakHsHEberziak3PXGhsgtoRVmjI9mSU
 *               "s:" <-------------- id -------------> "." <-- HMAC-SHA256 of it, base64 --->
 */
#ifndef SESSION_SESSION_COOKIE_H
#define SESSION_SESSION_COOKIE_H

#include "base/buf.h"
#include "base/env.h"

#include <jansson.h>

enum {
    SESSION_ID_BYTES = 24,
    SESSION_ID_LEN = 32, /* of them in base64url */
    SESSION_ID_MAX = 128 /* of ids that other servers have made */
};

/* Writes SESSION_ID_LEN characters and a NUL. */
void session_cookie_make_id(struct env *env, char out[SESSION_ID_LEN + 1]);

/* Appends "s%3A<id>.<signature>" as it stands behind "<name>=". 0; SAILS_ENOMEM. */
int session_cookie_write(struct buf *out, struct str sid, struct str secret);

/*
 * Appends the id of a cookie's value, as it stands in the header: percent-encoded.
 * 0; SAILS_EPROTO: not of that form, or signed with another secret; SAILS_ENOMEM; and on errors `out`
 * has what it had.
 */
int session_cookie_read(struct buf *out, struct str value, struct str secret);

/*
 * The raw value of the first cookie of that name in a Cookie header (request-response 6), without its
 * quotes; {NULL, 0}: there is none. A view of `header`.
 */
struct str session_cookie_find(struct str header, struct str name);

/*
 * A new session: {"cookie": {...}}, as Sails keeps it (sails-sockets 4.2). One that was made for a
 * socket's handshake says less of its cookie. Sessions whose cookie ends with the browser only. The
 * caller's; NULL: no memory.
 */
json_t *session_cookie_describe(bool is_handshake);

#endif
