/*
 * blueprint_params.h - values of parameters that are written as text.
 *
 * Purpose    Lists of names, and JSON in an address.
 * Ownership  New references; borrows what is given.
 * Threads    Any.
 * Floor      blueprints; uses base.
 */
#ifndef BLUEPRINTS_BLUEPRINT_PARAMS_H
#define BLUEPRINTS_BLUEPRINT_PARAMS_H

#include <jansson.h>

/* "a, b" or ["a","b"] as a list of texts. 0; SAILS_EINVAL: it is neither; SAILS_ENOMEM. */
int blueprint_params_names(const json_t *given, json_t **names);

/* The value of a text that is JSON. 0; SAILS_EINVAL: it is none, or over a limit; SAILS_ENOMEM. */
int blueprint_params_parse(const json_t *text, json_t **value);

#endif
