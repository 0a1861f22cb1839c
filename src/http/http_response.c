#include "http/http_response.h"

#include "base/macros.h"
#include "http/http.h"
#include "http/http_fields.h"

#include <stdio.h>

enum {
    /* Status line (the longest text has 31 characters), Date, Connection, Keep-Alive and
     * Content-Length, numbers of 20 digits included. */
    OWN_LINES_MAX = 384
};

/* The lines that are not the exchange's own. */
struct own_lines {
    char text[OWN_LINES_MAX];
    size_t len;
};

static void add_line(struct own_lines *own, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_line(struct own_lines *own, const char *format, ...)
{
    va_list args;
    int n = 0;

    va_start(args, format);
    n = vsnprintf(own->text + own->len, sizeof(own->text) - own->len, format, args);
    va_end(args);
    if (n > 0) {
        own->len += (size_t)n;
    }
}

static bool is_left_out(const struct http_response *response, struct str name)
{
    if (response->framing == HTTP_RESPONSE_UPGRADE) {
        return false;
    }
    return str_eq_nocase(name, STR("Connection")) || (str_eq_nocase(name, STR("Content-Length")) &&
                                                      response->framing != HTTP_RESPONSE_NO_BODY);
}

/* Copies the lines of `fields` that are sent to `out`, or only counts them (NULL). */
static size_t put_fields(const struct http_response *response, uint8_t *out)
{
    struct str rest = response->fields;
    struct str line, name, value;
    size_t len = 0;

    while (http_fields_take_line(&rest, &line, &name, &value)) {
        if (is_left_out(response, name)) {
            continue;
        }
        if (out != NULL) {
            memcpy(out + len, line.ptr, line.len);
        }
        len += line.len;
    }
    return len;
}

static bool has_date(struct str fields)
{
    struct str line, name, value;

    while (http_fields_take_line(&fields, &line, &name, &value)) {
        if (str_eq_nocase(name, STR("Date"))) {
            return true;
        }
    }
    return false;
}

static void add_connection(struct own_lines *own, const struct http_response *response)
{
    if (!response->keep_alive) {
        add_line(own, "Connection: close\r\n");
        return;
    }
    add_line(own, "Connection: keep-alive\r\n");
    if (response->keep_alive_s > 0) {
        add_line(own, "Keep-Alive: timeout=%ju\r\n", (uintmax_t)response->keep_alive_s);
    }
}

static void add_framing(struct own_lines *own, const struct http_response *response)
{
    switch (response->framing) {
    case HTTP_RESPONSE_NO_BODY_LEN:
    case HTTP_RESPONSE_LENGTH:
        add_line(own, "Content-Length: %ju\r\n", (uintmax_t)response->length);
        break;
    case HTTP_RESPONSE_CHUNKED:
        add_line(own, "Transfer-Encoding: chunked\r\n");
        break;
    case HTTP_RESPONSE_NO_BODY:
    case HTTP_RESPONSE_UNTIL_CLOSE:
    case HTTP_RESPONSE_UPGRADE:
        break;
    }
}

static void make_own_lines(struct own_lines *own, const struct http_response *response)
{
    own->len = 0;
    if (response->framing == HTTP_RESPONSE_UPGRADE) {
        return;
    }
    if (!has_date(response->fields)) {
        add_line(own, "Date: %.*s\r\n", STR_FMT(response->date));
    }
    add_connection(own, response);
    add_framing(own, response);
}

struct shared *http_response_make(const struct http_response *response)
{
    struct own_lines status = {.len = 0};
    struct own_lines own;
    struct shared *bytes = NULL;
    size_t fields_len = put_fields(response, NULL);
    size_t body_len = response->framing == HTTP_RESPONSE_LENGTH ? response->body.len : 0;
    size_t head_len = 0;
    size_t len = 0;

    add_line(&status, "HTTP/1.1 %u %s\r\n", response->status, http_status_text(response->status));
    make_own_lines(&own, response);
    head_len = status.len + fields_len + own.len + 2;
    if (!size_add(head_len, body_len, &len)) {
        return NULL;
    }
    bytes = shared_create(len);
    if (bytes == NULL) {
        return NULL;
    }
    memcpy(bytes->data, status.text, status.len);
    put_fields(response, bytes->data + status.len);
    memcpy(bytes->data + status.len + fields_len, own.text, own.len);
    memcpy(bytes->data + head_len - 2, "\r\n", 2);
    if (body_len > 0) {
        memcpy(bytes->data + head_len, response->body.ptr, body_len);
    }
    return bytes;
}
