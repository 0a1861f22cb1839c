/*
 * cli_develop.h - an application while it is being written.
 *
 * Purpose    Serves it, and after each change serves the new one; the last good one goes on meanwhile.
 * Ownership  None.
 * Threads    The main one, of a process that has no others.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_DEVELOP_H
#define CLI_CLI_DEVELOP_H

#include <stdbool.h>

/* Whether this process is one that cli_develop_run() has started. */
bool cli_develop_is_child(void);

/* Serves the application of the current folder until it ends, or a signal comes; argv[0] is the command, "lift". The
 * exit status. */
int cli_develop_run(int argc, char **argv);

#endif
