/*
 * cli_records.h - methods of models on a line of the console.
 *
 * Purpose    `user.find {"name": "ann"}`, as Waterline has it.
 * Ownership  Callers own what is written.
 * Threads    One that may wait for a database.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_RECORDS_H
#define CLI_CLI_RECORDS_H

#include "base/buf.h"

#include <sails/app.h>

/* Runs the method, and appends what it gives, or the error. False: the line is not of that form. */
bool cli_records_run(sails_app *app, struct str line, struct buf *out);

#endif
