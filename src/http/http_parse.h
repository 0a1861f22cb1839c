/*
 * http_parse.h - the parts of a head.
 *
 * Purpose    Turns the bytes of a complete head, which http_scan.h has let through, into method,
 *            target and headers.
 * Ownership  The results are views into `head`, whose header names become lower case in place.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_PARSE_H
#define HTTP_HTTP_PARSE_H

#include "http/http_header.h"

struct http_parsed {
    struct str method; /* upper case, one of those that http-parser knows */
    struct str target;
    bool is_http_1_0;
    bool is_upgrade;             /* Upgrade, and a Connection header that lists it */
    bool keep_alive;             /* what version and Connection headers say */
    struct http_header *headers; /* the caller's, with room for max_headers */
    size_t n_headers;
    size_t max_headers;
};

/*
 * The head as http_scan_next() saw it, up to and with the empty line. 0, or the status that the
 * request is refused with: 400, 431, 501 (a method that nobody knows), 505.
 */
unsigned http_parse_head(struct http_parsed *out, char *head, size_t len);

#endif
