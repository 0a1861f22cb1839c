/*
 * patience.h - says so when something takes longer than it should.
 *
 * Purpose    The lift calls functions of the program that may block. Nobody can end them from outside, but
 *            whoever waits should know what for.
 * Ownership  The caller provides the memory, which must stay until patience_end().
 * Threads    begin and end: the thread that waits. Between them a thread of its own writes the line.
 * Floor      app; uses base.
 */
#ifndef APP_PATIENCE_H
#define APP_PATIENCE_H

#include "base/log.h"

#include <pthread.h>

struct patience {
    const struct log *log;
    enum log_level level;
    char text[256];
    uint64_t limit_ms;
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_over; /* lock */
    bool is_lost; /* lock: the line has been written */
};

/* Unless patience_end() comes within limit_ms, the line is logged. Without the means for another thread
 * nothing is. */
void patience_begin(struct patience *p, const struct log *log, enum log_level level,
                    uint64_t limit_ms, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Whether the line has been logged. */
bool patience_end(struct patience *p);

#endif
