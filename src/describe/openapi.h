/*
 * openapi.h - the routes of an app as an OpenAPI 3.1 document.
 *
 * Purpose    What `--openapi` prints: for other programs, which make clients and pages of it.
 * Ownership  Everything is borrowed; the document is the caller's.
 * Threads    Any.
 * Floor      describe; uses base.
 *
 * Every operation says in `x-sails-address` which route it is, and in `x-sails-action` where that leads.
 * Routes that are regular expressions cannot be among the paths: `x-sails-routes` of the document has
 * them. Of routes with the same method and path it has the one that answers.
 */
#ifndef DESCRIBE_OPENAPI_H
#define DESCRIBE_OPENAPI_H

#include "describe/route_info.h"

#include <jansson.h>

/* What actions have to say beyond their declarations. {0}: nothing. */
struct openapi_more {
    json_t *schemas; /* what operations refer to below #/components/schemas/; borrowed */
    /* Members of an operation: a new reference. `parameters` come behind its own, others take the place of its own.
     * NULL: no memory, or, where *has is false, there is nothing to say. */
    json_t *(*describe)(void *ctx, const struct route_info *route, const char *verb, bool *has);
    void *ctx;
};

/* Routes are in the order in which they are asked. 0, SAILS_ENOMEM. */
int openapi_create(const char *title, const struct route_info *routes, size_t n,
                   const struct openapi_more *more, json_t **document);

#endif
