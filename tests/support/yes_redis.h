/*
 * yes_redis.h - a Redis server that says +OK to everything, on a thread of its own, and writes down what it
 * was told.
 */
#ifndef SUPPORT_YES_REDIS_H
#define SUPPORT_YES_REDIS_H

#include "base/buf.h"
#include "support/cmocka.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

struct yes_redis {
    int listener;
    unsigned port;
    _Atomic(const char *) answer; /* to each command; "": it hangs up */
    pthread_t thread;
    pthread_mutex_t lock;
    struct buf told; /* commands as they came, ends with a NUL */
};

static inline void yes_redis_serve(struct yes_redis *redis, int peer)
{
    char piece[65536];
    const char *answer = NULL;
    ssize_t n = 0;

    while ((n = recv(peer, piece, sizeof(piece), 0)) > 0) {
        pthread_mutex_lock(&redis->lock);
        buf_append(&redis->told, piece, (size_t)n);
        pthread_mutex_unlock(&redis->lock);
        answer = atomic_load(&redis->answer);
        if (answer[0] == '\0' || send(peer, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    (void)close(peer);
}

static inline void *yes_redis_run(void *arg)
{
    struct yes_redis *redis = arg;
    int peer = -1;

    while ((peer = accept(redis->listener, NULL, NULL)) >= 0) {
        yes_redis_serve(redis, peer);
    }
    return NULL;
}

static inline void yes_redis_open(struct yes_redis *redis, const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    *redis = (struct yes_redis){.listener = -1};
    atomic_init(&redis->answer, answer);
    pthread_mutex_init(&redis->lock, NULL);
    redis->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(redis->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(redis->listener, 16), 0);
    assert_int_equal(getsockname(redis->listener, (struct sockaddr *)&address, &len), 0);
    redis->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&redis->thread, NULL, yes_redis_run, redis), 0);
}

/* Whether it was told that; a part of a command in its bytes. */
static inline bool yes_redis_was_told(struct yes_redis *redis, const void *part, size_t len)
{
    bool was_told = false;

    pthread_mutex_lock(&redis->lock);
    was_told = redis->told.len > 0 && memmem(redis->told.ptr, redis->told.len, part, len) != NULL;
    pthread_mutex_unlock(&redis->lock);
    return was_told;
}

static inline void yes_redis_close(struct yes_redis *redis)
{
    (void)shutdown(redis->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(redis->thread, NULL), 0);
    (void)close(redis->listener);
    buf_deinit(&redis->told);
    pthread_mutex_destroy(&redis->lock);
}

#endif
