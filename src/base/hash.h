/*
 * hash.h - hashes for tables: with a key where names come from outside, without where they do not.
 *
 * Purpose    SipHash-1-3: who does not know the key cannot make many names meet in one place.
 *            FNV-1a: for names that only the program and its configuration add.
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

/* FNV-1a, ASCII letters without case. A stranger who only looks names up cannot make chains longer. */
uint64_t hash_nocase(struct str name);

#endif
