#include "http/http_chunked.h"

#include "http/http_scan.h"

#include <assert.h>
#include <sails/err.h>

/*
 *   SIZE --;--> EXTENSION --CR--> SIZE_LF --> DATA --> DATA_CR --> DATA_LF --> SIZE
 *     +------------CR----------------^  |size 0
 *                                       v
 *                                    TRAILER ... --CR--> END_LF --> END
 *
 * I1  size > 0 in DATA.
 */

enum {
    /* 16 hex digits: what 64 bits hold; leading zeros are no reason for more. */
    SIZE_DIGITS_MAX = 16,
    /* Of one body, all chunks together: an extension on each of many tiny chunks costs a sender
     * nothing and a receiver time (CVE-2023-39326). Node's bound, too. */
    OVERHEAD_MAX = 16 * 1024
};

static bool is_text(uint8_t c)
{
    return (c >= ' ' && c != 0x7f) || c == '\t';
}

static int go(struct http_chunked *c, enum http_chunked_state next)
{
    c->state = next;
    return 0;
}

static int go_if(struct http_chunked *c, bool ok, enum http_chunked_state next)
{
    return ok ? go(c, next) : SAILS_EPROTO;
}

static int count_overhead(struct http_chunked *c)
{
    c->n_overhead++;
    return c->n_overhead > OVERHEAD_MAX ? SAILS_EPROTO : 0;
}

static int on_size(struct http_chunked *c, uint8_t byte)
{
    int digit = char_hex_value((char)byte);

    if (digit >= 0) {
        c->n_digits++;
        c->size = c->size << 4 | (uint64_t)digit;
        return c->n_digits > SIZE_DIGITS_MAX ? SAILS_EPROTO : 0;
    }
    if (c->n_digits == 0) {
        return SAILS_EPROTO;
    }
    if (byte == ';') {
        return go(c, HTTP_CHUNKED_EXTENSION);
    }
    return go_if(c, byte == '\r', HTTP_CHUNKED_SIZE_LF);
}

static int on_extension(struct http_chunked *c, uint8_t byte)
{
    if (byte == '\r') {
        return go(c, HTTP_CHUNKED_SIZE_LF);
    }
    return is_text(byte) ? count_overhead(c) : SAILS_EPROTO;
}

static int on_trailer(struct http_chunked *c, uint8_t byte)
{
    if (byte == '\r') {
        return go(c, HTTP_CHUNKED_END_LF);
    }
    c->state = HTTP_CHUNKED_TRAILER_NAME;
    return http_is_token_char(byte) ? count_overhead(c) : SAILS_EPROTO;
}

static int on_trailer_name(struct http_chunked *c, uint8_t byte)
{
    if (byte == ':') {
        return go(c, HTTP_CHUNKED_TRAILER_VALUE);
    }
    return http_is_token_char(byte) ? count_overhead(c) : SAILS_EPROTO;
}

static int on_trailer_value(struct http_chunked *c, uint8_t byte)
{
    if (byte == '\r') {
        return go(c, HTTP_CHUNKED_TRAILER_LF);
    }
    return is_text(byte) ? count_overhead(c) : SAILS_EPROTO;
}

/* Any byte but those of the chunks' data. */
static int on_byte(struct http_chunked *c, uint8_t byte)
{
    switch (c->state) {
    case HTTP_CHUNKED_SIZE:
        return on_size(c, byte);
    case HTTP_CHUNKED_EXTENSION:
        return on_extension(c, byte);
    case HTTP_CHUNKED_SIZE_LF:
        return go_if(c, byte == '\n', c->size > 0 ? HTTP_CHUNKED_DATA : HTTP_CHUNKED_TRAILER);
    case HTTP_CHUNKED_DATA_CR:
        return go_if(c, byte == '\r', HTTP_CHUNKED_DATA_LF);
    case HTTP_CHUNKED_DATA_LF:
        c->n_digits = 0;
        return go_if(c, byte == '\n', HTTP_CHUNKED_SIZE);
    case HTTP_CHUNKED_TRAILER:
        return on_trailer(c, byte);
    case HTTP_CHUNKED_TRAILER_NAME:
        return on_trailer_name(c, byte);
    case HTTP_CHUNKED_TRAILER_VALUE:
        return on_trailer_value(c, byte);
    case HTTP_CHUNKED_TRAILER_LF:
        return go_if(c, byte == '\n', HTTP_CHUNKED_TRAILER);
    case HTTP_CHUNKED_END_LF:
        return go_if(c, byte == '\n', HTTP_CHUNKED_END);
    case HTTP_CHUNKED_DATA:
    case HTTP_CHUNKED_END:
        break;
    }
    return 0;
}

static void take_data(struct http_chunked *c, struct bytes *in, struct bytes *piece)
{
    size_t n = in->len < c->size ? in->len : (size_t)c->size;

    assert(c->size > 0); /* I1 */
    *piece = (struct bytes){in->ptr, n};
    *in = bytes_from_offset(*in, n);
    c->size -= n;
    if (c->size == 0) {
        c->state = HTTP_CHUNKED_DATA_CR;
    }
}

int http_chunked_next(struct http_chunked *c, struct bytes *in, struct bytes *piece)
{
    *piece = (struct bytes){NULL, 0};
    while (in->len > 0 && c->state != HTTP_CHUNKED_END) {
        int rc = 0;

        if (c->state == HTTP_CHUNKED_DATA) {
            take_data(c, in, piece);
            return 0;
        }
        rc = on_byte(c, in->ptr[0]);
        *in = bytes_from_offset(*in, 1);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}
