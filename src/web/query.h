/*
 * query.h - query strings and form bodies as JSON.
 *
 * Purpose    The two grammars of Sails: names with brackets that nest, "a[b][]=1", for HTTP; flat
 *            names for sockets (request-response 3.1).
 * Ownership  Results are new values, the caller's.
 * Threads    Any.
 * Floor      web; uses http, base.
 */
#ifndef WEB_QUERY_H
#define WEB_QUERY_H

#include "base/str.h"

#include <jansson.h>

#include <stdbool.h>

struct query_limits {
    size_t depth;     /* levels below the first name */
    size_t n_params;  /* pairs */
    size_t list_size; /* an index from here up is a name */
    bool is_strict;   /* over depth or n_params: an error; else the rest is text, or dropped */
};

/* Of a URL, and of a body. */
extern const struct query_limits query_url_limits;
extern const struct query_limits query_body_limits;

/* Names with brackets. 0; SAILS_ETOOBIG: over a strict limit; SAILS_ENOMEM. */
int query_parse(struct str text, const struct query_limits *limits, json_t **out);

/* Flat names; a repeated name gives a list. NULL: no memory. */
json_t *query_parse_flat(struct str text);

#endif
