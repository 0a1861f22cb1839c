#include "base/log.h"

#include <stdio.h>

/* A log line is for people; whoever has more to say should say it in several. */
enum {
    LOG_LINE_MAX = 2048
};

bool log_has(const struct log *log, enum log_level level)
{
    return log != NULL && log->write != NULL && level != LOG_SILENT && level <= log->level;
}

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    char text[LOG_LINE_MAX];
    va_list args;

    if (!log_has(log, level)) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    log->write(log->ctx, level, text);
}

void log_fields(const struct log *log, enum log_level level, const struct log_field *fields,
                size_t n_fields, const char *format, ...)
{
    char text[LOG_LINE_MAX];
    va_list args;

    if (!log_has(log, level)) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (log->write_fields != NULL) {
        log->write_fields(log->ctx, level, text, fields, n_fields);
    } else {
        log->write(log->ctx, level, text);
    }
}
