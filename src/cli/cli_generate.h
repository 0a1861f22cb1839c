/*
 * cli_generate.h - `sails generate`.
 *
 * Purpose    Makes the file of a model, an action, a policy, ... where its place is.
 * Ownership  None.
 * Threads    The main one; in the folder of the application.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_GENERATE_H
#define CLI_CLI_GENERATE_H

int cli_generate_run(int argc, char **argv);

#endif
