/*
 * ws_close.h - what a Close frame says (RFC 6455 section 7.4).
 *
 * Purpose    Payloads of Close frames to codes and reasons; which code an error becomes.
 * Ownership  None.
 * Threads    Any.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_CLOSE_H
#define WEBSOCKET_WS_CLOSE_H

#include "base/str.h"

enum {
    WS_CLOSE_NORMAL = 1000,
    WS_CLOSE_GOING_AWAY = 1001,
    WS_CLOSE_PROTOCOL_ERROR = 1002,
    WS_CLOSE_NO_STATUS = 1005, /* never on the wire: the Close had no code */
    WS_CLOSE_ABNORMAL = 1006,  /* never on the wire: there was no Close */
    WS_CLOSE_INVALID_DATA = 1007,
    WS_CLOSE_POLICY = 1008,
    WS_CLOSE_TOO_BIG = 1009,
    WS_CLOSE_INTERNAL_ERROR = 1011,
    WS_CLOSE_TRY_AGAIN_LATER = 1013 /* in IANA's registry */
};

/* Whether a Close frame may carry the code (websocket 5.1). */
bool ws_close_code_is_valid(unsigned code);

/*
 * The code that a client's Close says: WS_CLOSE_NO_STATUS where it is empty. 0; SAILS_EPROTO: one
 * byte, or a code that is not valid; SAILS_EUTF8: the reason.
 */
int ws_close_parse(struct bytes payload, unsigned *code);

/* The Close code that tells a peer about an error; for what it cannot help, 1011. */
unsigned ws_close_code_of(int err);

#endif
