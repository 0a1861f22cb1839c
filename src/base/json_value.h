/*
 * json_value.h - texts of JSON values, binary values among them, and all of them written as text.
 *
 * Purpose    Socket.IO arguments can hold binary anywhere; jansson has no such type. A binary value is
 *            a JSON string whose text begins with the byte 0xFF, which valid UTF-8 never has, so
 *            that no text from outside can pass for one.
 * Ownership  As jansson's: a new value has one reference, the caller's.
 * Threads    As jansson's values: one thread at a time.
 * Floor      base.
 */
#ifndef BASE_JSON_VALUE_H
#define BASE_JSON_VALUE_H

#include "base/buf.h"

#include <jansson.h>

/* A view, valid as long as the value; .ptr NULL: it is no text. */
static inline struct str json_value_text(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

/* A list of these, which stay the caller's, too. NULL: no memory. */
json_t *json_value_list(json_t *const *values, size_t n);

/* NULL: no memory. */
json_t *json_value_binary(const void *data, size_t len);
bool json_value_is_binary(const json_t *value);

/* A view, valid as long as the value; empty if it is not binary. */
struct bytes json_value_bytes(const json_t *value);

/*
 * About how many bytes of memory a value takes, with all that is in it; of a binary value that several
 * hold, one's share. 0 for NULL.
 */
size_t json_value_footprint(const json_t *value);

/* How many binary values there are in `value`, itself included. */
size_t json_value_count_binary(const json_t *value);

/*
 * Appends `value` as JSON.stringify would write it (socket-io 2, checklist 35). Binary values become
 * placeholders {"_placeholder":true,"num":n}, numbered depth first from *n_found on, and are stored
 * in found[] (up to `max`; *n_found goes on counting). 0; SAILS_EJSON: text that is not UTF-8, or
 * nested deeper than 1000; SAILS_ENOMEM.
 */
int json_value_write_binary(struct buf *out, const json_t *value, struct bytes *found, size_t max,
                            size_t *n_found);

/* The same where no binary value may be: SAILS_EJSON for one. */
int json_value_write(struct buf *out, const json_t *value);

/*
 * Puts attachments (binary values) in for placeholders, in place. They are shared, not copied: an
 * attachment that a thousand placeholders name is there once. 0; SAILS_EPROTO: a `num` that is no
 * integer or out of range; SAILS_ENOMEM. On errors the tree is half changed and must be thrown away.
 */
int json_value_restore(json_t **value, json_t *const *attachments, size_t n);

#endif
