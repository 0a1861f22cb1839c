/*
 * redis_sync.h - a connection to a Redis server that blocks.
 *
 * Purpose    For who has no worker: a command line, an emitter, a look at Redis before the lift.
 * Ownership  redis_sync_open() to redis_sync_close().
 * Threads    One at a time.
 * Floor      net.
 */
#ifndef NET_REDIS_SYNC_H
#define NET_REDIS_SYNC_H

#include "base/buf.h"
#include "net/redis.h"

struct redis_sync;

/*
 * Connects and says who we are, within connect_timeout_ms. `why` gets a reason for people, without secrets.
 * 0; SAILS_EINVAL: redis_options_check(); SAILS_ENOENT: nobody knows the host; -ECONNREFUSED, ...;
 * SAILS_ETIMEOUT; SAILS_EREFUSED: the server lets us not in; SAILS_ETLS; SAILS_EPROTO; SAILS_ENOMEM.
 */
int redis_sync_open(const struct redis_options *options, struct redis_sync **out, struct buf *why);
void redis_sync_close(struct redis_sync *sync); /* NULL is harmless */

/*
 * Sends a command and waits for its answer, for command_timeout_ms. *out (NULL: nobody wants it) is the
 * caller's, to be freed with redis_reply_destroy(). 0; SAILS_EREFUSED: the server's error, in `why`;
 * SAILS_ECLOSED, SAILS_ETIMEOUT, SAILS_EPROTO, SAILS_ETOOBIG, SAILS_ETLS, SAILS_ENOMEM, -errno: the connection
 * is of no use any more.
 */
int redis_sync_command(struct redis_sync *sync, const struct str *argv, size_t argc,
                       struct redis_reply **out, struct buf *why);

#endif
