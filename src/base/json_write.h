/*
 * json_write.h - strings and numbers as JSON.
 *
 * Purpose    The same text that JavaScript's JSON.stringify writes (socket-io 2), in any locale.
 * Ownership  None: everything is appended to the caller's buf.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include "base/buf.h"

/* A string literal. 0; SAILS_EJSON: not UTF-8, nothing was appended; SAILS_ENOMEM. */
int json_write_string(struct buf *out, struct str text);

/* The shortest text that reads back as the same double, in JavaScript's form ("1e+21", "0" for -0).
 * NaN and the infinities are null. */
void json_write_real(struct buf *out, double value);

void json_write_integer(struct buf *out, int64_t value);

#endif
