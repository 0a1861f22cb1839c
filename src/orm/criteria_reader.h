/*
 * criteria_reader.h - reading criteria, among the files that do it.
 *
 * Purpose    What criteria.c, criteria_where.c, criteria_constraint.c and criteria_clauses.c share.
 * Ownership  The reader borrows everything.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 */
#ifndef ORM_CRITERIA_READER_H
#define ORM_CRITERIA_READER_H

#include "orm/criteria.h"

struct criteria_reader {
    struct arena *arena;
    const struct orm_model *model;
    struct criteria_options options;
    struct buf *problem;
    size_t n_predicates;
    size_t n_values; /* in lists */
};

/* What a part of a `where` comes to, beside errors. */
enum outcome {
    OUTCOME_KEPT,
    OUTCOME_EVERYTHING, /* it matches every record: and-parts leave it out, an or is the same */
    OUTCOME_NOTHING     /* no record: or-parts leave it out, an and is the same */
};

/* An attribute, and what is below it: "meta.a.b". */
struct criteria_target {
    const struct orm_attribute *attribute;
    struct str path;
};

/*
 * The functions below: 0 (or an outcome); SAILS_EINVAL, and `problem` has the words; SAILS_ETOOBIG, with
 * words alike; SAILS_ENOMEM.
 */

/* Appends to `problem`, as printf. SAILS_EINVAL, or SAILS_ENOMEM. */
int criteria_refuse(struct criteria_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with a value shown behind it. */
int criteria_refuse_value(struct criteria_reader *r, json_t *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* `where`, whatever it is. *where is NULL for OUTCOME_EVERYTHING. */
int criteria_where_read(struct criteria_reader *r, json_t *json, const struct predicate **where);

/* What is asked of one attribute: a value, a list, or a modifier. */
int criteria_constraint_read(struct criteria_reader *r, const char *key, json_t *value,
                             struct predicate *out);

/* limit, skip, sort, select and omit, in this order. OUTCOME_NOTHING for a limit of 0. */
int criteria_clauses_read(struct criteria_reader *r, json_t *json, struct criteria *criteria);

/* 0, or an error: `sort`, whatever it is. */
int criteria_sort_read(struct criteria_reader *r, json_t *json, struct criteria *criteria);

#endif
