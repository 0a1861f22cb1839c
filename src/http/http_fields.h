/*
 * http_fields.h - the headers of a response, in the form in which they are sent.
 *
 * Purpose    "Name: value\r\n" lines in one buffer: to add, to replace, to find.
 * Ownership  The buffer is the caller's.
 * Threads    Any; one at a time.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_FIELDS_H
#define HTTP_HTTP_FIELDS_H

#include "base/buf.h"

/* Whether a response may have it: a name that is a token, a value without control characters but tabs.
 * Transfer-Encoding is nobody's but the connection's. */
bool http_fields_may_have(struct str name, struct str value);

/*
 * Appends a line. 0; SAILS_EINVAL: a name that is no token, or a value with a control character
 * other than a tab; SAILS_ENOMEM. On errors `fields` is as it was.
 */
int http_fields_add(struct buf *fields, struct str name, struct str value);

/* Replaces all lines of that name, without case. Errors as above. */
int http_fields_set(struct buf *fields, struct str name, struct str value);

/* Whether a response has to look at it: Connection, Content-Length, Date. */
bool http_fields_is_framing(struct str name);

/* Whether it is lines from end to end, each of which a response may have. */
bool http_fields_are_lines(struct str lines);

/* Takes the next line, with its line end, out of *rest. False when nothing is left. */
bool http_fields_take_line(struct str *rest, struct str *line, struct str *name, struct str *value);

#endif
