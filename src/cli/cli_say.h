/*
 * cli_say.h - lines for people.
 *
 * Purpose    What a command says looks as the log of an application does: the prefixes of Sails, in
 *            colour where a terminal shows them (app-config-cli section 12).
 * Ownership  None.
 * Threads    The main one.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_SAY_H
#define CLI_CLI_SAY_H

#include <stdarg.h>
#include <stdbool.h>

/* " info: ...", to stdout. */
void cli_say_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* " warn: ...", to stdout, as Sails does. */
void cli_say_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "error: ...", to stderr. */
void cli_say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
