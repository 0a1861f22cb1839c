/*
 * hash.h - a keyed hash for tables whose keys come from outside.
 *
 * Purpose    SipHash-1-3: who does not know the key cannot make many names meet in one place.
 * Ownership  None.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

struct hash_key {
    uint64_t k0;
    uint64_t k1;
};

/* J.-P. Aumasson, D. J. Bernstein: SipHash, a fast short-input PRF (2012), with c=1, d=3. */
uint64_t hash_bytes(struct hash_key key, struct bytes b);

static inline uint64_t hash_str(struct hash_key key, struct str s)
{
    return hash_bytes(key, str_bytes(s));
}

#endif
