/*
 * cli_stale.h - which objects are older than what they were made of.
 *
 * Purpose    So that a change of one file compiles one file.
 * Ownership  Callers own the list.
 * Threads    One thread at a time; in the folder of the application.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_STALE_H
#define CLI_CLI_STALE_H

#include "cli/cli_words.h"

/*
 * Adds those sources to *stale whose objects, "<folder>/<source>.o", are not there, or older than the source or
 * a header that the compiler has named in "<source>.d". 0; SAILS_ENOMEM.
 */
int cli_stale_find(const char *folder, const struct cli_words *sources, struct cli_words *stale);

#endif
