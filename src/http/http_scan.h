/*
 * http_scan.h - where a request's head ends, and whether its bytes may be there at all.
 *
 * Purpose    Looks at each byte of a head once, as it comes, and refuses at the earliest byte what
 *            RFC 9112 does not allow and parsers forgive: bare CR or LF, NUL and
 *            other control bytes, folded lines, blanks before a colon, and heads over a limit.
 * Ownership  A value; keeps no bytes.
 * Threads    Any; one at a time.
 * Floor      http; uses base.
 */
#ifndef HTTP_HTTP_SCAN_H
#define HTTP_HTTP_SCAN_H

#include "http/http.h"

enum http_scan_state {
    HTTP_SCAN_START, /* before the request line: empty lines are skipped */
    HTTP_SCAN_START_LF,
    HTTP_SCAN_METHOD,
    HTTP_SCAN_TARGET,
    HTTP_SCAN_VERSION,
    HTTP_SCAN_LF,
    HTTP_SCAN_LINE, /* the first byte of a header line, or the end */
    HTTP_SCAN_NAME,
    HTTP_SCAN_VALUE,
    HTTP_SCAN_END_LF,
    HTTP_SCAN_END
};

/* {0} is a valid start. */
struct http_scan {
    enum http_scan_state state;
    unsigned status; /* what the head is refused with; 0: nothing wrong yet */
    size_t n_bytes;  /* seen so far */
    size_t n_target;
    size_t n_headers;
};

/*
 * Takes the bytes that belong to the head from the front of *in. True once the head is complete or
 * refused: `status` says which. False: all was taken, and more is needed.
 */
bool http_scan_next(struct http_scan *scan, const struct http_limits *limits, struct bytes *in);

extern const bool http_scan_tokens[256];

/* Whether `c` may stand in a token (RFC 9110 section 5.6.2): methods, names of headers. */
static inline bool http_is_token_char(uint8_t c)
{
    return http_scan_tokens[c];
}

#endif
