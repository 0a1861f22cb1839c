/*
 * normalize.h - what a call has become once it is validated.
 *
 * Purpose    The normal forms that `"normalize": true` asks for, and calls that run nothing: they have no
 *            place in the public API, which runs what it is given.
 * Ownership  Calls are borrowed; outcomes are new references.
 * Threads    One.
 */
#ifndef CONFORMANCE_ORM_NORMALIZE_H
#define CONFORMANCE_ORM_NORMALIZE_H

#include "orm/orm_query.h"

/* {"result": {...}}, {"result": {"noop": true}} or {"error": ...}. */
json_t *normalize(const struct orm_model *model, enum orm_method method,
                  const struct orm_call *call);

#endif
