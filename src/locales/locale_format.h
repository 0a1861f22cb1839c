/*
 * locale_format.h - texts with places for values: "Hello, %s".
 *
 * Purpose    What sprintf() of JavaScript does for the texts of a locale, with JSON in place of values.
 * Ownership  Borrows everything.
 * Threads    Any.
 * Floor      locales; uses base.
 */
#ifndef LOCALES_LOCALE_FORMAT_H
#define LOCALES_LOCALE_FORMAT_H

#include "base/buf.h"

#include <jansson.h>

/*
 * Appends the text with args, an array (NULL: none), in its places: %s (any value), %d and %i (a whole number), %f and
 * %.2f (a number), %j (JSON), each also as %2$s, the second value; %% is "%". A place without a value, or of another
 * kind, stays as it is written.
 */
void locale_format(struct buf *out, struct str text, const json_t *args);

#endif
