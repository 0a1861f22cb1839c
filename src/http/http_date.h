/*
 * http_date.h - dates as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT".
 *
 * Purpose    Format and parse, without the C library's locale and time zone.
 * Ownership  None.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_DATE_H
#define HTTP_HTTP_DATE_H

#include "base/str.h"

enum {
    HTTP_DATE_LEN = 29
};

/* 29 characters and a NUL; seconds since 1970, at most those of the year 9999 (the rest is cut). */
void http_date_format(char out[HTTP_DATE_LEN + 1], uint64_t unix_s);

/*
 * The three forms of RFC 9110 section 5.6.7. A year of two digits is the one less than 50 years
 * ahead of 2000. False, and *unix_s untouched: none of the forms, or before 1970.
 */
bool http_date_parse(struct str text, uint64_t *unix_s);

#endif
