/*
 * eio_packet.h - Engine.IO packets: the codec of one packet (engine-io 5, 6).
 *
 * Purpose    A WebSocket message, or one entry of a text payload, to a packet.
 * Ownership  Packets are views: into the input, or into the scratch buffer where base64 was decoded.
 * Threads    Any.
 * Floor      engineio; uses base.
 */
#ifndef ENGINEIO_EIO_PACKET_H
#define ENGINEIO_EIO_PACKET_H

#include "base/buf.h"

/* The values are those of the wire. */
enum eio_packet_type {
    EIO_OPEN,
    EIO_CLOSE,
    EIO_PING,
    EIO_PONG,
    EIO_MESSAGE,
    EIO_UPGRADE,
    EIO_NOOP
};

enum {
    EIO_N_PACKET_TYPES = EIO_NOOP + 1
};

struct eio_packet {
    enum eio_packet_type type;
    bool is_binary;
    struct bytes data; /* behind the type */
};

/*
 * A text packet, or a binary one in base64: "b..." in revision 4, "b4..." in revision 3. `scratch`
 * is overwritten where base64 is decoded. 0; SAILS_EPROTO: empty, or no type; SAILS_ENOMEM.
 */
int eio_packet_decode_text(unsigned revision, struct str text, struct buf *scratch,
                           struct eio_packet *packet);

/*
 * A binary WebSocket message, or a binary entry of a revision 3 payload: all of it is the message in
 * revision 4, while revision 3 has the type in its first byte. False: to be ignored (revision 3:
 * empty, or an unknown type).
 */
bool eio_packet_decode_binary(unsigned revision, struct bytes frame, struct eio_packet *packet);

#endif
