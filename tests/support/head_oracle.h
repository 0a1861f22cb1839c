/*
 * head_oracle.h - http-parser's opinion of the head of a request.
 *
 * http_parse.h finds the parts of a head by itself; what it finds is held against the library that Node had for
 * ten years.
 */
#ifndef SUPPORT_HEAD_ORACLE_H
#define SUPPORT_HEAD_ORACLE_H

#include "http/http_parse.h"

/* As http_parse_head(), but names stay as they were sent. False: the library refuses the head,
 * or it is of no version that we speak. */
bool head_oracle_read(struct http_parsed *out, const char *head, size_t len);

/*
 * Scans the text, and compares what we find in it with what the library does: whatever we accept it accepts, and what
 * it accepts we understand in the same way. NULL: they agree; else what they do not agree on.
 */
const char *head_oracle_compare(struct str text);

#endif
