/*
 * eio_session.h - one session: its state, its heartbeat, its transports.
 *
 * Purpose    The struct behind eio.h's eio_session, for the files of this folder.
 * Ownership  The server owns the session; the session owns its polling, and its websocket until
 *            it lets go of it (eio_websocket_close).
 * Threads    That worker's thread only.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_SESSION_H
#define ENGINEIO_EIO_SESSION_H

#include "engineio/eio_server.h"

enum eio_state {
    EIO_STATE_OPENING, /* nobody above knows it yet */
    EIO_STATE_OPEN,
    EIO_STATE_CLOSING, /* takes nothing any more; something may still leave */
    EIO_STATE_CLOSED   /* on_close has come; freed on a later turn */
};

struct eio_polling;
struct eio_websocket;

/*
 * There is one for every client, however idle, so everything that only polling or an upgrade needs
 * lies in structs of their own, which are freed when the WebSocket has taken over.
 */
struct eio_session {
    struct map_node by_id;
    struct deadline deadline; /* in one of pings, pongs, windows, closings, endings */
    struct eio_server *server;
    struct eio_handshake *handshake;
    void *user;
    struct eio_polling *polling;     /* NULL on a WebSocket */
    struct eio_websocket *websocket; /* NULL on polling */
    int detail;                      /* with `reason`: of the end that is scheduled */
    uint16_t close_code;             /* see eio_session_close_code() */
    uint8_t revision;
    uint8_t state;        /* enum eio_state */
    uint8_t reason;       /* enum eio_reason */
    bool is_admitted : 1; /* and on_leave is owed */
    bool awaits_pong : 1;
    bool has_grace : 1; /* the pong's time limit may still be restarted once */
    char id[ID_LEN + 1];
};

/*
 * A session in state OPENING, in the server's table, without a transport. NULL: no memory.
 */
struct eio_session *eio_session_create(struct eio_server *server, struct http_exchange *x,
                                       unsigned revision);

/* Asks whether there may be one more: 0, or the status with which it is refused. */
unsigned eio_session_admit(struct eio_session *session);

/* Lets the floor above choose its id. False: that has given none that can be. */
bool eio_session_choose_id(struct eio_session *session);

/* Frees a session that was never opened, or is closed. */
void eio_session_destroy(struct eio_session *session);

/* The open packet is on its way: starts the heartbeat and tells the floor above. */
void eio_session_open(struct eio_session *session);

/* A packet from the client, whichever way it came. The session may be closed by it. */
void eio_session_receive(struct eio_session *session, const struct eio_packet *packet);

/* Ends the session now: transports are let go, on_close comes from inside. A session that is
 * closing already ends as its close was asked for. Twice is harmless. */
void eio_session_end(struct eio_session *session, enum eio_reason reason, int detail);

/* Ends it on a later turn: for errors that are found inside the floor above's own calls. */
void eio_session_end_later(struct eio_session *session, enum eio_reason reason, int detail);

/* The WebSocket has taken over from polling (engine-io 10, step 4). */
void eio_session_switch(struct eio_session *session, struct eio_websocket *websocket);

/* What was queued for it has left. */
void eio_session_drained(struct eio_session *session);

/* Sets up server->pings, pongs, windows, closings and endings. */
void eio_session_init_queues(struct eio_server *server);

#endif
