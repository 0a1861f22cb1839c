/*
 * eio_query.h - what the query string of a request asks for (engine-io 2).
 *
 * Purpose    EIO, transport, sid, b64 and j as values.
 * Ownership  A plain value.
 * Threads    Any.
 * Floor      engineio; uses http, base.
 */
#ifndef ENGINEIO_EIO_QUERY_H
#define ENGINEIO_EIO_QUERY_H

#include "base/ids.h"

enum {
    /* Digits of a JSONP index that are kept; clients count from 0. */
    EIO_JSONP_INDEX_MAX = 20
};

enum eio_query_transport {
    EIO_QUERY_POLLING,
    EIO_QUERY_WEBSOCKET,
    EIO_QUERY_UNKNOWN /* missing, or anything else: webtransport, too */
};

struct eio_query {
    unsigned revision;   /* 4 for exactly "4", else 3 */
    bool names_revision; /* it said 3 or 4 itself */
    enum eio_query_transport transport;
    bool has_sid;         /* not empty */
    char sid[ID_LEN + 1]; /* "" where it is of no id's length: then no session has it */
    bool b64;
    bool is_jsonp;
    char jsonp_index[EIO_JSONP_INDEX_MAX + 1];
};

/* Of keys that are repeated the last value counts. 0 or SAILS_ENOMEM. */
int eio_query_parse(struct eio_query *q, struct str query);

#endif
