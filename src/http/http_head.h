/*
 * http_head.h - what the head of a request means: the rules above its syntax.
 *
 * Purpose    From bytes to struct http_request: where the body ends, whether the connection stays,
 *            and the refusal of all that two servers could understand differently.
 * Ownership  Owns the bytes that the request's views point into.
 * Threads    Any; one at a time.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_HEAD_H
#define HTTP_HTTP_HEAD_H

#include "http/http.h"

enum http_framing {
    HTTP_FRAMING_NONE, /* no body */
    HTTP_FRAMING_LENGTH,
    HTTP_FRAMING_CHUNKED
};

struct http_head {
    struct buf bytes; /* as received, but names in lower case */
    char *joined;     /* values of headers that came more than once; NULL: none did */
    struct http_request request;
    enum http_framing framing;
    uint64_t content_length; /* of FRAMING_LENGTH */
    bool keep_alive;
    bool expects_continue;
};

/*
 * Reads head->bytes, a complete head as http_scan.h lets it through, into the rest of *head.
 * `headers` is room for the `max_headers` lines in it. Several headers of one name become one, as in
 * Node: "cookie" joined by "; ", those that make no sense twice keep the first, the rest is joined
 * by ", ". 0; the status that the request is refused with (400, 417, 431, 501, 505), or 500: no
 * memory.
 */
unsigned http_head_read(struct http_head *head, struct http_header *headers, size_t max_headers);

void http_head_deinit(struct http_head *head);

#endif
