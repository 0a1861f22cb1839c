/*
 * redis.h - one connection of a worker to a Redis server.
 *
 * Purpose    Commands and replies, without waiting; connects by itself, again and again, and says
 *            who it is each time. Sessions are kept over it; for a connection that subscribes see
 *            redis_options.on_push.
 * Ownership  Commands are copied; replies are views for the time of their callback. The options'
 *            texts are copied, the log is borrowed.
 * Threads    That worker's thread only, callbacks included.
 * Floor      net.
 *
 *     redis_command() --> ready? --yes--> sent -----reply----> callback(0 or SAILS_EREFUSED)
 *                           |               +--lost, late----> callback(SAILS_ECLOSED, _ETIMEOUT)
 *                           no: waits for the connection, at most wait_ms
 */
#ifndef NET_REDIS_H
#define NET_REDIS_H

#include "base/log.h"
#include "net/redis_reply.h"
#include "net/redis_tls.h"

struct redis;
struct worker;

enum {
    REDIS_PORT = 6379,
    /* Commands of one connection that are not answered yet: a request that needs a session is one. */
    REDIS_DEFAULT_MAX_COMMANDS = 10000,
    /* ... and their bytes, which is what a server that has stopped reading costs us. */
    REDIS_DEFAULT_MAX_QUEUE = 16 * 1024 * 1024,
    REDIS_DEFAULT_MAX_REPLY = 16 * 1024 * 1024
};

struct redis_options {
    const char *host;     /* a name or an address */
    unsigned port;        /* 1 to 65535 */
    const char *username; /* of Redis 6 and later; NULL: the default user */
    const char *password; /* NULL: none */
    unsigned db;          /* SELECTed if it is not 0 */
    struct redis_tls_options tls;
    uint64_t connect_timeout_ms; /* until it is ready, log-in included */
    uint64_t command_timeout_ms; /* from sending to the reply; over it the connection is lost */
    uint64_t wait_ms;      /* how long a command waits for a connection; 0: for the first attempt
                                    to connect, after which it is refused until there is one */
    uint64_t retry_ms;     /* pause before connecting again; doubles with each failure ... */
    uint64_t max_retry_ms; /* ... up to this; the pause taken is a random part of it, half at
                                    least, so that a thousand workers do not come back at once */
    size_t max_commands;
    size_t max_queue;
    size_t max_reply;

    /*
     * Not NULL: the connection subscribes. Messages ("message", "pmessage", "smessage" and what
     * follows them) come here and answer no command. SUBSCRIBE and its like must then name one
     * channel each, for the server confirms each channel.
     */
    void (*on_push)(const struct redis_reply *message, void *ctx);

    /* 0: it is ready (again), and what the server must know can be sent: subscriptions; else why it
     * was lost. May be NULL. */
    void (*on_change)(int status, void *ctx);
    void *ctx;             /* of both */
    const struct log *log; /* one line when it is lost, one when it is back; may be NULL */
    char *texts;           /* of a copy: its memory */
};

extern const struct redis_options redis_default_options;

/*
 * A copy with texts of its own, in one piece of memory that redis_options_deinit() frees; the log is
 * borrowed. 0; SAILS_ENOMEM.
 */
int redis_options_copy(const struct redis_options *options, struct redis_options *out);
void redis_options_deinit(struct redis_options *options); /* one that is no copy: harmless */

/* 0; SAILS_EINVAL: no host, a port or a bound that is out of range. */
int redis_options_check(const struct redis_options *options);

/*
 * Begins to connect, and goes on until it is closed. 0; SAILS_EINVAL: redis_options_check(); SAILS_ETLS: its
 * files (logged); SAILS_ENOMEM.
 */
int redis_open(struct worker *worker, const struct redis_options *options, struct redis **out);

/*
 * Every command whose callback has not come yet gets SAILS_ECLOSED, within the call; nothing else
 * follows. Before or in its worker's on_stop; also from a callback of its own. NULL is harmless.
 */
void redis_close(struct redis *redis);

/*
 * The answer to a command: comes exactly once, on a later turn than the command or from redis_close(),
 * and may do anything. status:
 *   0               `reply` is what was answered
 *   SAILS_EREFUSED  `reply` is the server's error
 *   SAILS_ECLOSED   the connection was lost, or there is none; the server may have done the command
 *   SAILS_ETIMEOUT  no connection within wait_ms, or no answer within command_timeout_ms
 *   SAILS_ENOMEM    it waited for the connection, and then could not be sent
 * Without an answer `reply` is NULL.
 */
typedef void (*redis_reply_cb)(int status, const struct redis_reply *reply, void *ctx);

/*
 * Sends a command: its name and arguments, of any bytes. Commands are answered in the order in which
 * they were sent. `on_reply` may be NULL.
 *
 * 0; SAILS_ECLOSED: there is no connection; SAILS_ETOOBIG: too much is waiting already;
 * SAILS_EINVAL: no name; SAILS_ENOMEM. After an error on_reply does not come.
 */
int redis_command(struct redis *redis, const struct str *argv, size_t argc, redis_reply_cb on_reply,
                  void *ctx);

#endif
