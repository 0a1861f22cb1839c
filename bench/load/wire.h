/*
 * wire.h - one TCP connection of a client: what it has read and not understood yet, what it has to send.
 *
 * Writes wait for wire_flush(), which engine.c calls for all wires of a turn, so that what a client says in one turn
 * leaves at once.
 */
#ifndef BENCH_LOAD_WIRE_H
#define BENCH_LOAD_WIRE_H

#include "load/base.h"

#include <netinet/in.h>
#include <stdbool.h>

struct client;

struct wire {
    int fd; /* -1: closed */
    int epoll;
    bool is_connected;
    bool is_watching_out;
    bool is_paused;         /* reads only when it is told to */
    struct client *client;  /* whose it is */
    struct wire *next_said; /* of those that have something to send, see engine.h */
    bool is_said;
    struct pile in, out;
};

struct endpoint {
    struct sockaddr_in address;
    char host[128]; /* for the header Host, with the port */
};

/*
 * Begins to connect. Clients of a server on 127.0.0.1 come from as many addresses as it takes, for one has no more than
 * some 28,000 ports.
 *
 * @param receive_buffer  of the kernel, in bytes; 0: as it is
 */
void wire_open(struct wire *wire, int epoll, const struct endpoint *to, size_t index,
               int receive_buffer);
void wire_close(struct wire *wire);

/* Why it did not come about, for people; asked once, then the kernel has told. */
const char *wire_failure(const struct wire *wire);

/* Takes what has come, at most `most` bytes, into `in`. False: the connection has ended. */
bool wire_read(struct wire *wire, size_t most);

/* Sends what it can. False: the connection has ended. */
bool wire_flush(struct wire *wire);

/* Stops and goes on reading. */
void wire_pause(struct wire *wire, bool is_paused);

#endif
