/*
 * cli_code.h - the C of an application, compiled where need be.
 *
 * Purpose    What the commands that lift or build an application have in common.
 * Ownership  None.
 * Threads    The main one; in the folder of the application.
 * Floor      cli; uses base and the public API.
 */
#ifndef CLI_CLI_CODE_H
#define CLI_CLI_CODE_H

#include "base/buf.h"

#include <sails/app.h>
#include <stdbool.h>

/* Makes the folder that --appPath names, or else the variable sails_appPath, the current one. False: it cannot be
 * (said). */
bool cli_code_enter(int argc, char **argv);

/* Whether the current folder has anything of an application. */
bool cli_code_is_application(void);

/* Whether a command line or the environment ask for production. */
bool cli_code_is_production(int argc, char **argv);

/* Compiles the files of C, if there are any, to a module. What compilers say is shown, and copied into *report (may
 * be NULL). 0, or an error (said). */
int cli_code_build(struct buf *report);

/* Registers what that module holds, if there are files of C. 0, or an error (said). */
int cli_code_load(sails_app *app);

/* The two above at once; `script`: a file of C besides, which those of the application know nothing of, NULL: none. */
int cli_code_load_with(sails_app *app, const char *script);

/* Compiles the files of C of the application and of tests/, to the module CLI_CODE_TESTS; *has_tests: there are
 * any. As cli_code_build(). */
int cli_code_build_tests(bool *has_tests);
#define CLI_CODE_TESTS ".tmp/build/tests/app.so"

/* Makes a program of the application at `path`. 0, or an error (said). */
int cli_code_make_program(const char *path);

/* Whether there are files of C. */
bool cli_code_is_there(void);

#endif
