/*
 * engine.h - the ORM, as conformance-orm uses it.
 *
 * Purpose    Definitions, connections and calls, without the protocol: what the requests say is checked
 *            before, so that only the ORM can refuse it here.
 * Ownership  Requests are borrowed; outcomes are new references: {"result": ...} or {"error": ...} and what
 *            stands beside them. NULL: no memory.
 * Threads    One.
 *
 * A request's datastore has two connections: that on which everything runs, and one more for what runs
 * outside of a transaction that is open on the first.
 */
#ifndef CONFORMANCE_ORM_ENGINE_H
#define CONFORMANCE_ORM_ENGINE_H

#include "base/str.h"

#include <jansson.h>

#include <stdbool.h>

/* Closes what there was and lifts anew. */
json_t *engine_define(json_t *define);
bool engine_is_defined(void);
void engine_close(void);

json_t *engine_migrate(const char *strategy);

bool engine_has_model(const char *identity);

/* Whether the ORM has that method; `is_normalized`: whether it has a normal form to show. */
bool engine_has_method(const char *method, bool *is_normalized);

/* A request for a model, or {"native", "values"} of a datastore. */
json_t *engine_call_model(json_t *request, bool is_outside);
json_t *engine_call_native(const char *datastore, json_t *request, bool is_outside);

/* `body` makes the calls and answers with the error that ends them, a new reference, or NULL. */
typedef json_t *(*engine_body)(void *ctx);
json_t *engine_transaction(const char *datastore, engine_body body, void *ctx);
json_t *engine_lease(const char *datastore, engine_body body, void *ctx);

#endif
