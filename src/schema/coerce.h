/*
 * coerce.h - a value that is nearly of a type, brought to it.
 *
 * Purpose    Sails' loose coercion (app-config-cli 7.6): what comes out of a query is text, and "5"
 *            should do where a number is wanted.
 * Ownership  *out is a new reference, of the value itself where it has the type already.
 * Threads    Any.
 * Floor      schema; uses base.
 *
 * All three: 0; SAILS_EINVAL: the value is not similar enough; SAILS_ENOMEM. *out is written on success
 * only.
 */
#ifndef SCHEMA_COERCE_H
#define SCHEMA_COERCE_H

#include <jansson.h>

/* Numbers and booleans become the text that JavaScript makes of them. */
int coerce_to_string(json_t *value, json_t **out);

/* Text that JavaScript reads as a finite number ("5", "-.5", "1e3", "0x10"), without blanks; true and
 * false are 1 and 0. Integers in text that a double cannot hold are rounded as there. */
int coerce_to_number(json_t *value, json_t **out);

/* 1, 0, "1", "0", "true", "false", and nothing else. */
int coerce_to_boolean(json_t *value, json_t **out);

#endif
