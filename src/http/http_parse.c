#include "http/http_parse.h"

#include <http_parser.h>

/*
 * The library as distributions build it is not strict, and forgives what a careful server does not;
 * it gets a head only in one piece and after http_scan.h, and never a body (http_chunked.h). Because
 * the head is in one piece, so is every span that it calls back with; should one come in parts all
 * the same, the parts are neighbours and the span grows.
 */

struct parse {
    http_parser parser; /* `data` is the http_parsed */
    bool is_complete;
    bool in_value; /* the last span was (a part of) a value */
};

static struct parse *parse_of(http_parser *parser)
{
    return (struct parse *)(void *)parser; /* the first member */
}

static int on_field(http_parser *parser, const char *at, size_t len)
{
    struct parse *parse = parse_of(parser);
    struct http_parsed *out = parser->data;

    if (out->n_headers == 0 || parse->in_value) {
        if (out->n_headers == out->max_headers) {
            return -1;
        }
        out->headers[out->n_headers] = (struct http_header){.name = {at, 0}};
        out->n_headers++;
        parse->in_value = false;
    }
    out->headers[out->n_headers - 1].name.len += len;
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t len)
{
    struct parse *parse = parse_of(parser);
    struct http_parsed *out = parser->data;
    struct str *value = &out->headers[out->n_headers - 1].value;

    if (!parse->in_value) {
        *value = (struct str){at, 0};
        parse->in_value = true;
    }
    value->len += len;
    return 0;
}

static int on_headers_complete(http_parser *parser)
{
    struct http_parsed *out = parser->data;

    parse_of(parser)->is_complete = true;
    out->method = str_from(http_method_str((enum http_method)parser->method));
    out->is_upgrade = parser->upgrade != 0;
    out->keep_alive = http_should_keep_alive(parser) != 0;
    return 1; /* no body for the library */
}

static const http_parser_settings settings = {
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_headers_complete,
};

static unsigned status_of(enum http_errno err)
{
    if (err == HPE_INVALID_METHOD) {
        return 501;
    }
    return err == HPE_HEADER_OVERFLOW ? 431 : 400;
}

/* "HTTP/1.1", "HTTP/1.0"; any other of that form is 505, the preface of HTTP/2 included. */
static unsigned read_version(struct http_parsed *out, struct str version)
{
    if (str_eq(version, STR("HTTP/1.1")) || str_eq(version, STR("HTTP/1.0"))) {
        out->is_http_1_0 = version.ptr[7] == '0';
        return 0;
    }
    if (version.len == 8 && str_starts_with(version, STR("HTTP/")) &&
        char_is_digit(version.ptr[5]) && version.ptr[6] == '.' && char_is_digit(version.ptr[7])) {
        return 505;
    }
    return 400;
}

/* The scan has seen to it that there are two blanks and something between them. */
static unsigned read_request_line(struct http_parsed *out, struct str head)
{
    struct str line = {head.ptr, str_find(head, '\r')};
    struct str rest = str_from_offset(line, str_find(line, ' ') + 1);

    out->target = (struct str){rest.ptr, str_find(rest, ' ')};
    return read_version(out, str_from_offset(rest, out->target.len + 1));
}

/* The views are const, the bytes below them are the caller's to change. */
static void lower_names(struct http_parsed *out, char *head)
{
    for (size_t i = 0; i < out->n_headers; i++) {
        char *name = head + (out->headers[i].name.ptr - head);

        for (size_t j = 0; j < out->headers[i].name.len; j++) {
            name[j] = char_lower(name[j]);
        }
    }
}

unsigned http_parse_head(struct http_parsed *out, char *head, size_t len)
{
    struct parse parse = {.is_complete = false};
    size_t start = 0;
    unsigned status = 0;

    while (start < len && (head[start] == '\r' || head[start] == '\n')) {
        start++; /* empty lines before the request line */
    }
    status = read_request_line(out, (struct str){head + start, len - start});
    if (status != 0) {
        return status;
    }
    out->n_headers = 0;
    http_parser_init(&parse.parser, HTTP_REQUEST);
    parse.parser.data = out;
    http_parser_execute(&parse.parser, &settings, head + start, len - start);
    if (HTTP_PARSER_ERRNO(&parse.parser) != HPE_OK || !parse.is_complete) {
        return status_of(HTTP_PARSER_ERRNO(&parse.parser));
    }
    lower_names(out, head);
    for (size_t i = 0; i < out->n_headers; i++) {
        out->headers[i].value = str_trim(out->headers[i].value);
    }
    return 0;
}
