#include "http/http_response.h"

#include "base/macros.h"
#include "http/http.h"
#include "http/http_fields.h"

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

/* This is on the way of every response: printf() would be a tenth of its cost. */
static void add(struct own_lines *own, struct str text)
{
    size_t room = sizeof(own->text) - own->len;

    text.len = text.len < room ? text.len : room;
    memcpy(own->text + own->len, text.ptr, text.len);
    own->len += text.len;
}

static void add_number(struct own_lines *own, uint64_t value)
{
    char digits[20];

    add(own, (struct str){digits, str_write_u64(digits, value)});
}

static bool is_left_out(const struct http_response *response, struct str name)
{
    return str_eq_nocase(name, STR("Connection")) || (str_eq_nocase(name, STR("Content-Length")) &&
                                                      response->framing != HTTP_RESPONSE_NO_BODY);
}

/* What is in the exchange's own lines. */
struct fields_info {
    size_t len; /* of those that are sent */
    bool has_date;
};

static struct fields_info look_at_fields(const struct http_response *response)
{
    struct fields_info info = {0};
    struct str rest = response->fields;
    struct str line, name, value;

    if (response->has_plain_fields || response->framing == HTTP_RESPONSE_UPGRADE) {
        info.len = rest.len;
        return info;
    }
    while (http_fields_take_line(&rest, &line, &name, &value)) {
        info.len += is_left_out(response, name) ? 0 : line.len;
        info.has_date = info.has_date || str_eq_nocase(name, STR("Date"));
    }
    return info;
}

static void put_fields(const struct http_response *response, const struct fields_info *info,
                       uint8_t *out)
{
    struct str rest = response->fields;
    struct str line, name, value;

    if (info->len == rest.len) { /* nearly always */
        memcpy(out, rest.len > 0 ? rest.ptr : "", rest.len);
        return;
    }
    while (http_fields_take_line(&rest, &line, &name, &value)) {
        if (!is_left_out(response, name)) {
            memcpy(out, line.ptr, line.len);
            out += line.len;
        }
    }
}

static void add_connection(struct own_lines *own, const struct http_response *response)
{
    if (!response->keep_alive) {
        add(own, STR("Connection: close\r\n"));
        return;
    }
    add(own, STR("Connection: keep-alive\r\n"));
    if (response->keep_alive_s > 0) {
        add(own, STR("Keep-Alive: timeout="));
        add_number(own, response->keep_alive_s);
        add(own, STR("\r\n"));
    }
}

static void add_framing(struct own_lines *own, const struct http_response *response)
{
    switch (response->framing) {
    case HTTP_RESPONSE_NO_BODY_LEN:
    case HTTP_RESPONSE_LENGTH:
        add(own, STR("Content-Length: "));
        add_number(own, response->length);
        add(own, STR("\r\n"));
        break;
    case HTTP_RESPONSE_CHUNKED:
        add(own, STR("Transfer-Encoding: chunked\r\n"));
        break;
    case HTTP_RESPONSE_NO_BODY:
    case HTTP_RESPONSE_UNTIL_CLOSE:
    case HTTP_RESPONSE_UPGRADE:
        break;
    }
}

static void make_own_lines(struct own_lines *own, const struct http_response *response,
                           bool has_date)
{
    own->len = 0;
    if (response->framing == HTTP_RESPONSE_UPGRADE) {
        return;
    }
    if (!has_date) {
        add(own, STR("Date: "));
        add(own, response->date);
        add(own, STR("\r\n"));
    }
    add_connection(own, response);
    add_framing(own, response);
}

struct shared *http_response_make(const struct http_response *response)
{
    struct own_lines status = {.len = 0};
    struct own_lines own;
    struct shared *bytes = NULL;
    const struct fields_info fields = look_at_fields(response);
    size_t body_len = response->framing == HTTP_RESPONSE_LENGTH ? response->body.len : 0;
    size_t head_len = 0;
    size_t len = 0;

    add(&status, STR("HTTP/1.1 "));
    add_number(&status, response->status);
    add(&status, STR(" "));
    add(&status, str_from(http_status_text(response->status)));
    add(&status, STR("\r\n"));
    make_own_lines(&own, response, fields.has_date);
    head_len = status.len + fields.len + own.len + 2;
    if (!size_add(head_len, body_len, &len)) {
        return NULL;
    }
    bytes = shared_create(len);
    if (bytes == NULL) {
        return NULL;
    }
    memcpy(bytes->data, status.text, status.len);
    put_fields(response, &fields, bytes->data + status.len);
    memcpy(bytes->data + status.len + fields.len, own.text, own.len);
    memcpy(bytes->data + head_len - 2, "\r\n", 2);
    if (body_len > 0) {
        memcpy(bytes->data + head_len, response->body.ptr, body_len);
    }
    return bytes;
}
