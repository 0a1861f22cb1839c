/*
 * http_file.h - static files, without the files.
 *
 * Purpose    All that can be said about the answer to a request for a file without reading it: which
 *            file the path means, its type and tag, whether the client has it, and which bytes it
 *            wants. The floor above opens, asks here, and sends.
 * Ownership  Results are values, or written into the caller's buf.
 * Threads    Any.
 * Floor      http; uses base.
 *
 *     http_file_path() -> open, stat -> http_file_answer() -> http_file_add_headers()
 *         -> http_begin(status, length), read and http_write `length` bytes from `offset`, http_end()
 *            or, where length is 0, http_respond(status)
 */
#ifndef HTTP_HTTP_FILE_H
#define HTTP_HTTP_FILE_H

#include "http/http.h"
#include "http/http_date.h"

/* Which names with a dot in front are served. */
enum http_dotfiles {
    HTTP_DOTFILES_SERVE,
    HTTP_DOTFILES_HIDE_FILES, /* "/.x" is hidden, "/.well-known/x" is not: as Sails */
    HTTP_DOTFILES_HIDE
};

enum {
    HTTP_ETAG_MAX = 38,         /* W/, quotes, dash, twice 16 hex digits, and a NUL */
    HTTP_CONTENT_RANGE_MAX = 72 /* "bytes ", three numbers of 20 digits, '-', '/', and a NUL */
};

/* What stat() says. */
struct http_file {
    uint64_t size;
    uint64_t mtime_ms; /* since 1970 */
    bool is_strong;    /* the tag says "the same bytes"; else (as Sails) "as good as the same" */
};

struct http_file_answer {
    unsigned status; /* 200, 206, 304, 412, 416 */
    uint64_t offset; /* the bytes to send: of 200 all, of 206 the range, of the others none */
    uint64_t length;
    uint64_t size; /* of the file */
    char etag[HTTP_ETAG_MAX];
    char last_modified[HTTP_DATE_LEN + 1];
    char content_range[HTTP_CONTENT_RANGE_MAX]; /* of 206 and 416; else "" */
};

/*
 * Appends the file that a request's path (as sent, not decoded) means, relative to the root and
 * NUL-terminated (not counted): "" and "a/" are directories, as the path ends with '/'. What comes
 * out never leads out of the root, unless by a symbolic link. Empty and "." segments are dropped.
 * 0; SAILS_EINVAL: a '%' without two hex digits, or NUL (400); SAILS_ENOENT: a "..", a backslash, an
 * encoded slash, or a hidden name (404); SAILS_ENOMEM. On errors `out` is as it was.
 */
int http_file_path(struct buf *out, struct str path, enum http_dotfiles dotfiles);

/* The Content-Type by the name's extension; "application/octet-stream" for one that nobody knows. */
struct str http_file_type(struct str name);

/* W/"<size>-<mtime>" in hex, as Sails; without W/ where the file says so. */
void http_file_etag(char out[HTTP_ETAG_MAX], const struct http_file *file);

/*
 * Evaluates If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, If-Range and Range, in
 * the order of RFC 9110 section 13.2.2. "Cache-Control: no-cache" wants the file in any case.
 * Several ranges get the whole file, ranges that are malformed are ignored (section 14.2).
 */
void http_file_answer(const struct http_request *request, const struct http_file *file,
                      struct http_file_answer *answer);

/*
 * Adds Content-Type, ETag, Last-Modified, Accept-Ranges, Cache-Control and Content-Range, as far as
 * they belong to the status. 0 or SAILS_ENOMEM.
 */
int http_file_add_headers(struct http_exchange *x, const struct http_file_answer *answer,
                          struct str type, uint64_t max_age_s);

#endif
