/*
 * functions.h - functions that a definition names, played by whoever drives the program.
 *
 * Purpose    Stand in for every function that a definition names: hand the call over as a line, wait for
 *            what it returns.
 * Ownership  A function lives until functions_clear(); the definitions that name it must be gone by then.
 * Threads    One.
 */
#ifndef CONFORMANCE_ORM_FUNCTIONS_H
#define CONFORMANCE_ORM_FUNCTIONS_H

#include <jansson.h>

#include <sails/model.h>

/* What a call has come to. */
struct returned {
    json_t *result; /* NULL: an error; else a new reference */
    json_t *error;  /* {"name", "code", "message"}; a new reference, or NULL */
};

/* As definitions.h wants it: every name has a function. */
const struct sails_model_function *functions_find(const char *name, void *ctx);
void functions_clear(void);

/*
 * The error with which a callback ended what was being done: kept here, so that it is told unchanged.
 * Taken; NULL forgets it. functions_take_thrown() moves it out; NULL: there was none.
 */
void functions_throw(json_t *error);
json_t *functions_take_thrown(void);

/* Calls `name`; `arguments` is taken. `model` may be NULL. */
struct returned functions_call(const char *name, const char *model, json_t *arguments);
void returned_clear(struct returned *returned);

#endif
