/*
 * msgpack_value.h - JSON values, binary ones among them, as MessagePack.
 *
 * Purpose    The profile of notepack.io, in which Socket.IO's servers speak to each other over Redis
 *            and its msgpack parser speaks to clients: smallest forms, keys that are texts, binary as
 *            bin (redis-cluster 1). Reading takes every form that any version of it has written.
 * Ownership  A value that is read has one reference, the caller's.
 * Threads    Any.
 * Floor      base.
 *
 * Dates are never written: no two versions agree on them. Those that are read become ISO 8601 text, as
 * JSON.stringify makes of them; `undefined` becomes null, and a member of a map that is `undefined` is
 * left out.
 */
#ifndef BASE_MSGPACK_VALUE_H
#define BASE_MSGPACK_VALUE_H

#include "base/buf.h"

#include <jansson.h>

enum {
    MSGPACK_DEPTH_MAX = 64 /* as deep as events are; every level costs a frame of the stack */
};

/* Appends one value. 0; SAILS_EJSON: text that is not UTF-8, or too deep; SAILS_ENOMEM. */
int msgpack_value_write(struct buf *out, const json_t *value);

/*
 * One value, and nothing behind it. 0; SAILS_EPROTO: it is broken, goes on behind its end, has a key that
 * is no text, or text that is not UTF-8 or has a NUL in a key; SAILS_ETOOBIG: deeper than
 * MSGPACK_DEPTH_MAX, or more than max_values values; SAILS_ENOMEM.
 */
int msgpack_value_read(struct bytes data, size_t max_values, json_t **value);

#endif
