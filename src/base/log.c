#include "base/log.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>

/* A log line is for people; whoever has more to say should say it in several. */
enum {
    LOG_LINE_MAX = 2048
};

bool log_has(const struct log *log, enum log_level level)
{
    return log != NULL && log->write != NULL && level != LOG_SILENT && level <= log->level;
}

/* ---- what may be in a line ---- */

/* The character at `text`, of 1 to 4 bytes; 0: there is no valid one. */
static size_t read_char(const char *text, uint32_t *code)
{
    struct utf8_check check = {0};
    size_t len = 0;

    do {
        if (!utf8_check_feed(&check, (struct bytes){(const uint8_t *)text + len, 1})) {
            return 0;
        }
        len++;
    } while (!utf8_check_is_whole(&check));
    *code = (uint8_t)text[0];
    if (len > 1) {
        *code &= 0x7fu >> len;
    }
    for (size_t i = 1; i < len; i++) {
        *code = *code << 6 | ((uint8_t)text[i] & 0x3f);
    }
    return len;
}

/* What would end the line, command a terminal, or turn the text around that follows. */
static bool is_plain(uint32_t code)
{
    bool is_control = (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0);
    bool is_separator = code == 0x2028 || code == 0x2029;
    bool turns = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

    return !is_control && !is_separator && !turns;
}

/* As a C program would write it. */
static const char *escape(char *out, size_t size, size_t len, uint32_t code, char byte)
{
    if (len == 0) {
        snprintf(out, size, "\\x%02x", (uint8_t)byte);
    } else if (code == '\n' || code == '\r') {
        snprintf(out, size, "\\%c", code == '\n' ? 'n' : 'r');
    } else {
        snprintf(out, size, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    }
    return out;
}

/*
 * Much of what a line says comes from outside. One line stays one, and text stays text, whoever has written
 * it: `out` gets it with everything else escaped, as far as there is room.
 */
static void make_line(char out[LOG_LINE_MAX], const char *text)
{
    size_t n = 0;

    for (size_t at = 0; text[at] != '\0';) {
        uint32_t code = 0;
        char escaped[8];
        size_t len = read_char(text + at, &code);
        const char *piece = text + at;
        size_t piece_len = len;

        if (len == 0 || !is_plain(code)) {
            piece = escape(escaped, sizeof(escaped), len, code, text[at]);
            piece_len = strlen(piece);
        }
        if (n + piece_len >= LOG_LINE_MAX) {
            break;
        }
        memcpy(out + n, piece, piece_len);
        n += piece_len;
        at += len > 0 ? len : 1;
    }
    out[n] = '\0';
}

/* ---- how much of a kind ---- */

/* What is known of a line's kind. */
struct judgement {
    enum log_verdict verdict;
    uint64_t n_counted;
};

static struct judgement judge(const struct log *log, enum log_level level, const char *format)
{
    struct judgement judgement = {.verdict = LOG_WRITE};

    if (log->limits != NULL && level != LOG_INFO && level != LOG_BLANK) {
        judgement.verdict = log_limits_ask(log->limits, format, machine_unix_ms(log->machine),
                                           &judgement.n_counted);
    }
    return judgement;
}

static void add_judgement(char line[LOG_LINE_MAX], const struct judgement *judgement)
{
    char text[128] = "";
    size_t end = 0;
    size_t len = 0;

    if (judgement->n_counted > 0) {
        snprintf(text, sizeof(text), " (after %" PRIu64 " more of this kind)",
                 judgement->n_counted);
    }
    if (judgement->verdict == LOG_WRITE_LAST) {
        len = strlen(text);
        snprintf(text + len, sizeof(text) - len, " (more of this kind are counted for a while)");
    }
    len = strlen(text);
    end = utf8_cut(str_from(line), LOG_LINE_MAX - 1 - len).len;
    memcpy(line + end, text, len > 0 ? len + 1 : 0);
}

/* ---- lines ---- */

static void write_line(const struct log *log, enum log_level level,
                       const struct judgement *judgement, const struct log_field *fields,
                       size_t n_fields, const char *format, va_list args)
    __attribute__((format(printf, 6, 0)));

static void write_line(const struct log *log, enum log_level level,
                       const struct judgement *judgement, const struct log_field *fields,
                       size_t n_fields, const char *format, va_list args)
{
    char text[LOG_LINE_MAX];
    char line[LOG_LINE_MAX];

    vsnprintf(text, sizeof(text), format, args);
    make_line(line, text);
    add_judgement(line, judgement);
    if (n_fields > 0 && log->write_fields != NULL) {
        log->write_fields(log->ctx, level, line, fields, n_fields);
    } else {
        log->write(log->ctx, level, line);
    }
}

static const struct judgement as_it_is = {.verdict = LOG_WRITE};

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    struct judgement judgement;
    va_list args;

    if (!log_has(log, level)) {
        return;
    }
    judgement = judge(log, level, format);
    if (judgement.verdict == LOG_COUNT) {
        return;
    }
    va_start(args, format);
    write_line(log, level, &judgement, NULL, 0, format, args);
    va_end(args);
}

void log_line_v(const struct log *log, enum log_level level, const char *format, va_list args)
{
    if (log_has(log, level)) {
        write_line(log, level, &as_it_is, NULL, 0, format, args);
    }
}

void log_fields(const struct log *log, enum log_level level, const struct log_field *fields,
                size_t n_fields, const char *format, ...)
{
    va_list args;

    if (!log_has(log, level)) {
        return;
    }
    va_start(args, format);
    write_line(log, level, &as_it_is, fields, n_fields, format, args);
    va_end(args);
}

void log_tell_counted(const struct log *log)
{
    uint64_t n = 0;
    const char *format = NULL;

    if (log == NULL || log->limits == NULL) {
        return;
    }
    while ((format = log_limits_next(log->limits, &n)) != NULL) {
        log_line(log, LOG_INFO, "%" PRIu64 " more lines were only counted: %s", n, format);
    }
}
