/*
 * sio_packet.h - the text form of Socket.IO packets.
 *
 * Purpose    Text to struct and back (socket-io 2), without building JSON trees: a payload's
 *            validity and extent are enough to route it; values are parsed by who asks for them.
 * Ownership  A decoded packet is views into its text.
 * Threads    Any.
 * Floor      socketio; uses base.
 */
#ifndef SOCKETIO_SIO_PACKET_H
#define SOCKETIO_SIO_PACKET_H

#include "base/buf.h"
#include "base/json_text.h"

#include <jansson.h>

enum sio_packet_type {
    SIO_CONNECT,
    SIO_DISCONNECT,
    SIO_EVENT,
    SIO_ACK,
    SIO_CONNECT_ERROR,
    SIO_BINARY_EVENT,
    SIO_BINARY_ACK
};

/* How packets are written. */
enum sio_parser {
    SIO_PARSER_TEXT,   /* socket-io 2: text, and attachments behind it */
    SIO_PARSER_MSGPACK /* one MessagePack value each: sio_msgpack.h */
};

/* JavaScript's largest safe integer: ids above it are refused (socket-io 23a). */
#define SIO_MAX_ACK_ID INT64_C(9007199254740991)

struct sio_packet {
    enum sio_packet_type type;
    struct str nsp;       /* "/" if none was written */
    int64_t id;           /* ack id; -1: none */
    struct str payload;   /* valid JSON for the type, or empty */
    struct str event;     /* of (binary) events: the name's JSON text, with quotes, or a number */
    size_t n_attachments; /* announced */
    bool has_nul_name; /* of an event: its payload would be valid, but for a name with a NUL in it
                             (c_text.h): it can be answered, if anybody can, but not heard */
    json_t *const *attachments; /* received, as binary values; NULL until all are there */
    json_t *args; /* of sio_packet_args(), where somebody has parsed them already; else NULL */
};

struct sio_packet_limits {
    size_t max_attachments;
    struct json_limits json;
};

/*
 * Decodes by the algorithm of socket-io 2.1, with its deviations of 23a: digits are 0 to 9, ids and
 * depth have a limit. 0; SAILS_EPROTO: form, type, id, attachments or reserved event name; SAILS_EJSON:
 * payload; SAILS_ETOOBIG: its depth, or how many values it has.
 */
int sio_packet_decode(struct str text, const struct sio_packet_limits *limits,
                      struct sio_packet *packet);

/* Appends everything before the payload: type, attachments, namespace, id. */
void sio_packet_encode_head(struct buf *out, enum sio_packet_type type, size_t n_attachments,
                            struct str nsp, int64_t id);

/* Whether applications may not emit an event of that name, nor clients send it (socket-io 15). */
bool sio_packet_is_reserved(struct str name);

/*
 * The event's name, decoded; a number's text for numeric names. NULL: no memory, or no event.
 * The caller frees it with mem_free().
 */
char *sio_packet_event_name(const struct sio_packet *packet);

/*
 * The arguments (behind the event's name; all elements of an ack) as a JSON array that the caller
 * releases, attachments put in for their placeholders as binary values (base/json_value.h). NULL: *err
 * tells why (it may be NULL itself): SAILS_ENOMEM, SAILS_EPROTO for an invalid placeholder, SAILS_EJSON
 * for has_nul_name.
 */
json_t *sio_packet_args(const struct sio_packet *packet, int *err);

#endif
