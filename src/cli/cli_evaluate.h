/*
 * cli_evaluate.h - what a line of the console does.
 *
 * Purpose    Requests, methods of models, sockets, and what an application knows of itself.
 * Ownership  Callers own what is written.
 * Threads    One that is no worker of the app: it waits for answers.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_EVALUATE_H
#define CLI_CLI_EVALUATE_H

#include "base/buf.h"

#include <sails/app.h>

/* Words that a line may begin with; ends with NULL. */
extern const char *const cli_evaluate_words[];

/* Does what the line says, and appends what there is to show. False: it is `exit`. */
bool cli_evaluate(sails_app *app, const char *line, struct buf *out);

#endif
