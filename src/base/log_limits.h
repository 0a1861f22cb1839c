/*
 * log_limits.h - complaints that come by the thousand.
 *
 * Purpose    What a client can make a program complain about it can make it complain about as often as it likes: a
 *            few lines of a kind are written, the others counted, and the number is told. A kind is
 *            the place in the sources that complains: its format.
 * Ownership  Inside struct log's owner; formats are borrowed, and are literals.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_LOG_LIMITS_H
#define BASE_LOG_LIMITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOG_LIMITS_KINDS =
        128, /* more places than complain; of those that find no room all is written */
    LOG_LIMITS_LINES = 20,       /* of a kind, in a window: enough to see what it is about */
    LOG_LIMITS_WINDOW_MS = 10000 /* then so many are written again */
};

struct log_kind {
    const char *format; /* NULL: free */
    uint64_t since_ms;  /* when its window began */
    unsigned n_written; /* in it */
    uint64_t n_counted; /* in it, and not written */
};

struct log_limits {
    pthread_mutex_t lock;
    atomic_bool is_on; /* false: all is written */
    struct log_kind kinds[LOG_LIMITS_KINDS];
};

void log_limits_init(struct log_limits *limits);
void log_limits_deinit(struct log_limits *limits);

/* From now on, or no longer. Off while a program is lifted: all that is said then is meant for people. */
void log_limits_switch(struct log_limits *limits, bool is_on);

enum log_verdict {
    LOG_WRITE,
    LOG_WRITE_LAST, /* the others of this window are counted */
    LOG_COUNT
};

/* A line of a kind. *n_counted: how many of it were counted since the last that was written. */
enum log_verdict log_limits_ask(struct log_limits *limits, const char *format, uint64_t now_ms,
                                uint64_t *n_counted);

/* A kind that has lines which were counted and not told yet; it has none then. NULL: there is none. */
const char *log_limits_next(struct log_limits *limits, uint64_t *n_counted);

#endif
