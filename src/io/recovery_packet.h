/*
 * recovery_packet.h - an event that was sent, kept for those who come back.
 *
 * Purpose    The message, whom it was for, and the event behind it, so that a reader walks on without
 *            the log's lock.
 * Ownership  Counted: the one before holds a reference (of the oldest, the log), and so does who reads.
 * Threads    Any. `next` is written once, by the log under its lock.
 * Floor      io; uses socketio, base.
 */
#ifndef IO_RECOVERY_PACKET_H
#define IO_RECOVERY_PACKET_H

#include "base/hash.h"
#include "base/map.h"
#include "socketio/sio.h"

/* Longest offset text and its NUL. */
enum {
    RECOVERY_OFFSET_SIZE = 48 /* a stream's: two numbers of 64 bits, a hyphen */
};

struct recovery_name {
    uint64_t hash;
    struct str text;
};

/* Names in a row; `is_given` tells an empty list, which is nobody, from none. */
struct recovery_names {
    struct recovery_name *list;
    size_t n;
    bool is_given;
};

struct recovery_packet {
    atomic_uint refs;
    struct recovery_packet *next; /* NULL: the newest */
    uint64_t seq;
    uint64_t expires_ms;
    size_t size; /* bytes that it keeps */
    struct sio_message *message;
    struct recovery_names to;
    struct recovery_names except;
    struct recovery_name except_id; /* .text.ptr NULL: none */
    char offset[RECOVERY_OFFSET_SIZE];
    struct recovery_name names[]; /* of `to` and `except`, and behind them their texts */
};

/* With one reference, for those whom `target` selects, or for nobody. Names are copied, `message` is
 * retained. NULL: no memory. */
struct recovery_packet *recovery_packet_create(struct hash_key key, struct sio_message *message,
                                               const struct sio_target *target, bool to_nobody);
struct recovery_packet *recovery_packet_retain(struct recovery_packet *packet);

/* The last one frees it, and lets go of the one behind. NULL is nothing to release. */
void recovery_packet_release(struct recovery_packet *packet);

/* The rooms of a session that came back, looked up by their hashes. */
struct recovery_rooms {
    struct map by_hash;
    struct recovery_room *rooms;
};

/* `rooms`: an array of texts, borrowed for as long as this is used. 0 or SAILS_ENOMEM. */
int recovery_rooms_init(struct recovery_rooms *rooms, struct hash_key key, json_t *list);
void recovery_rooms_deinit(struct recovery_rooms *rooms);

/* Whether the event was for a socket of those rooms with that id. O(names of the event). */
bool recovery_packet_concerns(const struct recovery_packet *packet,
                              const struct recovery_rooms *rooms, struct str sid);

#endif
