/*
 * cli_symbols.h - names that functions of applications cannot have.
 *
 * Purpose    What the language, its library or ours calls something else already.
 * Ownership  None.
 * Threads    Any.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_SYMBOLS_H
#define CLI_CLI_SYMBOLS_H

#include <stdbool.h>

/* `name` in small letters, as helpers are called. */
bool cli_symbol_is_taken(const char *name);

#endif
