/*
 * clustered.h - the format of Socket.IO's cluster adapters: sharded pub/sub, and streams.
 *
 * Purpose    {"type","data","uid","nsp"} as it is published (redis-cluster 7), and the same as the fields
 *            of an entry in a stream (9).
 * Ownership  Results are appended to the caller's buf; see adapter_message.h.
 * Threads    Any.
 * Floor      adapter; uses base.
 *
 *     P#N#        the main channel of a namespace
 *     P#N#ROOM#   of a room, while somebody is in it (modes dynamic and dynamic-private)
 *     P#N#UID#    answers to one node
 */
#ifndef ADAPTER_CLUSTERED_H
#define ADAPTER_CLUSTERED_H

#include "adapter/adapter_message.h"

/* `subscriptionMode`: which rooms have a channel of their own. */
enum clustered_mode {
    CLUSTERED_STATIC,  /* none */
    CLUSTERED_DYNAMIC, /* those that are no socket's own: names that are not 20 characters long */
    CLUSTERED_DYNAMIC_PRIVATE /* all */
};

/* Whether a room has a channel of its own. */
bool clustered_has_channel(enum clustered_mode mode, struct str room);

/* "P#N#", or "P#N#LAST#": of a room, or of the answers to a uid. */
void clustered_channel(struct buf *out, struct str prefix, struct str nsp, struct str last);

/* Where a message is published. `asker`: the uid of the node that an answer is for. */
void clustered_channel_for(struct buf *out, struct str prefix, enum clustered_mode mode,
                           const struct adapter_message *m, struct str asker);

/*
 * Appends the bytes to publish: JSON, or MessagePack where binary is in a message that may have some
 * (BROADCAST, answers, acks). With `always_msgpack` MessagePack in any case: what the streams adapter
 * publishes. 0; SAILS_EINVAL: a kind that this format does not have; SAILS_EJSON; SAILS_ENOMEM.
 */
int clustered_write(struct buf *out, const struct adapter_message *m, bool always_msgpack);

/* 0; SAILS_EPROTO: to be counted and dropped; SAILS_ETOOBIG; SAILS_ENOMEM. */
int clustered_read(struct bytes payload, struct adapter_message *m);

/* ---- an entry of a stream: the fields uid, nsp, type, data ---- */

struct clustered_entry {
    struct str uid, nsp, type;
    struct str data; /* JSON, or MessagePack in base64; empty: there is none */
};

/* The fields `type` and `data` of a message, into two bufs. Errors as clustered_write(). */
int clustered_write_entry(struct buf *type, struct buf *data, const struct adapter_message *m);

/* As clustered_read(). */
int clustered_read_entry(const struct clustered_entry *entry, struct adapter_message *m);

#endif
