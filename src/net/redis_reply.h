/*
 * redis_reply.h - what a Redis server says, out of its bytes.
 *
 * Purpose    RESP2 by hiredis' reader, into values of our own: nothing above needs hiredis, and
 *            every allocation of a reply can be made to fail.
 * Ownership  redis_reader_next() hands replies out; the caller frees each with redis_reply_destroy().
 * Threads    One thread at a time.
 * Floor      net; uses base.
 */
#ifndef NET_REDIS_REPLY_H
#define NET_REDIS_REPLY_H

#include "base/str.h"

enum redis_kind {
    REDIS_NIL,
    REDIS_TEXT,   /* any bytes */
    REDIS_STATUS, /* "OK" */
    REDIS_ERROR,  /* "WRONGTYPE Operation against ..." */
    REDIS_INTEGER,
    REDIS_ARRAY
};

struct redis_reply {
    enum redis_kind kind;
    struct str text;            /* of TEXT, STATUS and ERROR */
    int64_t integer;            /* of INTEGER */
    struct redis_reply **items; /* of ARRAY: `n_items`, none of them NULL */
    size_t n_items;
};

/* NULL is harmless. */
void redis_reply_destroy(struct redis_reply *reply);

/* Whether it is a text or a status of just these bytes. */
bool redis_reply_is(const struct redis_reply *reply, struct str text);

struct redis_reader;

/* `max_reply` bounds the memory of one reply and of what has come of it. NULL: no memory. */
struct redis_reader *redis_reader_create(size_t max_reply);
void redis_reader_destroy(struct redis_reader *reader); /* NULL is harmless */

/* Copies what has come. 0; SAILS_ENOMEM: the reader is of no use any more. */
int redis_reader_feed(struct redis_reader *reader, struct bytes data);

/*
 * The next whole reply, the caller's; NULL with 0: more must come first. SAILS_EPROTO: that is not
 * RESP2; SAILS_ETOOBIG: over the limit; SAILS_ENOMEM. After an error the reader is of no use any more.
 */
int redis_reader_next(struct redis_reader *reader, struct redis_reply **out);

#endif
