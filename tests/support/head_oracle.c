#include "support/head_oracle.h"

#include <http_parser.h>

struct reading {
    http_parser parser; /* `data` is the http_parsed */
    bool is_complete;
    bool in_value;
};

static struct reading *reading_of(http_parser *parser)
{
    return (struct reading *)(void *)parser; /* the first member */
}

static int on_url(http_parser *parser, const char *at, size_t len)
{
    struct http_parsed *out = parser->data;

    out->target = (struct str){at, len};
    return 0;
}

static int on_field(http_parser *parser, const char *at, size_t len)
{
    struct reading *reading = reading_of(parser);
    struct http_parsed *out = parser->data;

    if (out->n_headers == 0 || reading->in_value) {
        if (out->n_headers == out->max_headers) {
            return -1;
        }
        out->headers[out->n_headers] = (struct http_header){.name = {at, 0}};
        out->n_headers++;
        reading->in_value = false;
    }
    out->headers[out->n_headers - 1].name.len += len;
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t len)
{
    struct reading *reading = reading_of(parser);
    struct http_parsed *out = parser->data;
    struct str *value = &out->headers[out->n_headers - 1].value;

    if (!reading->in_value) {
        *value = (struct str){at, 0};
        reading->in_value = true;
    }
    value->len += len;
    return 0;
}

static int on_headers_complete(http_parser *parser)
{
    struct http_parsed *out = parser->data;

    reading_of(parser)->is_complete = true;
    out->method = str_from(http_method_str((enum http_method)parser->method));
    out->is_http_1_0 = parser->http_major == 1 && parser->http_minor == 0;
    out->is_upgrade = parser->upgrade != 0;
    out->keep_alive = http_should_keep_alive(parser) != 0;
    return 1; /* no body */
}

bool head_oracle_read(struct http_parsed *out, const char *head, size_t len)
{
    static const http_parser_settings settings = {
        .on_url = on_url,
        .on_header_field = on_field,
        .on_header_value = on_value,
        .on_headers_complete = on_headers_complete,
    };
    struct reading reading = {.is_complete = false};

    out->n_headers = 0;
    http_parser_init(&reading.parser, HTTP_REQUEST);
    reading.parser.data = out;
    http_parser_execute(&reading.parser, &settings, head, len);
    for (size_t i = 0; i < out->n_headers; i++) {
        out->headers[i].value = str_trim(out->headers[i].value);
    }
    return HTTP_PARSER_ERRNO(&reading.parser) == HPE_OK && reading.is_complete &&
           reading.parser.http_major == 1 && reading.parser.http_minor <= 1;
}
