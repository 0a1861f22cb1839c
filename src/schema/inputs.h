/*
 * inputs.h - the declared inputs of an action, and the requests that bring them.
 *
 * Purpose    A table of `struct sails_input`, checked once, turns the parameters of each request into
 *            values of their types, or into the list of what is wrong with them (app-config-cli 7.4).
 * Ownership  The inputs borrow the definition that they were made of.
 * Threads    Made by one thread; then any.
 * Floor      schema; uses base.
 *
 *     param(name), query(name) --> special cases --> type --> rules --> values or problems
 */
#ifndef SCHEMA_INPUTS_H
#define SCHEMA_INPUTS_H

#include "schema/input.h"

struct inputs {
    const char *url_wildcard_suffix; /* NULL: none */
    size_t n;
    struct input all[];
};

/*
 * Of an action's table. 0, and *out (NULL where it declares no inputs); SAILS_ECONFIG: the table
 * contradicts itself, and to *why a line has been appended that names action and input; SAILS_ENOMEM.
 */
int inputs_create(const char *identity, const struct sails_action_def *def, struct buf *why,
                  struct inputs **out);

/* NULL is harmless. */
void inputs_destroy(struct inputs *inputs);

/* Where parameters come from. Both give a borrowed value, or NULL. */
struct inputs_source {
    json_t *(*param)(void *ctx, const char *name); /* of path, body, query, in this order */
    json_t *(*query)(void *ctx, const char *name); /* of the query alone */
    void *ctx;
};

/*
 * 0: *values is a new object of all inputs that are there or have a default; SAILS_EINVAL: *problems is
 * a new list of texts, at least one, in the words of Sails; SAILS_ENOMEM. Only one of both is written.
 */
int inputs_read(const struct inputs *inputs, const struct inputs_source *source, json_t **values,
                json_t **problems);

/*
 * The body of the answer to a request with problems (taken): E_MISSING_OR_INVALID_PARAMS. In production
 * without advice for developers. NULL: no memory.
 */
json_t *inputs_refusal(const char *method, const char *path, json_t *problems, bool is_production);

#endif
