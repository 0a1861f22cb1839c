/*
 * blueprint_describe.h - what blueprints take and give, for OpenAPI.
 *
 * Purpose    Schemas of records from the models; parameters, bodies and answers of the nine actions.
 * Ownership  New references; borrows the rest. NULL: no memory.
 * Threads    One thread, before the lift.
 * Floor      blueprints; uses orm, base.
 */
#ifndef BLUEPRINTS_BLUEPRINT_DESCRIBE_H
#define BLUEPRINTS_BLUEPRINT_DESCRIBE_H

#include "blueprints/blueprint_kind.h"
#include "orm/model.h"

/* {"User": ..., "NewUser": ..., "UserChanges": ...} for every model with blueprints, and "UsageError". */
json_t *blueprint_describe_schemas(const struct orm *orm);

/* {"summary", "parameters"?, "requestBody"?, "responses"} of an action; `association`: of populate, add, remove and
 * replace, else NULL. `has_body`: whether the method brings one. */
json_t *blueprint_describe_operation(enum blueprint_kind kind, const struct orm_model *model,
                                     const struct orm_attribute *association, bool has_body);

#endif
