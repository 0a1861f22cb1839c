/*
 * whole_file.h - small files at once.
 *
 * Purpose    Read a file of somebody's folder: settings, pages, texts. Whatever lies there, it does not wait, and takes
 *            no more memory than was said.
 * Ownership  The caller's buffer has the bytes.
 * Threads    Any; it blocks as long as the disk does.
 * Floor      base: the one place there that opens a file, since all floors read theirs alike.
 */
#ifndef BASE_WHOLE_FILE_H
#define BASE_WHOLE_FILE_H

#include "base/buf.h"

/* 0: it is a file, or a link to one; SAILS_ENOTFILE: a folder, a pipe, a device or a socket; -errno. */
int whole_file_check(const char *path);

/* Appends the file. 0; as above; SAILS_ETOOBIG: more than `max` bytes; SAILS_ENOMEM. After an error a part may have been
 * appended. */
int whole_file_read(const char *path, size_t max, struct buf *out);

#endif
