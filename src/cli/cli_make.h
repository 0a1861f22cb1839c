/*
 * cli_make.h - `sails build`.
 *
 * Purpose    One program of an application, which needs no compiler any more.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_MAKE_H
#define CLI_CLI_MAKE_H

int cli_make_run(int argc, char **argv);

#endif
