/*
 * responses.h - the named answers: "ok", "notFound", and those of the program.
 *
 * Purpose    Answers by name, the program's own in the place of the built-in ones.
 * Ownership  The app owns the list, which copies names.
 * Threads    Filled before the lift; then read by any.
 * Floor      request; uses base.
 */
#ifndef REQUEST_RESPONSES_H
#define REQUEST_RESPONSES_H

#include "base/list.h"

#include <jansson.h>

#include <sails/res.h>

struct responses {
    struct list all; /* struct response */
};

void responses_init(struct responses *responses);
void responses_deinit(struct responses *responses);

/* In place of one of that name, if need be. 0, SAILS_ENOMEM. */
int responses_set(struct responses *responses, const char *name, sails_response function);

/* Whether Sails has an answer of that name by itself: "ok", "badRequest", "forbidden", "notFound",
 * "serverError". */
bool responses_is_builtin(const char *name);

/* NULL: the program has none of that name. */
sails_response responses_find(const struct responses *responses, const char *name);

/*
 * Leaves an answer to the program, if it has one of that name and is not giving it already. True: `data`
 * has been taken, and *rc is what the answer's function returns.
 */
bool responses_answer(sails_res *res, const char *name, json_t *data, int *rc);

#endif
