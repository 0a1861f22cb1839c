/*
 * uri_encode.h - text that may stand in addresses and headers.
 *
 * Purpose    Percent-encoding in the two ways of JavaScript and Express.
 * Ownership  Everything is appended to the caller's buf.
 * Threads    Any.
 * Floor      web; uses base.
 */
#ifndef WEB_URI_ENCODE_H
#define WEB_URI_ENCODE_H

#include "base/buf.h"

/* As encodeURIComponent(): all but letters, digits and -_.!~*'() */
void uri_encode_component(struct buf *out, struct str text);

/* As encodeurl of Express, for Location: what an address may not have is encoded, what is encoded
 * already stays. What comes out is printable ASCII. */
void uri_encode(struct buf *out, struct str url);

#endif
