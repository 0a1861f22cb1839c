/*
 * socket_message.h - the message of a request over a socket.
 *
 * Purpose    sails.io.js sends {"method", "headers", "data", "url"}. What is read of it is read from its text;
 *            values are made of what a request keeps, and of the whole only where it is not as clients write it.
 * Ownership  Owns its values. The URL is a view into the event.
 * Threads    The socket's worker.
 * Floor      gate; uses io, http, base.
 */
#ifndef GATE_SOCKET_MESSAGE_H
#define GATE_SOCKET_MESSAGE_H

#include "http/http.h"
#include "io/io_event.h"

struct socket_message {
    struct str url;  /* .ptr NULL: none that is text, and not empty */
    json_t *headers; /* NULL: none */
    json_t *data;    /* NULL: not said, as the next */
    json_t *params;
};

/* Of an event whose one argument is an object; {0} before. False: read it from its value. */
bool socket_message_read(struct socket_message *message, const sails_io_event *event);

/* Of the event's first argument, whatever that is. */
void socket_message_read_value(struct socket_message *message, const json_t *value);

/* What data and params are together (sails-sockets 3.6). The caller's; NULL: no memory. */
json_t *socket_message_make_body(const struct socket_message *message, enum http_method method);

void socket_message_deinit(struct socket_message *message);

/* As JavaScript's `if` takes it. */
bool socket_message_is_truthy(const json_t *value);

#endif
