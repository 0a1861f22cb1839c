/*
 * openapi_path.h - the paths of route addresses as templates.
 *
 * Purpose    "/user/:id" is "/user/{id}" in OpenAPI.
 * Ownership  None.
 * Threads    Any.
 * Floor      describe; uses router, base.
 *
 * OpenAPI knows no optional segments: an address with n of them is n + 1 templates. Nor does it know
 * wildcards: those are parameters, which a template promises to be without slashes; who needs to know
 * more reads the address. Regular expressions have no template.
 */
#ifndef DESCRIBE_OPENAPI_PATH_H
#define DESCRIBE_OPENAPI_PATH_H

#include "base/buf.h"

#include <jansson.h>

/* How many templates the path has. 0: it is a regular expression. */
size_t openapi_path_variants(struct str path);

struct openapi_path {
    struct buf text; /* "/user/{id}" */
    struct buf
        shape;     /* the same without names, "/user/{}": equal for what OpenAPI takes for equal */
    json_t *names; /* list of its parameters in order */
};

/*
 * The template with the first `variant` optional segments. The first star is named `wildcard`, or by its
 * number where that is NULL. 0; SAILS_ENOMEM. openapi_path_deinit() is to be called in any case.
 */
int openapi_path_init(struct openapi_path *out, struct str path, size_t variant,
                      const char *wildcard);
void openapi_path_deinit(struct openapi_path *path);

#endif
