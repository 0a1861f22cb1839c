/*
 * input.h - one declared input, read and checked.
 *
 * Purpose    A `struct sails_input` is texts; this is what they say.
 * Ownership  An input owns what was made of its definition, and borrows the definition.
 * Threads    Any, once it has been made.
 * Floor      schema; uses base, PCRE2 (text_pattern.h).
 */
#ifndef SCHEMA_INPUT_H
#define SCHEMA_INPUT_H

#include "schema/input_type.h"
#include "schema/rule_set.h"

#include <sails/inputs.h>

enum {
    INPUT_VALUE_DEPTH_MAX = 32 /* of values in tables */
};

struct input {
    const struct sails_input *def;
    struct input_type *type;
    json_t *default_value; /* NULL: none */
    json_t *min;           /* a number; NULL: none, as the next */
    json_t *max;
    json_t *is_in; /* values of the input's type; NULL: none, as the next */
    json_t *is_not_in;
    struct rule_set rules;
};

/*
 * Reads the definition; the input must not be moved in memory from then on. 0; SAILS_ECONFIG: it contradicts itself, and to *why has been appended how;
 * SAILS_ENOMEM. input_deinit() is to be called after a failure, too.
 */
int input_init(struct input *input, const struct sails_input *def, struct buf *why);

/* {0} is harmless. */
void input_deinit(struct input *input);

#endif
