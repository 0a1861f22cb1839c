/*
 * eio_compress.h - compressed poll responses (engine-io 7.3).
 *
 * Purpose    gzip, and "deflate", which in HTTP means zlib's format (RFC 9110 section 8.4.1.2).
 * Ownership  Results are appended to the caller's buf.
 * Threads    Any.
 * Floor      engineio; uses base.
 */
#ifndef ENGINEIO_EIO_COMPRESS_H
#define ENGINEIO_EIO_COMPRESS_H

#include "base/buf.h"

enum eio_coding {
    EIO_CODING_GZIP,
    EIO_CODING_DEFLATE
};

/* 0; SAILS_ENOMEM; SAILS_ETOOBIG: zlib cannot say so much at once. On errors `out` is of no use. */
int eio_compress(struct buf *out, enum eio_coding coding, struct bytes data);

/*
 * Which coding the client prefers by its Accept-Encoding (engine-io 7.3): the higher q-value, gzip
 * where they are equal. False: neither is welcome.
 */
bool eio_compress_choose(struct str accept_encoding, enum eio_coding *coding);

#endif
