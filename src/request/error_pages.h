/*
 * error_pages.h - what people see instead of "Not Found" and "Internal Server Error".
 *
 * Purpose    The files views/404.html and views/500.html of the app's folder, read once at the lift.
 * Ownership  Owns their bytes.
 * Threads    Read before the lift; then any.
 * Floor      request; uses base.
 */
#ifndef REQUEST_ERROR_PAGES_H
#define REQUEST_ERROR_PAGES_H

#include "base/buf.h"

/* {0} has no pages. */
struct error_pages {
    struct buf not_found, server_error; /* empty: there is none */
};

/*
 * Reads them from `folder` ("views"), anew if they were read before. A file that is not there is no
 * page. 0; -errno: one cannot be read; SAILS_ETOOBIG; SAILS_ENOMEM. *which: the name of that one.
 */
int error_pages_load(struct error_pages *pages, const char *folder, const char **which);
void error_pages_deinit(struct error_pages *pages);

#endif
