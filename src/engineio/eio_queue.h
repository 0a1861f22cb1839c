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

/* {0} is a valid empty queue. */
struct eio_queue {
    struct eio_queued *packets;
    size_t count;
    size_t cap;
    size_t bytes;
    size_t largest; /* of one packet */
};

/*
 * Retains `message`. 0; SAILS_ENOMEM; SAILS_ESLOW: over `max` bytes (0: no limit), the longest packet not
 * counted, as in a link's queue: else one that is over the bound could never be sent.
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
