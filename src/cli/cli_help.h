/*
 * cli_help.h - what the command tells of itself.
 *
 * Purpose    The list of commands, and the story of each.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_HELP_H
#define CLI_CLI_HELP_H

#include "cli/cli_commands.h"

/* Prints which commands there are. */
void cli_help_list(void);

/* Prints what one command does. */
void cli_help_command(const struct cli_command *command);

/* The command `help`. */
int cli_help_run(int argc, char **argv);

#endif
