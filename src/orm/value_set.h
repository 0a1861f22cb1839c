/*
 * value_set.h - one value, to be written into one attribute.
 *
 * Purpose    Coerce, check, and encrypt it (waterline 3), with Waterline's words for what is wrong.
 * Ownership  Values live in the arena, or are the ones given. A problem owns its words.
 * Threads    One thread at a time.
 * Floor      orm; uses schema, base.
 */
#ifndef ORM_VALUE_SET_H
#define ORM_VALUE_SET_H

#include "orm/values.h"

/* What is wrong with a value, for whoever wraps it: a new record, values to set, validate(). */
struct value_problem {
    const char
        *code; /* E_TYPE, E_REQUIRED, E_VIOLATES_RULES, E_HIGHLY_IRREGULAR; NULL: a plain error */
    struct buf text;
    json_t *rule_violations; /* [{rule, message}]; NULL: none */
};

/* {0} is harmless. */
void value_problem_deinit(struct value_problem *problem);

/*
 * Of an attribute that has a column. 0: *out is coerced, encrypted where that is asked for, or null;
 * SAILS_EINVAL, SAILS_ETOOBIG: `problem` says why; SAILS_ENOMEM; -EIO: OpenSSL has refused.
 */
int value_set_read(const struct orm_attribute *attribute, json_t *value,
                   const struct values_options *options, struct arena *arena,
                   struct value_problem *problem, json_t **out);

/* The members of a to-many. Codes alike. */
int value_set_read_members(const struct orm_attribute *attribute, json_t *value,
                           struct arena *arena, struct value_problem *problem, struct members *out);

/* What an automatic timestamp is now. NULL: no memory. */
json_t *value_set_timestamp(const struct orm_attribute *attribute, struct values_options *options,
                            struct arena *arena);

#endif
