/*
 * cli_sources.h - the files of C of an application.
 *
 * Purpose    Which there are.
 * Ownership  Callers own the list.
 * Threads    One thread at a time; looks at the current folder.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_SOURCES_H
#define CLI_CLI_SOURCES_H

#include "cli/cli_words.h"

/* Adds the files of C below api/ and config/bootstrap.c, in the order of their names. 0; SAILS_ENOMEM. */
int cli_sources_find(struct cli_words *out);

/* Adds the files of C right below a folder: "scripts", "tests". A folder that is not there has none. As above. */
int cli_sources_find_in(const char *folder, struct cli_words *out);

#endif
