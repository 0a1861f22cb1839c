/*
 * cli_new.h - `sails new`.
 *
 * Purpose    Makes an application that can be lifted at once.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_NEW_H
#define CLI_CLI_NEW_H

int cli_new_run(int argc, char **argv);

#endif
