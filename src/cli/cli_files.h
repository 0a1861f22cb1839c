/*
 * cli_files.h - files that are made all or not at all.
 *
 * Purpose    A command that fails half-way leaves the disk as it was: nothing half written.
 * Ownership  Owns the list of what it has made; the files are the user's from cli_files_keep() on.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_FILES_H
#define CLI_CLI_FILES_H

#include "base/buf.h"

struct cli_files {
    bool may_replace; /* files that are there are written over, and not brought back */
    char **made;      /* paths, in the order of making; folders, too */
    size_t n_made;
    struct buf problem; /* the path and why, after an error */
};

/*
 * Makes a file, and the folders above it. Nothing exists of that name, unless it may be replaced. 0;
 * SAILS_EEXIST: something is there already; -errno; SAILS_ENOMEM. *problem says which path it was.
 */
int cli_files_add(struct cli_files *files, const char *path, struct str text);

/* Makes what has been made stay. */
void cli_files_keep(struct cli_files *files);

/* Removes what was made and not kept, and frees the list. */
void cli_files_deinit(struct cli_files *files);

#endif
