/*
 * digest.h - the two hashes that requests need.
 *
 * Purpose    SHA-1 for entity tags, HMAC-SHA256 for signed cookies, without what the library's one-call
 *            functions do each time: look the algorithm up under a lock, which costs more than hashing
 *            a short text.
 * Ownership  What is looked up stays for the life of the process.
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

/* False: the library has no memory. */
bool digest_sha1(uint8_t out[DIGEST_SHA1_LEN], struct bytes text);
bool digest_hmac_sha256(uint8_t out[DIGEST_SHA256_LEN], struct str key, struct str text);

#endif
