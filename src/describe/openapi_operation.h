/*
 * openapi_operation.h - what one route does, for OpenAPI.
 *
 * Purpose    Parameters, body and answers of one method at one path.
 * Ownership  New values are the caller's. No memory: *failed, or NULL.
 * Threads    Any.
 * Floor      describe; uses schema, http, base.
 *
 * Inputs that are not in the path are in the query of GET, HEAD, DELETE, OPTIONS and TRACE, and in the
 * body of the others, where a client can say more than text.
 */
#ifndef DESCRIBE_OPENAPI_OPERATION_H
#define DESCRIBE_OPENAPI_OPERATION_H

#include "describe/route_info.h"

#include <jansson.h>

struct openapi_place {
    const char *verb;    /* in lower case */
    const json_t *names; /* of the path's parameters, in order; NULL: none */
    const json_t *shown; /* the same in the template, which may be another route's */
};

void openapi_operation_fill(json_t *operation, const struct route_info *route,
                            const struct openapi_place *place, bool *failed);

/* What operations refer to: the answer to missing or invalid parameters. */
json_t *openapi_operation_components(void);

#endif
