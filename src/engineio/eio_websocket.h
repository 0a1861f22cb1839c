/*
 * eio_websocket.h - the WebSocket transport (engine-io 8), and the probe of an upgrade (10).
 *
 * Purpose    Packets as WebSocket messages; a WebSocket that may take over from polling.
 * Ownership  A websocket owns itself: it is freed by its last event, which may be long after its
 *            session, for the closing handshake takes as long as the peer wants. A probe is owned by
 *            the polling that it may replace.
 * Threads    That worker's thread only.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_WEBSOCKET_H
#define ENGINEIO_EIO_WEBSOCKET_H

#include "engineio/eio_session.h"

struct eio_websocket {
    struct ws_conn ws;           /* its note: binary goes out as base64 text */
    struct eio_session *session; /* NULL: it only closes any more */
};

/* A WebSocket beside a session that still polls. */
struct eio_probe {
    struct eio_websocket *websocket;
    struct deadline timeout;
    struct deadline noop; /* runs once the client has probed */
};

/*
 * Answers the upgrade with 101. NULL: it was refused, or memory is out; the exchange is gone in any
 * case. The caller gives the websocket a session, or closes it.
 */
struct eio_websocket *eio_websocket_accept(struct eio_server *server, struct http_exchange *x,
                                           bool b64, bool is_handshake);

/* Closes it, behind what is queued; `code` 0: with an empty Close frame. Its session will not hear of it
 * again. */
void eio_websocket_close(struct eio_websocket *websocket, unsigned code);

/* As ws_conn_send. */
int eio_websocket_send(struct eio_websocket *websocket, struct eio_message *message);
int eio_websocket_send_bare(struct eio_websocket *websocket, enum eio_packet_type type);

/* The open packet. */
int eio_websocket_send_open(struct eio_websocket *websocket, struct str open_json);

bool eio_websocket_is_writable(const struct eio_websocket *websocket);

/*
 * An upgrade request with the id of a session: begins to probe, or, where there is a WebSocket
 * already, accepts and closes the new one. Takes the exchange.
 */
void eio_probe_begin(struct eio_session *session, struct http_exchange *x, bool b64);

/* The session is closed: so is the probe. */
void eio_probe_end(struct eio_probe *probe);

/* Sets up server->upgrades and server->noops. */
void eio_probe_init_queues(struct eio_server *server);

#endif
