/**
 * @file sails/binary.h
 * @brief Binary values in JSON.
 *
 * Socket.IO arguments may hold binary data anywhere; JSON has no such type. A binary value is a
 * `json_t` that the functions here make and recognise; it can stand wherever a JSON value can in
 * what is emitted, and it stands in what is received where the client sent binary.
 *
 * Ownership  A new value has one reference, the caller's, as with jansson's own constructors.
 * Threads    As jansson's values: one thread at a time.
 * Limits     jansson's own json_dumps() cannot write binary values and gives NULL for them.
 */
#ifndef SAILS_BINARY_H
#define SAILS_BINARY_H

#include <jansson.h>

#include <sails/export.h>
#include <stdbool.h>
#include <stddef.h>

SAILS_BEGIN_DECLS

/**
 * Makes a binary value from a copy of `len` bytes. To put it into a container in one expression:
 * `json_pack("{s:s, s:o}", "name", "pixel", "data", sails_binary(bytes, len))`.
 *
 * @param data  May be NULL if `len` is 0.
 * @return A new reference; NULL: no memory, or NULL data with a length.
 * @see    Socket.IO documentation, "Emitting events"
 */
SAILS_API json_t *sails_binary(const void *data, size_t len);

/** Whether a value is binary. NULL is not. */
SAILS_API bool sails_is_binary(const json_t *value);

/**
 * The bytes of a binary value: a view, valid as long as the value.
 *
 * @param len  Gets the number of bytes; 0 for a value that is not binary.
 * @return NULL for a value that is not binary.
 */
SAILS_API const void *sails_binary_data(const json_t *value, size_t *len);

SAILS_END_DECLS

#endif
