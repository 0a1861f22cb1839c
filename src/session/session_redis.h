/*
 * session_redis.h - sessions in Redis, where servers of Sails in Node find them, too.
 *
 * Purpose    A sails_session_store (sails/session.h) over one connection of each worker. A session is
 *            the JSON text under the key "sess:<id>", which Redis forgets when its time is over:
 *            that of its `cookie.expires`, if it has one (sails-sockets 4.2).
 * Ownership  Copies its options' texts, borrows their log. A store is destroyed after the last worker
 *            has stopped.
 * Threads    The store's functions: any worker's thread; their callbacks come on the same one. Create
 *            and destroy: before and after the workers. start and stop: that worker's thread.
 * Floor      session; uses net, base.
 *
 *     session_redis_create()                      before net_start()
 *       session_redis_start(redis, worker)        in each worker's on_start
 *         session_redis_store(redis).load(...)    requests
 *       session_redis_stop(redis, worker)         in its on_stop, after the last request
 *     session_redis_destroy()                     after net_join()
 *
 * While Redis is away each function fails at once, with SAILS_ECLOSED or within the connection's time
 * limits; nothing is kept for later, for a session that is saved late overwrites newer ones.
 */
#ifndef SESSION_SESSION_REDIS_H
#define SESSION_SESSION_REDIS_H

#include "net/redis.h"

#include <sails/session.h>

/* What connect-redis uses, and so what Sails in Node finds. */
#define SESSION_REDIS_PREFIX "sess:"

struct session_redis_options {
    struct redis_options redis; /* its on_push, on_change and ctx are not used */
    const char *prefix;         /* of keys; NULL: SESSION_REDIS_PREFIX */
    uint64_t ttl_ms;            /* instead of what save() and touch() are told; 0: as they say */
};

struct session_redis;

/* Connects nowhere yet. 0; SAILS_ENOMEM. */
int session_redis_create(const struct session_redis_options *options, struct session_redis **out);
void session_redis_destroy(struct session_redis *redis); /* NULL is harmless */

/*
 * Begins to connect, and waits for nothing: an app serves without Redis, too. 0; SAILS_EINVAL: of
 * redis_open(); SAILS_ENOMEM.
 */
int session_redis_start(struct session_redis *redis, struct worker *worker);

/* What is not answered yet gets SAILS_ECLOSED, now. A worker that was not started is harmless. */
void session_redis_stop(struct session_redis *redis, struct worker *worker);

/* Its functions. From a thread that is no worker's, or has not been started: SAILS_ESTATE. */
struct sails_session_store session_redis_store(struct session_redis *redis);

#endif
