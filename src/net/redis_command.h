/*
 * redis_command.h - one command to a Redis server, as its connection keeps it.
 *
 * Purpose    The bytes of RESP2, and who is waiting for the answer.
 * Ownership  The connection's (redis.c).
 * Threads    One thread at a time.
 * Floor      net; uses base.
 */
#ifndef NET_REDIS_COMMAND_H
#define NET_REDIS_COMMAND_H

#include "base/deadline.h"
#include "base/shared.h"
#include "net/redis.h"

struct redis_command {
    struct list in_list;
    struct deadline limit; /* for a connection, then for the answer */
    struct shared *bytes;
    redis_reply_cb on_reply; /* may be NULL */
    void *ctx;
    bool is_greeting; /* of the connection's own: it takes nobody's place */
};

/* Copies the spans. NULL: no memory. */
struct redis_command *redis_command_create(const struct str *argv, size_t argc,
                                           redis_reply_cb on_reply, void *ctx);
void redis_command_destroy(struct redis_command *command); /* NULL is harmless */

#endif
