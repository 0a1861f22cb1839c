/*
 * cli_console.h - `sails console`.
 *
 * Purpose    An application that is lifted, and somebody who asks it.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_CONSOLE_H
#define CLI_CLI_CONSOLE_H

int cli_console_run(int argc, char **argv);

#endif
