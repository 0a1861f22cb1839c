#include "cli/cli_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether it is a terminal that shows colours, and nobody has asked for none. */
static bool shows_colors(int fd)
{
    const char *terminal = getenv("TERM");
    const char *none = getenv("NO_COLOR");

    return isatty(fd) && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           (none == NULL || none[0] == '\0');
}

static void say(FILE *stream, const char *prefix, const char *color, const char *format,
                va_list args) __attribute__((format(printf, 4, 0)));

static void say(FILE *stream, const char *prefix, const char *color, const char *format,
                va_list args)
{
    bool has_colors = shows_colors(fileno(stream));

    fprintf(stream, "%s%s%s ", has_colors ? color : "", prefix, has_colors ? "\x1b[0m" : "");
    vfprintf(stream, format, args);
    fputc('\n', stream);
    fflush(stream);
}

void cli_say_info(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(stdout, " info:", "\x1b[32m", format, args);
    va_end(args);
}

void cli_say_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(stdout, " warn:", "\x1b[33m", format, args);
    va_end(args);
}

void cli_say_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(stderr, "error:", "\x1b[31m", format, args);
    va_end(args);
}
