/*
 * record_view.h - a record as people may see it: customToJSON.
 *
 * Purpose    What leaves the application, in answers and in messages alike, is what the model's `customToJSON` makes of
 *            it, populated records included.
 * Ownership  A new reference; borrows the record.
 * Threads    Those of the models: the function of a model may be called on several at a time.
 * Floor      blueprints; uses orm, base.
 */
#ifndef BLUEPRINTS_RECORD_VIEW_H
#define BLUEPRINTS_RECORD_VIEW_H

#include "orm/model.h"

/* Of a record, or of a list of them. The record itself where nobody hides anything. NULL: no memory. */
json_t *record_view(const struct orm_model *model, json_t *record);

#endif
