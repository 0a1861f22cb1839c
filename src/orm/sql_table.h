/*
 * sql_table.h - statements about tables.
 *
 * Purpose    CREATE TABLE for a model, in the types of waterline 12, and what migrations need around it.
 * Ownership  As sql.h.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 */
#ifndef ORM_SQL_TABLE_H
#define ORM_SQL_TABLE_H

#include "orm/sql.h"

/* CREATE TABLE under a name that need not be the model's. */
void sql_table_create(struct sql *sql, const struct orm_model *model, struct str name);

/* DROP TABLE IF EXISTS. */
void sql_table_drop(struct sql *sql, struct str name);

/* One row a column of a table, its name first; none where there is no such table. */
void sql_table_columns(struct sql *sql, struct str name);

/* INSERT INTO `to` SELECT ... FROM `from`: the columns that both have, each brought to its new type; those that
 * `from` has not get what a new record has in which they are omitted. */
void sql_table_copy(struct sql *sql, const struct orm_model *model,
                    const struct orm_attribute *const *columns, size_t n, struct str from,
                    struct str to);

#endif
