/*
 * criteria_reader.h - reading criteria, among the files that do it.
 *
 * Purpose    What criteria.c, criteria_where.c and criteria_constraint.c share.
 * Ownership  As criteria.h.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 */
#ifndef ORM_CRITERIA_READER_H
#define ORM_CRITERIA_READER_H

#include "orm/criteria.h"

#include <stdarg.h>

struct criteria_reader {
    struct criteria *criteria;
    struct arena *arena;
    struct criteria_options options;
    struct buf *problem;
    size_t depth; /* of and/or */
    size_t n_predicates;
    size_t n_values; /* in lists */
};

/* The first problem counts. SAILS_EINVAL, or SAILS_ENOMEM. */
int criteria_problem(struct criteria_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same with a value behind it, as people read it. */
int criteria_problem_with(struct criteria_reader *r, const char *before, json_t *value);

/* As coerce_to_number(), but text may have blanks around it. */
int criteria_to_number(json_t *value, json_t **number);

/* [], 0 and '': they match nothing, whatever the model. */
bool criteria_is_nothing(const json_t *json);

/*
 * An attribute by its name, "meta.a.b" with its path if deep targets are allowed. `purpose`: "filter by",
 * for the problem where there is none, or where it is a plural association.
 */
int criteria_find_target(struct criteria_reader *r, struct str name, const char *purpose,
                         const struct orm_attribute **attribute, struct str *path);

/* A `where`: an object, or a shorthand for the primary key. Sets criteria->where and matches_nothing. */
int criteria_read_where(struct criteria_reader *r, json_t *json);

/* What a part of a `where` comes to. */
enum criteria_extent {
    CRITERIA_SOME,
    CRITERIA_ALL,    /* it can be left out of an `and`, and an `or` with it matches everything */
    CRITERIA_NOTHING /* the other way round */
};

/* A new predicate; NULL: no memory, or over the limit, and *rc says which. */
struct predicate *criteria_predicate(struct criteria_reader *r, enum predicate_kind kind, int *rc);

/* What is said of one attribute: a value, a list, or modifiers. */
int criteria_read_constraint(struct criteria_reader *r, struct str name, json_t *json,
                             struct predicate **out, enum criteria_extent *extent);

/* Puts parts together that all must hold: their extents have been looked at. */
int criteria_join(struct criteria_reader *r, struct predicate *first, struct predicate **out);

#endif
