/*
 * disposition.h - Content-Disposition: attachment.
 *
 * Purpose    The name under which a client keeps what it gets (RFC 6266): as it is where it is ASCII,
 *            else beside an ASCII stand-in in UTF-8 (RFC 8187).
 * Ownership  Everything is appended to the caller's buf.
 * Threads    Any.
 * Floor      web; uses base.
 */
#ifndef WEB_DISPOSITION_H
#define WEB_DISPOSITION_H

#include "base/buf.h"

/* Appends `attachment; filename="..."`; of a path only its last part. An empty name: no filename. */
void disposition_write(struct buf *out, struct str name);

/* "pdf" of "a/b.pdf"; {NULL, 0}: there is none. */
struct str disposition_extension(struct str name);

#endif
