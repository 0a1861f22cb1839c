/*
 * cli_stopgap.h - who answers while no process of the application does.
 *
 * Purpose    Answers all requests that come to its socket with 503 and the reason; the page is loaded again as soon as
 *            the application is back.
 * Ownership  Owns its connections; the socket and the file of the pages are borrowed.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_STOPGAP_H
#define CLI_CLI_STOPGAP_H

#include "cli/cli_pages.h"

#include <stdbool.h>
#include <stddef.h>

/* Whoever holds more at once loses the oldest. */
#define CLI_STOPGAP_CONNECTIONS 32

struct cli_stopgap_visitor {
    int fd; /* -1: none */
    bool is_answered;
    size_t len;
    char head[2048]; /* the beginning of the request */
};

struct cli_stopgap {
    int fd;     /* epoll: readable when cli_stopgap_take() has something to do */
    int socket; /* that it answers at; -1: it does not */
    size_t oldest;
    struct cli_stopgap_visitor visitors[CLI_STOPGAP_CONNECTIONS];
};

/* 0 or -errno; closed or not opened, it may be closed. */
int cli_stopgap_open(struct cli_stopgap *stopgap);
void cli_stopgap_close(struct cli_stopgap *stopgap);

/* Begins to answer at a socket that listens, or goes on. */
void cli_stopgap_begin(struct cli_stopgap *stopgap, int socket);

/* Leaves the socket to somebody else: what waits there was not accepted, and is his. */
void cli_stopgap_end(struct cli_stopgap *stopgap);

/* Accepts, reads and answers what there is now, and never waits. */
void cli_stopgap_take(struct cli_stopgap *stopgap, const struct cli_pages *pages);

#endif
