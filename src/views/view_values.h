/*
 * view_values.h - JSON as values of Duktape, and back.
 *
 * Purpose    Hand locals to templates, and arguments of their calls to the program.
 * Ownership  Copies both ways.
 * Threads    The engine's.
 * Floor      views; uses base and Duktape.
 */
#ifndef VIEWS_VIEW_VALUES_H
#define VIEWS_VIEW_VALUES_H

#include "base/buf.h"

#include <jansson.h>

#include <duktape.h>

enum {
    VIEW_VALUES_DEPTH = 200 /* of objects and arrays in each other */
};

/* Pushes a value; NULL as undefined. Throws a RangeError where it is nested deeper, or out of memory. */
void view_values_push(duk_context *ctx, const json_t *value);

/* The value at `at` as JSON.stringify() sees it; a new reference. NULL: it has no JSON, or no memory. */
json_t *view_values_take(duk_context *ctx, duk_idx_t at);

/* Appends a text as UTF-8: halves of a pair, which JavaScript keeps apart, as the character that they are. */
void view_values_append_text(struct buf *out, struct str text);

#endif
