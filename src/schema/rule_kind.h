/*
 * rule_kind.h - each rule: what it is for, how it is configured, and the words for what breaks it.
 *
 * Purpose    The table of all rules by their names. rule_set.h holds those that an input or an attribute has.
 * Ownership  A kind is static; a rule of it is its set's.
 * Threads    As rule_set.h.
 * Floor      schema; uses base, PCRE2 (text_pattern.h).
 */
#ifndef SCHEMA_RULE_KIND_H
#define SCHEMA_RULE_KIND_H

#include "schema/rule_set.h"
#include "schema/text_pattern.h"

struct rule_kind {
    const char *name;
    unsigned purpose;
    bool minds_empty; /* whether the empty text can break it */
    void (*check)(const struct rule *rule, json_t *value, struct buf *out);

    /* 0; SAILS_EINVAL, and *why says what it must be; SAILS_ENOMEM. NULL: the configuration is true. */
    int (*configure)(struct rule *rule, json_t *config, struct buf *why);

    bool (*is_form)(struct str text); /* of check_form */
    const char *form;
};

struct rule {
    const struct rule_kind *kind;
    json_t *config; /* NULL of `custom` */
    struct text_pattern *pattern;
    double number; /* a bound, a length, a moment */
    struct rule_custom custom;
};

/* NULL: there is no rule of that name. */
const struct rule_kind *rule_kind_find(const char *name);

/* The i-th one; NULL: there are no more. */
const struct rule_kind *rule_kind_at(size_t i);

/* Reads the configuration of a rule whose kind is set. As the kind's function. */
int rule_kind_configure(struct rule *rule, json_t *config, struct buf *why);

/* Appends what breaks the rule, if anything does. */
void rule_kind_check(const struct rule *rule, json_t *value, struct buf *out);

#endif
