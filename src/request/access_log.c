#include "request/access_log.h"

#include <stdio.h>

enum {
    FIELD_MAX = 1024 /* the whole line fits into log_line()'s 2 KiB */
};

/* A field of the line, safe to print. */
struct field {
    char text[FIELD_MAX + sizeof("...")];
};

static bool is_plain(char byte)
{
    return byte > ' ' && byte < 0x7f;
}

static const char *write_field(struct field *out, struct str value, const char *if_empty)
{
    size_t len = 0;
    size_t i = 0;

    for (; i < value.len; i++) {
        size_t need = is_plain(value.ptr[i]) ? 1 : 3;

        if (len + need > FIELD_MAX) {
            break;
        }
        if (need == 1) {
            out->text[len] = value.ptr[i];
        } else {
            snprintf(out->text + len, need + 1, "%%%02X", (unsigned)(unsigned char)value.ptr[i]);
        }
        len += need;
    }
    snprintf(out->text + len, sizeof(out->text) - len, "%s", i < value.len ? "..." : "");
    return value.len > 0 ? out->text : if_empty;
}

static struct str without_query(struct str url)
{
    return (struct str){url.ptr, str_find(url, '?')};
}

void access_log_line(const struct log *log, const struct access_entry *entry)
{
    struct field path;

    if (log == NULL || log->level < LOG_INFO) {
        return; /* nothing is escaped for nobody */
    }
    log_line(log, LOG_INFO, "%.*s %s %u %llums %.*s %s", STR_FMT(entry->method),
             write_field(&path, without_query(entry->url), "/"), entry->status,
             (unsigned long long)entry->duration_ms,
             STR_FMT(entry->ip.len > 0 ? entry->ip : STR("-")), entry->is_socket ? "ws" : "http");
}
