/*
 * openapi.h - the routes of an app as an OpenAPI 3.1 document.
 *
 * Purpose    What `--openapi` prints: for other programs, which make clients and pages of it.
 * Ownership  Everything is borrowed; the document is the caller's.
 * Threads    Any.
 * Floor      describe; uses request, base.
 *
 * Every operation says in `x-sails-address` which route it is, and in `x-sails-action` where that leads.
 * Routes that are regular expressions cannot be among the paths: `x-sails-routes` of the document has
 * them. Of routes with the same method and path it has the one that answers.
 */
#ifndef DESCRIBE_OPENAPI_H
#define DESCRIBE_OPENAPI_H

#include "describe/route_info.h"

#include <jansson.h>

/* Routes are in the order in which they are asked. 0, SAILS_ENOMEM. */
int openapi_create(const char *title, const struct route_info *routes, size_t n, json_t **document);

#endif
