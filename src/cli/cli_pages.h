/*
 * cli_pages.h - what open pages of an application learn while it is being written.
 *
 * Purpose    Writes the file that they are told of (src/app/app_dev.c): a version, by which they are loaded again, and
 *            what does not compile.
 * Ownership  Owns the file.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_PAGES_H
#define CLI_CLI_PAGES_H

#include "base/str.h"

struct cli_pages {
    char path[4096];
    long long version;
};

/* 0, -errno, SAILS_ENOMEM. */
int cli_pages_open(struct cli_pages *pages);
void cli_pages_close(struct cli_pages *pages);

/* Says that pages are out of date, or shows them a problem (colours of terminals in it are left out). */
void cli_pages_tell(struct cli_pages *pages, bool is_new, struct str problem);

#endif
