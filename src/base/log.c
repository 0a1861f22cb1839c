#include "base/log.h"

#include <stddef.h>
#include <stdio.h>

/* A log line is for people; whoever has more to say should say it in several. */
enum {
    LOG_LINE_MAX = 2048
};

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    char text[LOG_LINE_MAX];
    va_list args;

    if (log == NULL || log->write == NULL || level > log->level) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    log->write(log->ctx, level, text);
}
