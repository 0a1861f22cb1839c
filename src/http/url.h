/*
 * url.h - percent-decoding and query strings.
 *
 * Purpose    Decode paths and queries, application/x-www-form-urlencoded.
 * Ownership  Results are written into the caller's buf.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include "base/buf.h"

/*
 * Appends `s` decoded. plus_is_space: as in forms and queries. A '%' that is not followed by two hex
 * digits, and "%00", are kept as text (not strict), or SAILS_EINVAL (strict; so is a NUL in `s`), and
 * then `out` is as it was. 0; SAILS_ENOMEM.
 */
int url_decode(struct buf *out, struct str s, bool plus_is_space, bool strict);

/*
 * Takes the next "name=value" out of *rest (a query, '&' separated), raw: not decoded. Empty pairs
 * are skipped. False when nothing is left.
 */
bool url_take_pair(struct str *rest, struct str *name, struct str *value);

/*
 * Appends the decoded value of the last `name` in the query (engine-io 1: the last one wins).
 * 1: found; 0: there is none; SAILS_ENOMEM.
 */
int url_query_get(struct buf *out, struct str query, struct str name);

#endif
