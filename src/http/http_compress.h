/*
 * http_compress.h - compressed poll responses (engine-io 7.3).
 *
 * Purpose    gzip, and "deflate", which in HTTP means zlib's format (RFC 9110 section 8.4.1.2).
 * Ownership  Results are appended to the caller's buf.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_COMPRESS_H
#define HTTP_HTTP_COMPRESS_H

#include "base/buf.h"
#include "http/http_accept.h"

/* `coding`: gzip or deflate. 0; SAILS_ENOMEM; SAILS_ETOOBIG: zlib cannot say so much at once. On errors `out` is of no use. */
int http_compress(struct buf *out, enum http_coding coding, struct bytes data);

#endif
