/*
 * etag.h - the tag of a body, and whether the client has it already.
 *
 * Purpose    Weak entity tags as Express makes them (request-response 9.2), and the conditions of
 *            RFC 9110 section 13 that a GET or HEAD may carry.
 * Ownership  Results are the caller's; headers are borrowed.
 * Threads    Any.
 * Floor      web; uses base, http and OpenSSL.
 */
#ifndef WEB_ETAG_H
#define WEB_ETAG_H

#include "web/header_list.h"

enum {
    ETAG_DIGEST_LEN = 27, /* characters of the base64 of a SHA-1, without the padding */
    ETAG_SIZE = 2 + 1 + 16 + 1 + ETAG_DIGEST_LEN + 1 + 1 /* W/ "length-digest" and a NUL */
};

/* W/"<length in hex>-<digest>". 0; SAILS_ENOMEM: OpenSSL has none. */
int etag_write(char out[ETAG_SIZE], struct bytes body);

/*
 * Whether a client that sends the headers `request` has what `response` (ETag, Last-Modified) would
 * bring: the answer is then 304. Which methods and statuses may be asked this is the caller's to
 * know. "Cache-Control: no-cache" always wants the answer.
 */
bool etag_is_fresh(const struct header_list *request, const struct header_list *response);

#endif
