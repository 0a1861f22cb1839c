/*
 * ws.h - a WebSocket connection, server side (RFC 6455, RFC 7692).
 *
 * Purpose    From the opening handshake to the closing one: messages up, frames down.
 * Ownership  The ws_conn is memory of its owner's (embedded); it owns partial messages and
 *            compression contexts, which exist only while needed. From ws_conn_accept() or
 *            ws_conn_begin() on it has the link's events.
 * Threads    That worker's thread only.
 * Floor      websocket; uses http, base.
 *
 * A message is framed once, however many receive it (ws_message.h), and only queued here.
 */
#ifndef WEBSOCKET_WS_H
#define WEBSOCKET_WS_H

#include "base/link.h"
#include "websocket/ws_close.h"
#include "websocket/ws_handshake.h"
#include "websocket/ws_message.h"
#include "websocket/ws_service.h"

struct ws_conn;
struct ws_intake;

struct ws_events {
    /* A whole message, text checked to be UTF-8. Borrowed. May close the connection. */
    void (*on_message)(struct ws_conn *ws, bool is_binary, struct bytes message);
    /*
     * The last event; the memory may be freed in it. `code` is the Close code that was received
     * (1005: without one), or sent because of a violation (1002, 1007, 1008, 1009) or because memory
     * was out (1011), or 1006: the link closed without a Close. `err`: 0: closed by a Close frame of
     * the peer or by ws_conn_close(); SAILS_EPROTO, SAILS_EUTF8, SAILS_ETOOBIG, SAILS_EDEFLATE:
     * violation; SAILS_ENOMEM; SAILS_ECLOSED: the link ended or broke; SAILS_ESLOW: queue over
     * its bound; -errno.
     */
    void (*on_close)(struct ws_conn *ws, unsigned code, int err);
    /* All that was queued has been taken by the kernel. May be NULL. */
    void (*on_drain)(struct ws_conn *ws);
};

enum ws_state {
    WS_OPEN,
    WS_CLOSING, /* we sent a Close and wait for the peer's */
    WS_CLOSED   /* the link was ended; only its on_close is still to come */
};

/* 80 bytes: what an idle connection costs on this floor. All members are its own. */
struct ws_conn {
    struct link *link;
    struct ws_service *service;
    const struct ws_events *events;
    struct ws_intake *intake;     /* NULL between messages */
    struct ws_inflater *inflater; /* NULL until a compressed message comes */
    struct deadline deadline;     /* of the closing handshake; or of bytes behind the opening one */
    struct ws_deflate_params deflate;
    uint8_t state;       /* enum ws_state */
    uint8_t note;        /* its owner's */
    uint16_t close_code; /* what on_close will tell */
    int err;
};

/*
 * Answers 101 to a request that ws_handshake_check() found good (headers that were added to the
 * exchange before go out, too), and begins. Bytes that came behind the request are processed on a
 * later turn, so that the caller can finish its own set-up first.
 *
 * @return 0; SAILS_ENOMEM or SAILS_ECLOSED: the exchange was dropped, `ws` is not in use.
 */
int ws_conn_accept(struct ws_conn *ws, struct ws_service *service, struct http_exchange *x,
                   const struct ws_events *events);

/* Begins on a link whose handshake is done; *params says what was agreed, {0} is nothing. */
void ws_conn_begin(struct ws_conn *ws, struct ws_service *service, struct link *link,
                   const struct ws_deflate_params *params, const struct ws_events *events);

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

/* Nothing is queued: what is written now leaves in this turn. */
bool ws_conn_is_writable(const struct ws_conn *ws);

/* What the service's deadlines call. */
void ws_conn_on_close_timeout(struct deadline *deadline, void *ctx);
void ws_conn_on_later(struct deadline *deadline, void *ctx);

#endif
