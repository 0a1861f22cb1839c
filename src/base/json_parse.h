/*
 * json_parse.h - JSON text to jansson values, as lenient as JSON.parse.
 *
 * Purpose    What a JavaScript peer may send must not fail here. jansson's own parser refuses some
 *            of it; this one accepts every text that json_text.h finds valid.
 * Ownership  A new value has one reference, the caller's.
 * Threads    Any.
 * Floor      base.
 *
 * Where jansson cannot hold what was sent: halves of surrogate pairs become U+FFFD; integers beyond
 * 64 bits become reals; numbers beyond the range of a double, which JavaScript takes for Infinity
 * and writes as null, become null. Of members with the same name the last one wins.
 */
#ifndef BASE_JSON_PARSE_H
#define BASE_JSON_PARSE_H

#include "base/json_text.h"

#include <jansson.h>

/* One value, white space around it. 0; SAILS_EJSON; SAILS_ETOOBIG: over a limit; SAILS_ENOMEM. Nothing
 * is built unless all of the text is within them. limits->allow_nul_names must not be set. */
int json_parse(struct str text, const struct json_limits *limits, json_t **value);

/* One value of text that has been checked already. NULL: no memory. */
json_t *json_parse_valid(struct str text);

/* The one with which such text begins; *rest is then behind it, but not where there was no memory. */
json_t *json_parse_next(struct str *rest);

/*
 * The elements of an array but the first ones, as an array, of text that has been checked already
 * (json_text_check()): it is walked once more, to build what it says, and that is all. 0; SAILS_ENOMEM.
 */
int json_parse_elements(struct str array, size_t n_skipped, json_t **value);

#endif
