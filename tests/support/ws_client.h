/*
 * ws_client.h - a Socket.IO client over a WebSocket that blocks, for tests against a running app.
 *
 * It speaks protocol 5 (EIO=4) or 4 (EIO=3) and knows only what frames are: what they say is the
 * test's business, which reads as a dialogue of texts ("42[...]"). Pings are answered in passing.
 * Functions that return bool or an enum assert nothing, so that any thread can use them; those named
 * ..._expect... fail the test and are for its own thread.
 */
#ifndef SUPPORT_WS_CLIENT_H
#define SUPPORT_WS_CLIENT_H

#include "support/tcp_client.h"

enum {
    WS_CLIENT_ID_SIZE = 64
};

struct ws_client {
    struct tcp_client tcp;
    unsigned protocol;              /* 5 or 4 */
    char sid[WS_CLIENT_ID_SIZE];    /* of the Engine.IO session */
    char id[2 * WS_CLIENT_ID_SIZE]; /* of the socket that joined last */
    struct buf frame;               /* the last one, NUL-terminated behind its length */
    unsigned close_code;            /* of the Close frame; 0: it had none */
};

enum ws_client_frame {
    WS_CLIENT_TEXT,
    WS_CLIENT_BINARY, /* for protocol 4: without the type byte */
    WS_CLIENT_CLOSE,
    WS_CLIENT_END, /* the connection has ended without a Close frame */
    WS_CLIENT_SILENCE
};

/* Connects and reads the open packet. `query`: "" or "&name=value..."; `headers`: "" or whole lines. */
bool ws_client_open(struct ws_client *client, unsigned port, unsigned protocol, const char *query,
                    const char *headers);
void ws_client_close(struct ws_client *client);

/* Opens a WebSocket at any path, with no Engine.IO in it. */
bool ws_client_open_bare(struct ws_client *client, unsigned port, const char *target,
                         const char *headers);

bool ws_client_send(struct ws_client *client, const char *text);
bool ws_client_send_binary(struct ws_client *client, const void *data, size_t len);

/* The next frame, into `frame`. */
enum ws_client_frame ws_client_next(struct ws_client *client, int timeout_ms);

/* Joins a namespace, "/" or "/name", and takes the reply, which must come first; fills in `id`.
 * `auth`: "" or an object (protocol 5). Protocol 4 is in "/" without asking: only the reply is read. */
bool ws_client_join(struct ws_client *client, const char *nsp, const char *auth);

/* ---- for the test's own thread ---- */

/* Opens and joins "/". */
void ws_client_expect_in(struct ws_client *client, unsigned port, unsigned protocol);

/* The next frame is exactly this text, or begins with it. */
void ws_client_expect(struct ws_client *client, const char *text);
void ws_client_expect_start(struct ws_client *client, const char *start);
void ws_client_expect_binary(struct ws_client *client, const void *data, size_t len);

/* Sends the one and gets the other. */
void ws_client_expect_answer(struct ws_client *client, const char *sent, const char *text);

/* The server closes the WebSocket, with nothing before that. */
void ws_client_expect_close(struct ws_client *client);

#endif
