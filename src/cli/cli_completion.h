/*
 * cli_completion.h - `sails completion`.
 *
 * Purpose    Scripts by which shells complete commands and options.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_COMPLETION_H
#define CLI_CLI_COMPLETION_H

#include "base/buf.h"

/* Appends the script of "bash" or "zsh". False: there is none of that shell. */
bool cli_completion_write(struct buf *out, const char *shell);

int cli_completion_run(int argc, char **argv);

#endif
