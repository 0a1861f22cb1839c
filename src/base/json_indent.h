/*
 * json_indent.h - JSON text for people.
 *
 * Purpose    Line breaks and two blanks a level, as JSON.stringify(value, null, 2) writes them.
 * Ownership  Appends to the caller's buf.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_JSON_INDENT_H
#define BASE_JSON_INDENT_H

#include "base/buf.h"

/* Appends `compact`, which is valid JSON without white space between its tokens. A failure to grow
 * is `out`'s. */
void json_indent(struct buf *out, struct str compact);

#endif
