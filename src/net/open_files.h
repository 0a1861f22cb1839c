/*
 * open_files.h - how many files and connections this process may have open.
 *
 * Purpose    Shells and services begin with a soft limit of 1024 or so, for the sake of select(2), which
 *            nothing here uses; every connection is a file. What a process may raise without a privilege is
 *            raised, as Node does when it begins.
 * Ownership  The limit is the process's.
 * Threads    Any; one at a time.
 * Floor      net.
 */
#ifndef NET_OPEN_FILES_H
#define NET_OPEN_FILES_H

#include "base/log.h"

/* Raises the soft limit to the hard one, and says so. `log` may be NULL. */
void open_files_raise(const struct log *log);

#endif
