/*
 * sql.h - one statement under construction: its text, and the values that are bound to it.
 *
 * Purpose    Append identifiers, which are always quoted, and values, which are always bound, in the
 *            spelling of one database; and the parts that statements have in common.
 * Ownership  Owns text and values until sql_deinit(); texts of values are its own, or borrowed from the
 *            JSON that they were made of.
 * Threads    One thread at a time.
 * Floor      orm; uses base.
 *
 * Failures are remembered (sql_error()), so that who appends need not look each time.
 */
#ifndef ORM_SQL_H
#define ORM_SQL_H

#include "base/arena.h"
#include "base/buf.h"
#include "db/adapter.h"
#include "db/sql_dialect.h"
#include "orm/criteria.h"

enum {
    SQL_FIRST_VALUES = 32 /* of an ordinary statement: more take memory from the heap */
};

struct sql {
    const struct sql_dialect *dialect;
    struct buf text;
    struct db_value *values; /* `first`, or on the heap */
    size_t n_values, values_cap;
    struct arena arena; /* what values were turned into */
    int rc;             /* the first failure */
    struct db_value first[SQL_FIRST_VALUES];
};

/* A statement must not be moved in memory. */
void sql_init(struct sql *sql, const struct sql_dialect *dialect);
void sql_deinit(struct sql *sql);

/* The same memory for the next one. */
void sql_clear(struct sql *sql);

/* 0; SAILS_ENOMEM; SAILS_EINVAL: a value that the database cannot hold (column_value.h). */
int sql_error(const struct sql *sql);

void sql_append(struct sql *sql, const char *text);
void sql_append_identifier(struct sql *sql, struct str name);

/* "table"."column" */
void sql_append_column(struct sql *sql, const struct orm_attribute *attribute);

/* A parameter, and the value that is bound to it. */
void sql_append_value(struct sql *sql, struct db_value value);

/* The same for a value of an attribute's, as its column wants it. */
void sql_append_json(struct sql *sql, const struct orm_attribute *attribute, const json_t *value);

/* For a statement that is run again with other values: forgets the values, keeps the text; and binds a value
 * to the next of its parameters. */
void sql_clear_values(struct sql *sql);
void sql_bind_json(struct sql *sql, const struct orm_attribute *attribute, const json_t *value);

/* ---- parts of statements ---- */

/* The columns that a criteria selects, in the order of the model's; NULL: all of them. */
void sql_append_columns(struct sql *sql, const struct orm_model *model,
                        const struct criteria *criteria);

/* Whether such a criteria selects an attribute. */
bool sql_is_selected(const struct criteria *criteria, const struct orm_attribute *attribute);

/* " WHERE ...", or nothing. */
void sql_append_where(struct sql *sql, const struct predicate *where);

/* The condition alone; "1=1" where there is none. */
void sql_append_condition(struct sql *sql, const struct predicate *where);

/* What a predicate or an order is about: the column, or what is at `path` in its JSON value. */
void sql_append_target(struct sql *sql, const struct orm_attribute *attribute, struct str path);

/* " ORDER BY ...", by the primary key last (or only): the same order every time, on every database. */
void sql_append_order(struct sql *sql, const struct criteria *criteria);

/* " LIMIT ... OFFSET ...", or nothing. */
void sql_append_limit(struct sql *sql, uint64_t limit, uint64_t skip);

/* "column IN (...)": the list is filled up with its last value, so that there are few shapes of it. */
void sql_append_in(struct sql *sql, const struct orm_attribute *attribute, json_t *const *values,
                   size_t n);

/* ---- whole statements ---- */

/* SELECT of the records of a criteria. */
void sql_select(struct sql *sql, const struct criteria *criteria);

/* "COUNT(*)", "SUM(x)", "AVG(x)": `function` with the attribute, which is NULL for the first. */
void sql_select_aggregate(struct sql *sql, const char *function,
                          const struct orm_attribute *attribute, const struct criteria *criteria);

#endif
