/*
 * eio_queue.h - packets that wait for a poll.
 *
 * Purpose    A queue with a bound, which one message of any size gets through.
 * Ownership  Its owner's memory; holds a reference to each of its messages.
 * Threads    One thread at a time.
 * Floor      engineio.
 */
#ifndef ENGINEIO_EIO_QUEUE_H
#define ENGINEIO_EIO_QUEUE_H

#include "engineio/eio_message.h"
#include "engineio/eio_packet.h"

/* A packet that waits. */
struct eio_queued {
    struct eio_message *message; /* NULL: the packet has no data */
    enum eio_packet_type type;
};

/* What messages take of a queue; {0}: nothing. */
struct eio_load {
    size_t bytes;
    size_t largest; /* of one of them */
};

/* False: it has no bounds. */
bool eio_load_add(struct eio_load *load, const struct eio_message *message);

/* {0} is a valid empty queue. */
struct eio_queue {
    struct eio_queued *packets;
    size_t count;
    size_t cap;
    struct eio_load load;
};

/* Whether so much more is within `max` bytes (0: no limit); the longest packet does not count, as in a link's
 * queue: else one that is over the bound could never be sent. */
bool eio_queue_admits(const struct eio_queue *queue, const struct eio_load *more, size_t max);

/*
 * Retains `message`. 0; SAILS_ENOMEM; SAILS_ESLOW: see eio_queue_admits().
 */
int eio_queue_push(struct eio_queue *queue, enum eio_packet_type type, struct eio_message *message,
                   size_t max);

/* The packet at `at`, below `count`; a view. */
struct eio_packet eio_queue_packet(const struct eio_queue *queue, size_t at);

bool eio_queue_has_binary(const struct eio_queue *queue);

/* Whether anything in it may be compressed; only a message's sender can object. */
bool eio_queue_may_compress(const struct eio_queue *queue);

/* Empties it; eio_queue_deinit() gives its memory back, too. */
void eio_queue_clear(struct eio_queue *queue);
void eio_queue_deinit(struct eio_queue *queue);

#endif
