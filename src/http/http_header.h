/*
 * http_header.h - a header of a request.
 *
 * Purpose    The one type that both the parser's side (http_parse.h, which cannot include http.h:
 *            the library has an enum http_method of its own) and http.h need.
 * Ownership  Views; whoever hands one out says how long they hold.
 * Threads    Any.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_HEADER_H
#define HTTP_HTTP_HEADER_H

#include "base/str.h"

struct http_header {
    struct str name; /* lower case */
    struct str value;
};

#endif
