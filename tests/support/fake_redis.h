/*
 * fake_redis.h - the test as a Redis server.
 *
 * The test's thread accepts, reads what the connection under test sends, and answers what it likes,
 * when it likes; so each cut, delay and refusal happens where the test says, without sleeping. Nobody
 * waits longer than FAKE_REDIS_PATIENCE_S: a broken test fails instead of hanging.
 */
#ifndef SUPPORT_FAKE_REDIS_H
#define SUPPORT_FAKE_REDIS_H

#include "base/buf.h"

enum {
    FAKE_REDIS_PATIENCE_S = 20
};

struct fake_redis {
    int listener;  /* -1: refuses connections */
    unsigned port; /* on 127.0.0.1 */
    int peer;      /* the connection accepted last; -1: none */
    struct buf in; /* what it has sent and nobody has looked at */
};

void fake_redis_open(struct fake_redis *fake);
void fake_redis_close(struct fake_redis *fake);

/* Refuses connections from now on; listens again, on the same port. */
void fake_redis_refuse(struct fake_redis *fake);
void fake_redis_listen(struct fake_redis *fake);

/* Waits for the next connection; the one before it is closed. */
void fake_redis_accept(struct fake_redis *fake);

/* As accept, and answers the PING with which every connection without password and db begins. */
void fake_redis_welcome(struct fake_redis *fake);

/* Ends the connection. */
void fake_redis_hang_up(struct fake_redis *fake);

/* Waits for one command: its parts, with a blank between them. */
void fake_redis_expect(struct fake_redis *fake, const char *command);

/* As expect, where only its beginning is known. */
void fake_redis_expect_prefix(struct fake_redis *fake, const char *prefix);

/* As it is: "+OK\r\n", or a part of it. */
void fake_redis_say(struct fake_redis *fake, const char *text);

/* Waits until the other side has closed. */
void fake_redis_expect_end(struct fake_redis *fake);

#endif
