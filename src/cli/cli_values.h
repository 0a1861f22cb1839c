/*
 * cli_values.h - values of JSON on a line.
 *
 * Purpose    `{"id": 7} {"name": "ann"}`, with or without commas between them.
 * Ownership  Callers own the list.
 * Threads    Any.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_VALUES_H
#define CLI_CLI_VALUES_H

#include "base/buf.h"

#include <jansson.h>

/* An array of the values of a text. NULL: one of them is no JSON, and *why says where. */
json_t *cli_values_read(struct str text, struct buf *why);

/* Appends a value as people read it. NULL: "(nothing)". */
void cli_values_write(struct buf *out, const json_t *value);

#endif
