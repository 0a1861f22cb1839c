/*
 * access_log.h - one line for each request that was answered.
 *
 * Purpose    The same line for HTTP and for requests over a socket, at level info, in a format that
 *            programs can read (key log.access):
 *
 *                GET /chat/kitchen 200 3ms 127.0.0.1 ws
 *
 *            method, path without its query, status, time in ms, address of the peer, http or ws;
 *            one blank between them. A log in JSON has them as the fields method, path, status, ms,
 *            ip and transport.
 * Ownership  None.
 * Threads    Any.
 * Floor      web; uses base.
 */
#ifndef WEB_ACCESS_LOG_H
#define WEB_ACCESS_LOG_H

#include "base/log.h"
#include "base/str.h"

struct access_entry {
    struct str method;
    struct str url; /* a query is left out: it may hold what no log should */
    unsigned status;
    uint64_t duration_ms;
    struct str ip; /* "-" is written for an empty one */
    bool is_socket;
};

/*
 * Blanks, control bytes and what is not ASCII are written as %XX, so that nobody outside can forge a
 * line or a field of one; a path over 1 KiB is cut, with "..." behind it. NULL as log says nothing.
 */
void access_log_line(const struct log *log, const struct access_entry *entry);

#endif
