/*
 * exits.h - the declared ends of an action.
 *
 * Purpose    What the table of `struct sails_exit` says (app-config-cli 7.3), for answers and for
 *            documents.
 * Ownership  Everything is borrowed.
 * Threads    Any.
 * Floor      schema; uses base.
 */
#ifndef SCHEMA_EXITS_H
#define SCHEMA_EXITS_H

#include "base/buf.h"

#include <sails/inputs.h>

/* One that is declared, or that every action has; NULL: none. `def` may be NULL. */
const struct sails_exit *exits_find(const struct sails_action_def *def, const char *name);

/* The status that it answers with; 0: an answer of the program's own decides. */
unsigned exits_status(const struct sails_exit *end);

/* 0; SAILS_ECONFIG: the table contradicts itself, and to *why a line has been appended that names action
 * and exit; SAILS_ENOMEM. */
int exits_check(const char *identity, const struct sails_action_def *def, struct buf *why);

#endif
