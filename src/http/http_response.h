/*
 * http_response.h - a response as bytes.
 *
 * Purpose    Status line, the headers that every response has, those of the exchange, and a body,
 *            in one allocation.
 * Ownership  The result is the caller's to release.
 * Threads    Any; one at a time.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_RESPONSE_H
#define HTTP_HTTP_RESPONSE_H

#include "base/shared.h"

enum http_response_framing {
    HTTP_RESPONSE_NO_BODY,     /* HEAD, 1xx, 204, 304: a Content-Length among `fields` is sent */
    HTTP_RESPONSE_NO_BODY_LEN, /* HEAD where the length is known */
    HTTP_RESPONSE_LENGTH,
    HTTP_RESPONSE_CHUNKED,
    HTTP_RESPONSE_UNTIL_CLOSE,
    HTTP_RESPONSE_UPGRADE /* 101: `fields` alone, its Connection included */
};

struct http_response {
    unsigned status;
    enum http_response_framing framing;
    uint64_t length;
    struct str fields;     /* http_fields.h */
    bool has_plain_fields; /* none that http_fields_is_framing(): nobody needs to look */
    struct str date;
    bool keep_alive;
    uint64_t keep_alive_s; /* told to the client, so that it does not send into a closing door */
    struct bytes body;     /* behind the head; of FRAMING_LENGTH only */
};

/* NULL: no memory. */
struct shared *http_response_make(const struct http_response *response);

#endif
