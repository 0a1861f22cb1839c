/*
 * cli_test.h - `sails test`.
 *
 * Purpose    Runs the tests of an application, each against an app of its own.
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_TEST_H
#define CLI_CLI_TEST_H

int cli_test_run(int argc, char **argv);

#endif
