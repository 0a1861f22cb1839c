/*
 * sio_msgpack.h - the other form of Socket.IO packets: each is one MessagePack value.
 *
 * Purpose    What socket.io-msgpack-parser makes and reads: {type, nsp, data, id}, with binary values where they
 *            are, and no attachments.
 * Ownership  A decoded packet is views into what was decoded with it.
 * Threads    Any.
 * Floor      socketio; uses base.
 *
 * Version 3 of the parser (protocol 5) writes MessagePack alone. Version 2 (protocol 4) writes packets that carry
 * no event as JSON text, and reads both.
 */
#ifndef SOCKETIO_SIO_MSGPACK_H
#define SOCKETIO_SIO_MSGPACK_H

#include "socketio/sio_packet.h"

struct sio_msgpack {
    struct sio_packet
        packet;      /* its arguments are there: packet.args; of a CONNECT, what it brings along */
    struct buf text; /* what nsp and event are views into */
    json_t *data;
};

/*
 * By the checks of the parser, with the limits of sio_packet_decode(). 0; SAILS_EPROTO: no MessagePack, no
 * packet, or a reserved event name; SAILS_EJSON: data that is none for the type; SAILS_ETOOBIG: more than
 * max_values values, or too deep; SAILS_ENOMEM. Only after 0 there is something to deinit.
 */
int sio_msgpack_decode(struct bytes message, size_t max_values, struct sio_msgpack *out);

/* The same of JSON text. */
int sio_msgpack_decode_text(struct str text, const struct json_limits *limits,
                            struct sio_msgpack *out);
void sio_msgpack_deinit(struct sio_msgpack *decoded);

/* Appends a packet. data: NULL: none. id: -1: none. 0; SAILS_EJSON: text that is not UTF-8, or too deep;
 * SAILS_ENOMEM. */
int sio_msgpack_encode(struct buf *out, enum sio_packet_type type, struct str nsp, json_t *data,
                       int64_t id);

#endif
