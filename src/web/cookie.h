/*
 * cookie.h - the Cookie header, parsed.
 *
 * Purpose    Cookies of a request as Express gives them: decoded, JSON behind "j:", signed ones
 *            behind "s:" verified (request-response 6).
 * Ownership  Results are new values, the caller's.
 * Threads    Any.
 * Floor      web; uses http, base.
 */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include "base/str.h"

#include <jansson.h>

/*
 * Two objects: the plain cookies, and the signed ones, where a wrong signature gives false. Without a
 * secret ({NULL, 0}) signed cookies stay plain text. Of equal names the first counts; what is not
 * UTF-8 is left out. 0; SAILS_ENOMEM.
 */
int cookie_parse(struct str header, struct str secret, json_t **plain, json_t **is_signed);

#endif
