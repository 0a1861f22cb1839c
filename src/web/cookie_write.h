/*
 * cookie_write.h - the value of a Set-Cookie header.
 *
 * Purpose    Cookies as Express writes them (request-response 6.1): the value encoded, JSON behind
 *            "j:", signed behind "s:", the attributes in its order.
 * Ownership  Everything is borrowed, and appended to the caller's buf.
 * Threads    Any.
 * Floor      web; uses base, http.
 */
#ifndef WEB_COOKIE_WRITE_H
#define WEB_COOKIE_WRITE_H

#include "base/buf.h"

#include <jansson.h>

#include <sails/cookie.h>
#include <sails/err.h>

/*
 * Appends "name=value; Path=/; ...". `secret` counts for signed ones, `unix_ms` is now. 0;
 * SAILS_EINVAL: a name that is no token, a path, domain or SameSite that cannot be, or a value that is
 * no JSON; SAILS_ESTATE: signed without a secret; SAILS_ENOMEM. After an error `out` must be thrown
 * away.
 */
int cookie_write(struct buf *out, struct str name, const json_t *value,
                 const struct sails_cookie_options *options, struct str secret, uint64_t unix_ms);

/* The same, for a cookie that shall go: no value, and over since 1970. Its age does not count. */
int cookie_write_removal(struct buf *out, struct str name,
                         const struct sails_cookie_options *options);

#endif
