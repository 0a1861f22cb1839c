/*
 * cli.h - from a command line to a command.
 *
 * Purpose    The whole of main().
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* Runs what the command line asks for. The exit status, as app-config-cli section 13 has them. */
int cli_run(int argc, char **argv);

#endif
