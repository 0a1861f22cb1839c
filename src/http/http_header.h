/*
 * http_header.h - a header of a request.
 *
 * Purpose    What http_parse.h finds and http.h hands on.
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
