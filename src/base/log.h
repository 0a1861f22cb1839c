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

#include "base/log_limits.h"
#include "base/machine.h"
#include "base/str.h"

#include <stdarg.h>

/* Sails' levels, most urgent first. Nothing is logged at the first: it silences the others. */
enum log_level {
    LOG_SILENT,
    LOG_CRIT,
    LOG_ERROR,
    LOG_WARN,
    LOG_DEBUG,
    LOG_BLANK, /* as LOG_INFO, and without a prefix */
    LOG_INFO,
    LOG_VERBOSE,
    LOG_SILLY
};

/* What a line says, for programs: a text, or a number. */
struct log_field {
    const char *name;
    bool is_number;
    struct str text;
    int64_t number;
};

struct log {
    enum log_level level; /* lines above it are dropped before they are made */
    void (*write)(void *ctx, enum log_level level, const char *text);
    void *ctx;
    /* NULL: write() gets the text of lines with fields, too. */
    void (*write_fields)(void *ctx, enum log_level level, const char *text,
                         const struct log_field *fields, size_t n_fields);
    /* NULL: all is written; else complaints, which are all lines but those of LOG_INFO and LOG_BLANK, are
     * limited: those of log_line(), a kind of which is its format. */
    struct log_limits *limits;
    const struct machine *machine; /* for its time; where there are limits */
};

/*
 * One line, without a newline at its end; over 2 KiB it is cut. Whatever would make it more than a line of text
 * (line breaks, control characters, bytes that are not UTF-8, marks that turn text around) is escaped: "\n", "\x1b".
 * NULL as log says nothing.
 */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a program's own lines, of which none is counted. */
void log_line_v(const struct log *log, enum log_level level, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* A line with fields for a log that programs read; the text says what they say. */
void log_fields(const struct log *log, enum log_level level, const struct log_field *fields,
                size_t n_fields, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Tells how many of each kind were counted and not written. At the end, when nothing complains any more. */
void log_tell_counted(const struct log *log);

/* Whether a line of that level would be written. NULL as log: false. */
bool log_has(const struct log *log, enum log_level level);

#endif
