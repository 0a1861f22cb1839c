/*
 * http_chunked.h - the chunked transfer coding, read strictly.
 *
 * Purpose    Takes the body out of its chunks (RFC 9112 section 7.1).
 * Ownership  A value; keeps no bytes.
 * Threads    Any; one at a time.
 * Floor      http; uses base.
 *
 * Not as parsers do it: http-parser as it is packaged takes any two bytes for the line end behind a
 * chunk, and a bare LF within an extension, and each of these has been used to smuggle requests.
 */
#ifndef HTTP_HTTP_CHUNKED_H
#define HTTP_HTTP_CHUNKED_H

#include "base/str.h"

enum http_chunked_state {
    HTTP_CHUNKED_SIZE,
    HTTP_CHUNKED_EXTENSION,
    HTTP_CHUNKED_SIZE_LF,
    HTTP_CHUNKED_DATA,
    HTTP_CHUNKED_DATA_CR,
    HTTP_CHUNKED_DATA_LF,
    HTTP_CHUNKED_TRAILER, /* the first byte of a trailer line, or the end */
    HTTP_CHUNKED_TRAILER_NAME,
    HTTP_CHUNKED_TRAILER_VALUE,
    HTTP_CHUNKED_TRAILER_LF,
    HTTP_CHUNKED_END_LF,
    HTTP_CHUNKED_END
};

/* {0} is a valid start. */
struct http_chunked {
    enum http_chunked_state state;
    unsigned n_digits; /* of the size being read */
    uint64_t size;     /* of the chunk: bytes still to come */
    size_t n_overhead; /* bytes of extensions and trailers so far */
};

/*
 * Takes bytes from the front of *in, up to the end of the next piece of body or of the whole body,
 * which `state` tells; *piece is that piece, a view into *in, or empty. 0; SAILS_EPROTO: broken, or
 * more extensions and trailers than anybody needs.
 */
int http_chunked_next(struct http_chunked *c, struct bytes *in, struct bytes *piece);

#endif
