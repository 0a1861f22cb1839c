/*
 * eio_payload.h - payloads: several packets in the body of one polling request or response.
 *
 * Purpose    Payloads to packets and back, in the three forms of engine-io 6.
 * Ownership  A decoder borrows the body and owns its scratch memory; packets are views into either,
 *            valid until the next one is asked for.
 * Threads    Any.
 * Floor      engineio; uses base.
 *
 *     EIO_PAYLOAD_V4         4hello <1e> bAQID             (6.1)
 *     EIO_PAYLOAD_V3_TEXT    6:4hello10:b4AQIDBA==         (6.3; lengths in UTF-16 units)
 *     EIO_PAYLOAD_V3_BINARY  00 06 ff "4hello" 01 ...      (6.4; lengths in bytes, as digits)
 */
#ifndef ENGINEIO_EIO_PAYLOAD_H
#define ENGINEIO_EIO_PAYLOAD_H

#include "engineio/eio_packet.h"

enum eio_payload_form {
    EIO_PAYLOAD_V4,
    EIO_PAYLOAD_V3_TEXT,
    EIO_PAYLOAD_V3_BINARY
};

struct eio_payload_decoder {
    enum eio_payload_form form;
    struct bytes rest;
    const uint8_t *end;  /* of the body, where `rest` ends, too */
    struct buf scratch;  /* of the current packet */
    struct buf repaired; /* the body, where it was not valid UTF-8 */
    bool is_done;        /* nothing more follows: the end, or an error */
    bool has_begun;
};

/*
 * `body` is borrowed until eio_payload_deinit(). Text forms are repaired to be UTF-8 first.
 * 0 or SAILS_ENOMEM (nothing to deinit).
 */
int eio_payload_init(struct eio_payload_decoder *d, enum eio_payload_form form, struct bytes body);
void eio_payload_deinit(struct eio_payload_decoder *d);

/*
 * The next packet. 1: there it is; 0: the payload has ended; SAILS_EPROTO: parse error, the packets
 * before it were good; SAILS_ENOMEM. After anything but 1 nothing more comes.
 */
int eio_payload_next(struct eio_payload_decoder *d, struct eio_packet *packet);

/* Appends `packet` to a payload that holds nothing else yet if `is_first`. Only messages may be
 * binary. Binary data becomes base64 in the text forms. */
void eio_payload_append(struct buf *out, enum eio_payload_form form, bool is_first,
                        const struct eio_packet *packet);

#endif
