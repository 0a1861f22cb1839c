/*
 * lines.h - lines of JSON on standard input and output.
 *
 * Purpose    Read a line whatever is in it, and write a value as one line.
 * Ownership  A line is a view, valid until the next one is read.
 * Threads    One.
 */
#ifndef CONFORMANCE_ORM_LINES_H
#define CONFORMANCE_ORM_LINES_H

#include "base/json_text.h"

#include <jansson.h>

enum {
    LINE_MAX_BYTES = 16 * 1024 * 1024,   /* without its LF: what the protocol says */
    LINE_MAX_DEPTH = JSON_TEXT_MAX_DEPTH /* of what is read; the ORM's own limits are far below */
};

/* 1: a line, without its LF; 0: the end of input; SAILS_ETOOBIG: the line was too long, and has been
 * skipped; SAILS_ENOMEM; -errno. What stands behind the last LF is a line, too. */
int lines_read(struct str *line);

/* The next line as JSON: 1, 0 as above; SAILS_EJSON and others: it is none. */
int lines_read_json(json_t **value);

/* Taken. Ends the process where nobody reads any more, or where there is no memory. */
void lines_write(json_t *value);

#endif
