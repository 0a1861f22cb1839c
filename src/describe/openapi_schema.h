/*
 * openapi_schema.h - declared inputs as JSON Schema.
 *
 * Purpose    What OpenAPI 3.1 says of one value: its type, and of the rules those that JSON Schema can
 *            express (2020-12).
 * Ownership  New values are the caller's. NULL, in and out: no memory.
 * Threads    Any.
 * Floor      describe; uses schema, base.
 *
 * The schema describes what an action gets. A server that coerces takes more than that: "5" for 5.
 */
#ifndef DESCRIBE_OPENAPI_SCHEMA_H
#define DESCRIBE_OPENAPI_SCHEMA_H

#include "schema/input.h"

json_t *openapi_schema_of_input(const struct input *input);

/* Sets a member (taken); NULL, or a failure: *failed. */
void openapi_schema_put(json_t *object, const char *key, json_t *value, bool *failed);

#endif
