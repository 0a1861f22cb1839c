/*
 * cli_lift.h - `sails lift`.
 *
 * Purpose    Serves the application of a folder.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_LIFT_H
#define CLI_CLI_LIFT_H

int cli_lift_run(int argc, char **argv);

#endif
