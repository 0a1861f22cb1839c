/*
 * log.h - a place for the floors below the application to say what happened.
 *
 * Purpose    Levels and a sink; what a line looks like is the application's business.
 * Ownership  Borrowed by everybody from the application.
 * Threads    Any thread; the sink sees to it that lines do not mix.
 * Floor      base.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>

/* Sails' levels, most urgent first. */
enum log_level {
    LOG_SILENT,
    LOG_ERROR,
    LOG_WARN,
    LOG_DEBUG,
    LOG_INFO,
    LOG_VERBOSE,
    LOG_SILLY
};

struct log {
    enum log_level level; /* lines above it are dropped before they are made */
    void (*write)(void *ctx, enum log_level level, const char *text);
    void *ctx;
};

/* One line, without a newline at its end; over 2 KiB it is cut. NULL as log says nothing. */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
