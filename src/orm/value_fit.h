/*
 * value_fit.h - a value, brought to the type of an attribute.
 *
 * Purpose    The coercion of values that are written and of those that are compared with (waterline 3, 1.3),
 *            and the words for what does not fit.
 * Ownership  *out is the value itself, borrowed, or a new one that the arena keeps.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 *
 * Both `fit` functions: 0; SAILS_EINVAL: it does not fit, and the function beside it has the words;
 * SAILS_ENOMEM.
 */
#ifndef ORM_VALUE_FIT_H
#define ORM_VALUE_FIT_H

#include "orm/model.h"

#define VALUE_FIT_SAFE_MAX INT64_C(9007199254740991) /* 2^53 - 1: the greatest id */

/* What becomes of numbers that JavaScript would round. */
enum value_purpose {
    VALUE_TO_COMPARE, /* they are left as they are: no record has them */
    VALUE_TO_WRITE    /* they do not fit */
};

/* null fits json and ref only. Texts with a NUL fit no text: some databases cannot hold them. Binary values,
 * which sockets bring, fit nothing. */
int value_fit(enum orm_type type, enum value_purpose purpose, json_t *value, struct arena *arena,
              json_t **out);

/* "1 error validating value: ..." */
void value_fit_explain(enum orm_type type, json_t *value, struct buf *out);

/* A primary key to write, or the value of an association: `type` is ORM_STRING or ORM_NUMBER. */
int value_fit_key(enum orm_type type, json_t *value, struct arena *arena, json_t **out);

/* "Cannot use zero (0) as a primary key value." */
void value_fit_explain_key(enum orm_type type, json_t *value, struct buf *out);

/*
 * A key or a list of keys, each once. *ids is an array in the arena. 0; SAILS_EINVAL, and *problem has the
 * words; SAILS_ETOOBIG: more than `max`, alike; SAILS_ENOMEM.
 */
int value_fit_keys(enum orm_type type, json_t *value, size_t max, struct arena *arena,
                   struct buf *problem, json_t ***ids, size_t *n);

#endif
