/*
 * multipart_head.h - the headers of a part of a form: how its field and its file are called.
 *
 * Purpose    Content-Disposition, Content-Type and their parameters (RFC 7578, RFC 2183).
 * Ownership  What is read goes into the buffers of the struct multipart.
 * Threads    Any.
 * Floor      web; uses http, base.
 */
#ifndef WEB_MULTIPART_HEAD_H
#define WEB_MULTIPART_HEAD_H

#include "web/multipart.h"

/* Takes the next "; name=value" of a header. False: there is none, or (*ok) it is malformed. */
bool multipart_head_take_param(struct str *rest, struct str *name, struct buf *value, bool *ok);

/*
 * Reads m->head, which is whole, into `name`, `filename` and `type`. 0; SAILS_EPROTO: malformed, or without a
 * name; SAILS_ENOMEM.
 */
int multipart_head_read(struct multipart *m, bool *has_file);

#endif
