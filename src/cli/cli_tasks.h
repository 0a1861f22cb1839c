/*
 * cli_tasks.h - commands that load the application, do one thing, and end.
 *
 * Purpose    `sails routes`, `sails migrate`, `sails run`, `sails debug`.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_TASKS_H
#define CLI_CLI_TASKS_H

int cli_tasks_routes(int argc, char **argv);
int cli_tasks_migrate(int argc, char **argv);
int cli_tasks_run(int argc, char **argv);
int cli_tasks_debug(int argc, char **argv);

#endif
