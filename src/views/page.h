/*
 * page.h - pages of the app's folder that stay in memory.
 *
 * Purpose    Read a whole small file at the lift: a template, a page.
 * Ownership  The caller's buffer has the bytes.
 * Threads    Any; it blocks.
 * Floor      views; uses base.
 */
#ifndef VIEWS_PAGE_H
#define VIEWS_PAGE_H

#include "base/buf.h"

enum {
    PAGE_MAX = 1024 * 1024 /* they stay in memory; who needs more links to it */
};

/* Appends the file. 0; -errno: it is not there, or cannot be read; SAILS_ETOOBIG; SAILS_ENOMEM. */
int page_read(struct buf *out, const char *path);

#endif
