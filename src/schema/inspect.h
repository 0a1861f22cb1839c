/*
 * inspect.h - a value as people read it.
 *
 * Purpose    Messages about values in the words of Node's util.inspect(): 'text', 1.5, [ 'a', true ].
 * Ownership  None.
 * Threads    Any.
 * Floor      schema; uses base.
 */
#ifndef SCHEMA_INSPECT_H
#define SCHEMA_INSPECT_H

#include "base/buf.h"

#include <jansson.h>

enum {
    INSPECT_TEXT_MAX = 1000, /* bytes of one text; what is behind is counted */
    INSPECT_ITEMS_MAX = 10,  /* of one list or object */
    INSPECT_DEPTH_MAX = 2    /* below it is [Array] or [Object], as in Node */
};

void inspect_value(struct buf *out, json_t *value);

#endif
