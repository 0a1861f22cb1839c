/*
 * eio_answer.h - the HTTP responses of the engine (engine-io 3.1, 4.3, 7).
 *
 * Purpose    Poll responses, acknowledgements and refusals, with their exact headers.
 * Ownership  Each of these functions ends the exchange, whatever it returns.
 * Threads    That worker's thread only.
 * Floor      engineio; uses http, base.
 */
#ifndef ENGINEIO_EIO_ANSWER_H
#define ENGINEIO_EIO_ANSWER_H

#include "engineio/eio_server.h"

/* engine-io 3.1. */
enum eio_error_code {
    EIO_UNKNOWN_TRANSPORT,
    EIO_UNKNOWN_SID,
    EIO_BAD_HANDSHAKE_METHOD,
    EIO_BAD_REQUEST,
    EIO_FORBIDDEN,
    EIO_UNSUPPORTED_VERSION
};

struct eio_poll_body {
    struct buf *payload;     /* may be changed */
    bool is_binary;          /* revision 3's binary form */
    const char *jsonp_index; /* NULL: no JSONP */
    bool may_compress;
    bool is_handshake;
};

/* 0, or why it could not be answered: the connection closes then. */
int eio_answer_poll(struct eio_server *server, struct http_exchange *x,
                    const struct eio_poll_body *body);

/* What follows an accepted POST. */
void eio_answer_ok(struct eio_server *server, struct http_exchange *x);

void eio_answer_empty(struct http_exchange *x, unsigned status);

/*
 * Tells on_connection_error, then refuses. message: NULL: that of the code. Upgrades get bare text
 * and no headers of ours.
 */
void eio_answer_refuse(struct eio_server *server, struct http_exchange *x, bool is_upgrade,
                       enum eio_error_code code, const char *message);

/* For what is no fault of the request: 503, 429. */
void eio_answer_refuse_status(struct http_exchange *x, bool is_upgrade, unsigned status);

#endif
