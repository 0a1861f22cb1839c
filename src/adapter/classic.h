/*
 * classic.h - the format of @socket.io/redis-adapter, socket.io-redis and @sailshq/socket.io-redis.
 *
 * Purpose    Names of channels, and messages in both directions (redis-cluster 2 to 6, 8, 10, 11).
 * Ownership  Results are appended to the caller's buf; see adapter_message.h.
 * Threads    Any.
 * Floor      adapter; uses base.
 *
 *     P#N#  P#N#ROOM#         broadcasts: to nobody in particular, or to one room
 *     P-request#N#            requests
 *     P-response#N#  ...UID#  answers: to all, or to the node that has asked
 */
#ifndef ADAPTER_CLASSIC_H
#define ADAPTER_CLASSIC_H

#include "adapter/adapter_message.h"

enum classic_channel {
    CLASSIC_BROADCASTS,
    CLASSIC_REQUESTS,
    CLASSIC_RESPONSES,
    CLASSIC_NONE
};

/* "P#N#*", in which what PSUBSCRIBE would take for a pattern is escaped in P and N. */
void classic_pattern(struct buf *out, struct str prefix, struct str nsp);

/* "P-request#N#", "P-response#N#", and with a uid "P-response#N#UID#". */
void classic_request_channel(struct buf *out, struct str prefix, struct str nsp);
void classic_response_channel(struct buf *out, struct str prefix, struct str nsp, struct str uid);

/* Where a message is published: the room's channel for one to exactly one room. Answers go to the common
 * response channel. */
void classic_channel(struct buf *out, struct str prefix, const struct adapter_message *m);

/* What a channel of namespace `nsp` is for. *room: of CLASSIC_BROADCASTS, the room that it is for; empty:
 * none. A view of `channel`. */
enum classic_channel classic_channel_of(struct str channel, struct str prefix, struct str nsp,
                                        struct str *room);

/*
 * Appends the bytes to publish. Acks and broadcasts that want them are JSON unless binary is in them:
 * MessagePack ends nodes of version 6 (redis-cluster 5.3). Binary in other requests goes as Node writes
 * Buffers. 0; SAILS_EINVAL: a kind that this format does not have; SAILS_EJSON; SAILS_ENOMEM.
 */
int classic_write(struct buf *out, const struct adapter_message *m);

/*
 * Reads what came on a channel of `nsp`. 0; SAILS_EPROTO: to be counted and dropped: it is broken, or
 * could break somebody; SAILS_ETOOBIG; SAILS_ENOMEM. An ANSWER may have been anything's: the request that
 * it names knows.
 */
int classic_read(enum classic_channel channel, struct str nsp, struct bytes payload,
                 struct adapter_message *m);

#endif
