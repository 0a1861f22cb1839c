/*
 * digest.h - the two hashes that requests need.
 *
 * Purpose    SHA-1 for entity tags, HMAC-SHA256 for signed cookies, on the stack and without a look-up.
 * Ownership  None.
 * Threads    Any.
 * Floor      web.
 */
#ifndef WEB_DIGEST_H
#define WEB_DIGEST_H

#include "base/str.h"

enum {
    DIGEST_SHA1_LEN = 20,
    DIGEST_SHA256_LEN = 32
};

/* False: the library cannot. */
bool digest_sha1(uint8_t out[DIGEST_SHA1_LEN], struct bytes text);
bool digest_hmac_sha256(uint8_t out[DIGEST_SHA256_LEN], struct str key, struct str text);

#endif
