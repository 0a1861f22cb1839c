/*
 * rule_set.h - the rules that a value must satisfy beyond its type.
 *
 * Purpose    Sails' validations (waterline 2), for declared inputs and for attributes of models alike: each
 *            rule by its name and configuration, and the words for what breaks it.
 * Ownership  A set owns its rules, and keeps references to their configurations.
 * Threads    Made by one thread; then any.
 * Floor      schema; uses base, PCRE2 (text_pattern.h).
 */
#ifndef SCHEMA_RULE_SET_H
#define SCHEMA_RULE_SET_H

#include "base/buf.h"

#include <jansson.h>

/* What rules are for; several together. */
enum {
    RULE_FOR_STRING = 1 << 0,
    RULE_FOR_NUMBER = 1 << 1,
    RULE_FOR_BOOLEAN = 1 << 2,
    RULE_FOR_JSON = 1 << 3, /* "json" and "ref" */
    RULE_FOR_WHOLE = 1 << 4 /* lists and objects of declared types */
};

struct rule;

/* {0} is a valid empty set. */
struct rule_set {
    struct rule *rules;
    size_t n;
};

/* A rule of the application's own. */
struct rule_custom {
    /* Whether the value passes. *message is NULL; a new string there is told instead of ours. */
    bool (*passes)(void *ctx, json_t *value, json_t **message);
    void *ctx;
};

/* What the rule of that name is for; 0: there is no such rule. */
unsigned rule_set_purpose(const char *name);

/*
 * Adds a rule: `config` is true, a number, a list, a text, as the rule wants it; it is kept.
 * 0; SAILS_ENOENT: no such rule; SAILS_EINVAL: the configuration is none for it, and to *why has been
 * appended what it must be; SAILS_ENOMEM. After an error the set is as it was.
 */
int rule_set_add(struct rule_set *set, const char *name, json_t *config, struct buf *why);

/* Adds `custom`. 0; SAILS_ENOMEM. */
int rule_set_add_custom(struct rule_set *set, struct rule_custom custom);

/* {0} is harmless. */
void rule_set_deinit(struct rule_set *set);

/* Is told each rule that is broken, in the order in which they were added. */
typedef void (*rule_set_on_broken)(void *ctx, const char *name, struct str message);

/* How many rules the value breaks; SAILS_ENOMEM: nobody knows. null breaks none. */
int rule_set_check(const struct rule_set *set, json_t *value, rule_set_on_broken on_broken,
                   void *ctx);

/* "isEmail, isURL, ...": the names of all rules that are for one of `purposes`. */
void rule_set_list_names(unsigned purposes, struct buf *out);

#endif
