/*
 * cli_file.h - one file at once.
 *
 * Purpose    Reads and writes small files whole.
 * Ownership  None.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_FILE_H
#define CLI_CLI_FILE_H

#include "base/buf.h"

/* Appends all that a file holds. Errors as of whole_file_read(); SAILS_ETOOBIG: it is no small one. */
int cli_file_read(const char *path, struct buf *out);

/* Whether a file is there and holds just this. */
bool cli_file_holds(const char *path, struct str text);

/* Makes a file hold this; one that does is left alone, and no newer than it was. 0; -errno. */
int cli_file_write(const char *path, struct str text);

/* Makes the folders above a path. 0; -errno; SAILS_ENOMEM. */
int cli_file_make_folders(const char *path);

#endif
