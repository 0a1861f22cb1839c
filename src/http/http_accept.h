/*
 * http_accept.h - what a client would rather have.
 *
 * Purpose    Lists with qualities, "gzip;q=0.5, *;q=0", and the choice of a content coding from
 *            Accept-Encoding (RFC 9110 section 12).
 * Ownership  None; the results are views.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_ACCEPT_H
#define HTTP_HTTP_ACCEPT_H

#include "base/str.h"

enum http_coding {
    HTTP_CODING_IDENTITY = 1,
    HTTP_CODING_GZIP = 2,
    HTTP_CODING_DEFLATE = 4
};

enum {
    HTTP_QUALITY_MAX = 1000 /* q=1 */
};

/*
 * Takes the next value out of *rest, with its quality in thousandths: HTTP_QUALITY_MAX where there
 * is none, 0 where what is there is no quality. Parameters before "q" stay part of the value. Empty
 * parts are skipped. False when nothing is left.
 */
bool http_accept_take(struct str *rest, struct str *value, unsigned *quality);

/*
 * The best coding among `supported` (HTTP_CODING_... or-ed) for the value of Accept-Encoding, which
 * is {NULL, 0} where the client sent none. The client's qualities decide, then gzip before deflate
 * before identity (engine-io 7.3). Where nothing fits it is identity all the same: a client that
 * cannot even take that is better told so by the bytes than by a 406.
 */
enum http_coding http_accept_encoding(struct str header, unsigned supported);

/* "gzip", "deflate", "identity": what Content-Encoding says. */
struct str http_coding_name(enum http_coding coding);

#endif
