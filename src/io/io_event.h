/*
 * io_event.h - an event from a client while the listeners hear it.
 *
 * Purpose    Name and arguments, parsed when first asked for, and the right to answer.
 * Ownership  Lies on the stack of whoever tells the listeners. Owns what was parsed.
 * Threads    The socket's worker. A sails_io_ack that was taken out of it: any thread.
 * Floor      io; uses socketio, base.
 */
#ifndef IO_IO_EVENT_H
#define IO_IO_EVENT_H

#include "io/io.h"

struct sails_io_event {
    struct sio_socket *socket;
    struct eio_session *session; /* of the socket, also when that has been disconnected meanwhile */
    const struct sio_packet *packet;
    char *name;    /* NULL: not decoded yet */
    json_t *args;  /* NULL: not parsed yet */
    bool is_acked; /* sent, or taken */
};

void io_event_init(struct sails_io_event *event, struct sio_socket *socket,
                   const struct sio_packet *packet);
void io_event_deinit(struct sails_io_event *event);

/* As sails_io_ack_send(), but after an error `ack` is still the caller's. */
int io_event_try_ack(sails_io_ack *ack, json_t *args);

/* The same for the text of an array, in which nothing is binary. */
int io_event_try_ack_text(sails_io_ack *ack, struct str args);

/* Its name; a view, valid as long as the event. Decodes it only where it has escapes. */
struct str io_event_name(const struct sails_io_event *event);

#endif
