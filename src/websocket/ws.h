/*
 * ws.h - a WebSocket connection, server side (RFC 6455, RFC 7692).
 *
 * Purpose    From the opening handshake to the closing one: messages up, frames down.
 * Ownership  The ws_conn is memory of its owner's (embedded); it owns partial messages and
 *            compression contexts, which exist only while needed. From ws_conn_init() on it has
 *            the link's events.
 * Threads    That worker's thread only.
 * Floor      websocket; uses http, base.
 *
 * A message is framed once, however many receive it (ws_message.h), and only queued here.
 */
#ifndef WEBSOCKET_WS_H
#define WEBSOCKET_WS_H

#include "base/env.h"
#include "base/link.h"
#include "http/http.h"
#include "websocket/ws_deflate.h"
#include "websocket/ws_frame.h"
#include "websocket/ws_message.h"

/* Settings that all connections of a server share. */
struct ws_options {
    size_t max_message;   /* bytes, after inflating; over it 1009 */
    size_t max_fragments; /* of one message; over it 1008; 0: no limit */
    bool deflate;         /* negotiate permessage-deflate */
    struct ws_deflate_options deflate_options;
    uint64_t close_timeout_ms; /* how long the peer may take to answer a Close: 30 s */
};

struct ws_conn;

struct ws_service {
    struct env *env;
    const struct ws_options *options;
    struct deadline_queue close_deadlines;
};

void ws_service_init(struct ws_service *service, struct env *env, const struct ws_options *options);
void ws_service_deinit(struct ws_service *service);

struct ws_events {
    /* A whole message, text checked to be UTF-8. Borrowed. May close the connection. */
    void (*on_message)(struct ws_conn *ws, bool is_binary, struct bytes message);
    /*
     * The last event; the memory may be freed in it. `code` is the Close code that was received
     * (1005: without one), or sent because of a violation (1002, 1007, 1008, 1009), or 1006: the
     * link closed without a Close. `err`: 0: closed by a Close frame of the peer or by
     * ws_conn_close(); SAILS_EPROTO, SAILS_EUTF8, SAILS_ETOOBIG: violation; SAILS_ECLOSED: the
     * link ended or broke; SAILS_ESLOW: queue over its bound; -errno.
     */
    void (*on_close)(struct ws_conn *ws, unsigned code, int err);
};

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

/* Sends the whole refusal (websocket 1.1's shape) and closes; the exchange is gone. */
void ws_handshake_refuse(struct http_exchange *x, const struct ws_refusal *refusal);

/*
 * Answers 101 to a request that ws_handshake_check() found good (headers that were added to the
 * exchange before go out, too), and begins. Bytes that came behind the request are processed on a
 * later turn, so that the caller can finish its own set-up first.
 *
 * @return 0; SAILS_ENOMEM or SAILS_ECLOSED: the exchange was dropped, `ws` is not in use.
 */
int ws_conn_accept(struct ws_conn *ws, struct ws_service *service, struct http_exchange *x,
                   const struct ws_events *events);

/*
 * Queues a message, compressed where that was negotiated, the message may be and it is long enough.
 * 0; SAILS_ECLOSED: closing or closed; SAILS_ENOMEM; SAILS_ESLOW.
 */
int ws_conn_send(struct ws_conn *ws, struct ws_message *message);

/*
 * Starts the closing handshake: a Close with `code` (0: empty payload, as Engine.IO does). Messages
 * that still come are ignored; on_close comes when the peer has answered, or after the time limit.
 * Twice is harmless.
 */
void ws_conn_close(struct ws_conn *ws, unsigned code);

/* Drops the connection now; on_close comes on a later turn. */
void ws_conn_abort(struct ws_conn *ws);

/* Nothing is queued: what is written now leaves in this turn. */
bool ws_conn_is_writable(const struct ws_conn *ws);

#endif
