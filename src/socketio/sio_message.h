/*
 * sio_message.h - a Socket.IO packet, encoded once for all receivers.
 *
 * Purpose    Text and attachments as the Engine.IO messages that go out, in order.
 * Ownership  Counted; the creator and each who retains releases once.
 * Threads    Any: it never changes.
 * Floor      socketio; uses engineio, base.
 */
#ifndef SOCKETIO_SIO_MESSAGE_H
#define SOCKETIO_SIO_MESSAGE_H

#include "engineio/eio.h"
#include "socketio/sio_packet.h"

#include <jansson.h>

struct sio_message {
    atomic_uint refs;
    uint64_t mark;  /* its number among the events of its namespace that are kept; 0: it is not */
    size_t n_parts; /* 1 and the attachments */
    struct eio_message *parts[];
};

struct sio_message_options {
    enum sio_parser parser;
    bool no_compress;
    bool no_v3;             /* no client of revision 4 (Engine.IO 3) is there to receive it */
    size_t max_attachments; /* over it: SAILS_ETOOBIG (clients refuse more than 10); 0: 10 */
};

/*
 * An event or ack. event: NULL for an ack. args: an array (borrowed), with binary values anywhere
 * (base/json_value.h); NULL: none. offset: appended as a last string argument (socket-io 14), or NULL.
 * id: -1: none. The type becomes the binary one where a binary value is found.
 * 0; SAILS_EINVAL: args is no array; SAILS_ERESERVED; SAILS_ETOOBIG: attachments; SAILS_EJSON: a
 * value that JSON cannot express (text that is not UTF-8); SAILS_ENOMEM.
 */
int sio_message_create(struct str nsp, const char *event, json_t *args, const char *offset,
                       int64_t id, const struct sio_message_options *options,
                       struct sio_message **out);

/*
 * A packet without attachments whose payload is JSON text already, trusted to be valid for the type
 * (or empty): an event or ack, or one of the packets that a server sends by itself.
 * 0 or SAILS_ENOMEM; as MessagePack also SAILS_EJSON, SAILS_ETOOBIG: what sio_msgpack_encode() cannot write.
 */
int sio_message_create_raw(enum sio_packet_type type, struct str nsp, int64_t id,
                           struct str payload, const struct sio_message_options *options,
                           struct sio_message **out);

/*
 * Sends all parts to one session, by eio_session_send() or eio_session_send_last(). What these return;
 * of a message that could not be sent whole the session closes.
 */
int sio_message_send(struct sio_message *m, struct eio_session *session,
                     int (*send)(struct eio_session *session, struct eio_message *message));

struct sio_message *sio_message_retain(struct sio_message *m);

/* NULL is nothing to release. */
void sio_message_release(struct sio_message *m);

#endif
