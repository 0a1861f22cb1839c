#include "web/access_log.h"

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
    struct field field;
    const char *path = NULL;
    struct str ip = entry->ip.len > 0 ? entry->ip : STR("-");
    const char *transport = entry->is_socket ? "ws" : "http";

    if (!log_has(log, LOG_INFO)) {
        return; /* nothing is escaped for nobody */
    }
    path = write_field(&field, without_query(entry->url), "/");
    log_fields(log, LOG_INFO,
               (const struct log_field[]){
                   {.name = "method", .text = entry->method},
                   {.name = "path", .text = str_from(path)},
                   {.name = "status", .is_number = true, .number = entry->status},
                   {.name = "ms", .is_number = true, .number = (int64_t)entry->duration_ms},
                   {.name = "ip", .text = ip},
                   {.name = "transport", .text = str_from(transport)},
               },
               6, "%.*s %s %u %llums %.*s %s", STR_FMT(entry->method), path, entry->status,
               (unsigned long long)entry->duration_ms, STR_FMT(ip), transport);
}
