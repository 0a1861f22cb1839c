/*
 * signature.h - signed values of cookies.
 *
 * Purpose    "value.signature" with HMAC-SHA256, the same text as cookie-signature of Express makes
 *            (request-response 6.1), so that nodes of both kinds know each other's sessions.
 * Ownership  Results go into the caller's buf.
 * Threads    Any.
 * Floor      web; uses base and OpenSSL.
 */
#ifndef WEB_SIGNATURE_H
#define WEB_SIGNATURE_H

#include "base/buf.h"

/* Appends the value, a dot, and its signature. 0; SAILS_ENOMEM (also where OpenSSL fails). */
int signature_sign(struct buf *out, struct str value, struct str secret);

/* The value in "value.signature" (a view); SAILS_EINVAL: not signed with this secret; SAILS_ENOMEM.
 * Takes as long for a wrong signature as for the right one. */
int signature_verify(struct str text, struct str secret, struct str *value);

#endif
