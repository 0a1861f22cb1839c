/*
 * eio_common.h - text that many handshakes have in common, kept once.
 *
 * Purpose    Clients of a kind send the same headers; a record of each needs only what differs.
 * Ownership  Counted (not atomic); the last release frees. The table borrows what is in it, and is empty before it dies.
 * Threads    That worker's thread only; what is in no table, one thread at a time.
 * Floor      engineio; uses base.
 */
#ifndef ENGINEIO_EIO_COMMON_H
#define ENGINEIO_EIO_COMMON_H

#include "base/hash.h"
#include "base/map.h"

struct eio_commons {
    struct map by_text;
    struct eio_common
        *latest; /* that was asked for: mostly it is asked for again. NULL: it has gone */
    struct hash_key hash_key;
};

struct eio_common {
    struct map_node by_text;
    struct eio_commons *table; /* NULL: in none */
    uint32_t refs;
    uint32_t len;
    char text[];
};

void eio_commons_init(struct eio_commons *table, struct hash_key key);
void eio_commons_deinit(struct eio_commons *table);

/* That text from the table, made where it is not there yet; without a table (NULL), one for the caller alone. The caller
 * releases it. NULL: no memory. */
struct eio_common *eio_common_get(struct eio_commons *table, struct str text);
void eio_common_release(struct eio_common *common);

static inline struct str eio_common_text(const struct eio_common *common)
{
    return (struct str){common->text, common->len};
}

#endif
