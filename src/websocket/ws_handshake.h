/*
 * ws_handshake.h - the opening handshake (RFC 6455 section 4.2).
 *
 * Purpose    Check upgrade requests, refuse them, and put together the answer to a good one.
 * Ownership  None.
 * Threads    That worker's thread only.
 * Floor      websocket; uses http, base.
 */
#ifndef WEBSOCKET_WS_HANDSHAKE_H
#define WEBSOCKET_WS_HANDSHAKE_H

#include "http/http.h"
#include "websocket/ws_offer.h"

struct ws_options;

/* Why an upgrade was refused. */
struct ws_refusal {
    unsigned status;
    struct str body;  /* static */
    bool add_version; /* answer with "Sec-WebSocket-Version: 13" */
};

/*
 * Checks an upgrade request (websocket 1.1) without touching it. True: acceptable. False:
 * *refusal says what to answer.
 */
bool ws_handshake_check(const struct http_request *request, struct ws_refusal *refusal);

/* Sends the whole refusal (websocket 1.1's shape) and closes; the exchange is gone. Headers that were
 * added to it are not sent. */
void ws_handshake_refuse(struct http_exchange *x, const struct ws_refusal *refusal);

enum {
    WS_ACCEPT_LEN = 28
};

/* The Sec-WebSocket-Accept for a key, and a NUL. 0; SAILS_ENOMEM. */
int ws_handshake_accept_value(struct str key, char out[WS_ACCEPT_LEN + 1]);

/*
 * Adds to a checked request's exchange the headers of its 101: the first subprotocol that is offered
 * is taken, and *params tells which compression is. 0; SAILS_ENOMEM: some may have been added.
 */
int ws_handshake_answer(struct http_exchange *x, const struct ws_options *options,
                        struct ws_deflate_params *params);

#endif
