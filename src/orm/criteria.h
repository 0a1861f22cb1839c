/*
 * criteria.h - which records, in one normal form.
 *
 * Purpose    Turn a criteria of Waterline's (waterline 4), from wherever it comes, into a tree whose every
 *            leaf is checked, coerced, and knows its attribute; and write it back as JSON.
 * Ownership  A criteria lives in the arena that it was made in, which keeps the JSON that was given: values
 *            that fitted are those in it, so that it must not be changed as long as the criteria lives.
 * Threads    One thread at a time; what a criteria points to of the models is any thread's.
 * Floor      orm; uses schema, base.
 *
 *     {name: 'a', age: {'>': 5, '<': 9}}  ->  AND --- EQ name 'a'
 *                                              |----- GT age 5
 *                                              +----- LT age 9
 */
#ifndef ORM_CRITERIA_H
#define ORM_CRITERIA_H

#include "base/arena.h"
#include "orm/model.h"
#include "orm/orm_error.h"

enum {
    CRITERIA_DEPTH_MAX = 25,        /* of and/or: Waterline's */
    CRITERIA_PREDICATES_MAX = 1000, /* in one `where`: SQLite's parser ends at a tree of 1000 */
    CRITERIA_VALUES_MAX = 30000,    /* in all lists together: SQLite binds 32766 parameters */
    CRITERIA_SORTS_MAX = 64         /* columns of an ORDER BY: MySQL's */
};

#define CRITERIA_NO_LIMIT UINT64_C(9007199254740991)

enum predicate_kind {
    PREDICATE_AND, /* of no parts: everything */
    PREDICATE_OR,  /* never without parts */
    PREDICATE_EQ,  /* value may be null: IS NULL */
    PREDICATE_NE,  /* value may be null: IS NOT NULL; any other value: null is unequal to it */
    PREDICATE_LT,  /* this and the following: value is never null */
    PREDICATE_LE,
    PREDICATE_GT,
    PREDICATE_GE,
    PREDICATE_IN,  /* one of `values`, at least one */
    PREDICATE_NIN, /* none of `values`, at least one; null is none of them */
    PREDICATE_LIKE /* value: text with % and _ as wildcards, \ before what is meant as it is */
};

struct predicate {
    enum predicate_kind kind;
    bool ignore_case; /* of LIKE: the meta key makeLikeModifierCaseInsensitive */
    const struct orm_attribute *attribute; /* NULL: AND, OR */
    struct str path; /* below a json attribute, "a.b" of "meta.a.b"; empty: the attribute itself */
    json_t *value;   /* coerced to the attribute's type */
    json_t **values; /* of IN and NIN: coerced, none of them null */
    size_t n_values;
    const struct predicate *parts; /* of AND, OR: the first */
    const struct predicate *next;  /* the next part of the same AND or OR */
};

struct sort {
    const struct orm_attribute *attribute;
    struct str path; /* as in a predicate */
    bool is_descending;
};

struct criteria {
    const struct orm_model *model;
    const struct predicate *where; /* NULL: all records */
    uint64_t limit;                /* CRITERIA_NO_LIMIT: none */
    uint64_t skip;
    const struct sort *sorts; /* none: by primary key */
    size_t n_sorts;
    const struct orm_attribute **select; /* with the primary key; meaningless where selects_all */
    size_t n_select;
    bool selects_all; /* `['*']`: all but `omit` */
    const struct orm_attribute **omit;
    size_t n_omit;
    bool matches_nothing; /* no record can match: what there is beside is not complete */
};

/* What decides how a criteria is read, beside itself. */
struct criteria_options {
    bool allows_deep_targets; /* meta enableExperimentalDeepTargets */
    bool like_ignores_case;   /* meta makeLikeModifierCaseInsensitive */
};

/*
 * Reads a criteria for `model`. NULL is Waterline's `undefined`: all records.
 *
 * 0, and *criteria is whole (or only `matches_nothing`); SAILS_EINVAL: `problem` says in Waterline's words
 * what is wrong; SAILS_ETOOBIG: over a limit, and `problem` says over which; SAILS_ENOMEM. After an
 * error *criteria is not to be read.
 */
int criteria_read(struct criteria *criteria, struct arena *arena, const struct orm_model *model,
                  json_t *json, struct criteria_options options, struct buf *problem);

/* {where, limit, skip, sort, select, omit}, as Waterline's "stage two" has it. A new reference; NULL: no
 * memory. Not of one that matches nothing. */
json_t *criteria_to_json(const struct criteria *criteria);

/*
 * The one value of a criteria that asks for nothing but a primary key: {id: 5}. NULL: it asks for
 * anything else. What this finds needs no SQL to be written.
 */
static inline json_t *criteria_primary_key(const struct criteria *criteria)
{
    const struct predicate *where = criteria->where;

    if (where == NULL || where->kind != PREDICATE_EQ || !where->attribute->is_primary_key) {
        return NULL;
    }
    return where->value;
}

#endif
