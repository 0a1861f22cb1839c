/*
 * input_rule.h - the rules of declared inputs.
 *
 * Purpose    What `is_email`, `min` and the others of `struct sails_input` are among the rules of
 *            rule_set.h, and how a request is told of those that it breaks.
 * Ownership  None.
 * Threads    Any.
 * Floor      schema; uses base.
 */
#ifndef SCHEMA_INPUT_RULE_H
#define SCHEMA_INPUT_RULE_H

#include "schema/input.h"

/* Appends a line for each rule that the value breaks, in the order of Sails. null breaks none. */
void input_rule_check(const struct input *input, json_t *value, struct buf *broken);

/*
 * Adds the rules that the definition gives, in the order of Sails; bounds and lists of values have been
 * read before. 0; SAILS_EINVAL: a regular expression that does not compile; SAILS_ENOMEM.
 */
int input_rule_add_all(struct input *input);

/* The name of a rule that the definition gives, and that inputs of this kind do not have; NULL: there is
 * none. */
const char *input_rule_find_misplaced(const struct sails_input *def, enum input_kind kind);

#endif
