/*
 * eio_message.h - an Engine.IO message, encoded once for all sessions.
 *
 * Purpose    One value that every session, of both revisions and both transports, can send.
 * Ownership  Counted; the creator and each who retains releases once.
 * Threads    Any: it never changes.
 * Floor      engineio; uses websocket, base.
 *
 * Text is the same frame for both revisions: '4' and the text. Binary is the bare bytes for revision
 * 4, and a byte 0x04 before them for revision 3; the second form is only made where asked for.
 */
#ifndef ENGINEIO_EIO_MESSAGE_H
#define ENGINEIO_EIO_MESSAGE_H

#include "websocket/ws_message.h"

struct eio_message {
    atomic_uint refs;
    bool is_binary;
    struct ws_message v4;
    struct ws_message *v3; /* text: v4; binary: NULL unless made for revision 3, too */
};

/* `for_v3`: sessions of revision 3 may be among the receivers. NULL: no memory. */
struct eio_message *eio_message_create(bool is_binary, struct bytes data, bool may_compress,
                                       bool for_v3);
struct eio_message *eio_message_retain(struct eio_message *m);

/* NULL is nothing to release. */
void eio_message_release(struct eio_message *m);

/* The message without Engine.IO's type. */
struct bytes eio_message_data(const struct eio_message *m);

#endif
