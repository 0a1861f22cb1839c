/*
 * sio_kept.h - a packet that outlives the message that brought it.
 *
 * Purpose    Packets that wait: for their attachments, or for their namespace to be connected.
 * Ownership  Owns copies of the text and the attachments, and the parsed arguments if there are any.
 * Threads    One thread at a time.
 * Floor      socketio; uses base.
 */
#ifndef SOCKETIO_SIO_KEPT_H
#define SOCKETIO_SIO_KEPT_H

#include "base/byte_budget.h"
#include "base/list.h"
#include "socketio/sio_packet.h"

struct sio_kept {
    struct sio_kept *next;    /* for its owner's list */
    struct list in_ready;     /* while it waits for the next turn */
    struct sio_socket *owner; /* that it is held for; NULL: for none */
    size_t size;              /* bytes that it holds */
    size_t charged;           /* to `budget` */
    struct byte_budget *budget;
    size_t n_received;
    struct sio_packet packet; /* views into this */
    json_t *attachments[];    /* binary values */
};

/* Copies `packet`, whose texts are views into `text`, without the attachments; arguments that are parsed are shared. The
 * memory that all of it takes counts against `budget`. 0; SAILS_ENOMEM; SAILS_EOVERLOAD. */
int sio_kept_create(struct str text, const struct sio_packet *packet, struct byte_budget *budget,
                    struct sio_kept **out);

/* The next attachment, made a value (the only copy, which the arguments will share); there must be one
 * missing. With the last one, packet.attachments is set. 0; SAILS_ENOMEM; SAILS_EOVERLOAD. */
int sio_kept_add(struct sio_kept *kept, struct bytes attachment);

/* NULL is nothing to destroy. */
void sio_kept_destroy(struct sio_kept *kept);

#endif
