/*
 * cli_manual.h - the texts of the commands, for manuals.
 *
 * Purpose    Manual pages and docs/commands.md say what --help says.
 * Ownership  None.
 * Threads    Any.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_MANUAL_H
#define CLI_CLI_MANUAL_H

#include "base/buf.h"
#include "cli/cli_commands.h"

/* The page of a command, sails-new(1); NULL: of all of them, sails(1). */
void cli_manual_write_man(struct buf *out, const struct cli_command *command);

/* docs/commands.md */
void cli_manual_write_markdown(struct buf *out);

#endif
