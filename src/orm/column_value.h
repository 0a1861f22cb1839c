/*
 * column_value.h - values on their way between JSON and columns.
 *
 * Purpose    What a database stores for a value of an attribute's, and what a record has for what is
 *            stored.
 * Ownership  What is written borrows the JSON value, or the arena's memory. What is read is a new
 *            reference.
 * Threads    Any.
 * Floor      orm; uses base.
 *
 *     string   text            boolean  boolean, or 0 and 1
 *     number   integer, real   json     JSON text
 *     ref      text and numbers as they are, anything else as JSON text
 *
 * Null is NULL, whatever the type. Encrypted values are texts.
 */
#ifndef ORM_COLUMN_VALUE_H
#define ORM_COLUMN_VALUE_H

#include "base/arena.h"
#include "db/adapter.h"
#include "orm/model.h"

/* 0; SAILS_ENOMEM; SAILS_EINVAL: no JSON value that a column could hold. */
int column_value_write(const struct orm_attribute *attribute, const json_t *value,
                       struct arena *arena, struct db_value *out);

/*
 * `attribute` NULL: a column that no attribute names. What does not fit the attribute's type is given as it
 * is, as Waterline does: a text for a number. 0; SAILS_ENOMEM.
 */
int column_value_read(const struct orm_attribute *attribute, const struct db_value *value,
                      json_t **out);

#endif
