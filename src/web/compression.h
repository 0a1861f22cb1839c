/*
 * compression.h - answers that travel compressed.
 *
 * Purpose    Sails' `compress` middleware: bodies of texts of 1 KiB and more, for clients that accept it.
 * Ownership  Headers go into the caller's list, bytes into the caller's buf.
 * Threads    Any.
 * Floor      web; uses http, base.
 */
#ifndef WEB_COMPRESSION_H
#define WEB_COMPRESSION_H

#include "web/header_list.h"

enum {
    COMPRESSION_MIN = 1024 /* below it nothing is gained */
};

/*
 * Compresses a whole body into `out`, and sets Content-Encoding; a body that could be compressed gets
 * "Vary: Accept-Encoding" in any case. False: the body goes out as it is (too short, of a type that is
 * compressed already, not wanted, or no memory).
 */
bool compression_apply(const struct header_list *request, struct header_list *response,
                       struct bytes body, struct buf *out);

#endif
