/*
 * tcp_client.h - a blocking connection to 127.0.0.1, for tests against a running app.
 *
 * The functions report failures and assert nothing, so that threads other than the test's can use
 * them. Nobody waits longer than TCP_CLIENT_PATIENCE_MS: a broken test fails instead of hanging.
 */
#ifndef SUPPORT_TCP_CLIENT_H
#define SUPPORT_TCP_CLIENT_H

#include "base/buf.h"

enum {
    TCP_CLIENT_PATIENCE_MS = 20000
};

struct tcp_client {
    int fd;        /* -1: not open */
    struct buf in; /* received and not yet taken */
};

/* False: not connected; `client` can be closed all the same. */
bool tcp_client_open(struct tcp_client *client, unsigned port);
void tcp_client_close(struct tcp_client *client);

/* Closes with a reset, as a peer that has lost interest. */
void tcp_client_abort(struct tcp_client *client);

bool tcp_client_send(struct tcp_client *client, const void *data, size_t len);

enum tcp_client_result {
    TCP_CLIENT_MORE, /* something was appended to `in` */
    TCP_CLIENT_END,  /* closed or reset */
    TCP_CLIENT_SILENCE
};

enum tcp_client_result tcp_client_receive(struct tcp_client *client, int timeout_ms);

#endif
