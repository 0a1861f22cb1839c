/*
 * blueprint_run.h - what a request to a blueprint does on a thread.
 *
 * Purpose    Runs blueprints: what changes something in a transaction, and tells of it once that is committed; several at
 *            once where the database has one writer at a time.
 * Ownership  Calls are their owners'.
 * Threads    A thread that may wait.
 * Floor      blueprints; uses models, orm, request, base.
 */
#ifndef BLUEPRINTS_BLUEPRINT_RUN_H
#define BLUEPRINTS_BLUEPRINT_RUN_H

#include "blueprints/blueprint_call.h"
#include "models/task_line.h"

/* Whether it changes nothing. */
bool blueprint_run_is_reading(enum blueprint_kind kind);

/* Runs one call, of a database that many may write to at once: a models_task's `run`. Its status is always 0. */
int blueprint_run(struct models_task *task, struct sails_db *db);

/* The same for calls of SQLite's, which change something, in as few transactions as possible: a task_line_run_cb. */
void blueprint_run_group(struct models_task *first, struct sails_db *db);

/* As Sails tells a usage error (formatUsageError). NULL: no memory. */
json_t *blueprint_run_usage_body(const struct sails_req *req, const char *code,
                                 const char *details);

#endif
