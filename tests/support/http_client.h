/*
 * http_client.h - a small HTTP/1.1 client that blocks, for tests against a running app.
 *
 * http_client_ask() is a request and its answer on a connection of its own. Who wants to see more of
 * the way there uses a tcp_client and http_client_take().
 */
#ifndef SUPPORT_HTTP_CLIENT_H
#define SUPPORT_HTTP_CLIENT_H

#include "support/tcp_client.h"

struct http_answer {
    unsigned status; /* 0: there was no answer */
    struct buf head; /* status line and headers, NUL-terminated behind its length */
    struct buf body; /* NUL-terminated behind its length */
};

/* `headers`: whole lines, each with its CRLF; "" for none. A body gets its Content-Length. */
bool http_client_ask(unsigned port, const char *method, const char *target, const char *headers,
                     struct str body, struct http_answer *answer);

/* Only the first half: what http_client_ask() sends. */
bool http_client_send(struct tcp_client *client, const char *method, const char *target,
                      const char *headers, struct str body);

/* The next answer of a connection. `has_body`: false for the answer to HEAD. */
bool http_client_take(struct tcp_client *client, bool has_body, struct http_answer *answer);

/* The value of a header, by its name in any case; .ptr is NULL where there is none. */
struct str http_answer_header(const struct http_answer *answer, const char *name);

void http_answer_deinit(struct http_answer *answer);

/* ---- for the test's own thread ---- */

/* Asks, and fails the test unless status and (if it is not NULL) body are these. */
void http_client_expect(unsigned port, const char *method, const char *target, const char *headers,
                        const char *body, unsigned want_status, const char *want_body);

#endif
