/*
 * distance.h - how far one name is from another.
 *
 * Purpose    "Did you mean ...?", for names that somebody has mistyped.
 * Ownership  None.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_DISTANCE_H
#define BASE_DISTANCE_H

#include "base/str.h"

enum {
    DISTANCE_NAME_MAX = 64 /* bytes; longer names are nobody's typing error */
};

/* Levenshtein's: how many bytes must be changed, added or left out to make `b` of `a`, letters compared
 * without case. SIZE_MAX: one is longer than DISTANCE_NAME_MAX. */
size_t distance_between(struct str a, struct str b);

/* The distance up to which a name may have been meant for one of that length. */
size_t distance_limit(size_t len);

#endif
