/*
 * One decoder for three forms: what differs is how the next entry is cut out of the rest.
 *
 * I1  After an error or the end nothing more is decoded (is_done).
 * I2  No length from outside is used before it was compared with what is there.
 */
#include "engineio/eio_payload.h"

#include "base/base64.h"
#include "base/macros.h"
#include "base/utf8.h"
#include "engineio/eio_text.h"

#include <assert.h>
#include <sails/err.h>

enum {
    SEPARATOR = 0x1e, /* between the packets of revision 4 */
    V3_STRING = 0x00, /* markers of revision 3's binary form */
    V3_BINARY = 0x01,
    V3_LENGTH_END = 0xff,
    V3_LENGTH_DIGITS = 310 /* JavaScript's largest number has 309; the reference stops here */
};

static void payload_check(const struct eio_payload_decoder *d, int rc)
{
    assert(rc == 1 || d->is_done); /* I1 */
    assert(d->rest.len == 0 ||
           d->rest.ptr + d->rest.len == d->end); /* I2: no more was taken than is there */
    (void)d;
    (void)rc;
}

static void set_body(struct eio_payload_decoder *d, struct bytes body)
{
    d->rest = body;
    d->end = body.len > 0 ? body.ptr + body.len : body.ptr;
}

int eio_payload_init(struct eio_payload_decoder *d, enum eio_payload_form form, struct bytes body)
{
    *d = (struct eio_payload_decoder){.form = form};
    set_body(d, body);
    if (form == EIO_PAYLOAD_V3_BINARY || utf8_is_valid(body)) {
        return 0;
    }
    eio_text_repair(&d->repaired, body);
    if (buf_error(&d->repaired) != 0) {
        eio_payload_deinit(d);
        return SAILS_ENOMEM;
    }
    set_body(d, buf_bytes(&d->repaired));
    return 0;
}

void eio_payload_deinit(struct eio_payload_decoder *d)
{
    buf_deinit(&d->scratch);
    buf_deinit(&d->repaired);
}

/* Cuts at the separator. A trailing one announces a packet that is empty, an error: the end is
 * reached only by a packet without a separator behind it. */
static int next_v4(struct eio_payload_decoder *d, struct eio_packet *packet)
{
    struct str rest = bytes_str(d->rest);
    size_t len = str_find(rest, SEPARATOR);
    int rc = eio_packet_decode_text(4, (struct str){rest.ptr, len}, &d->scratch, packet);

    if (rc < 0) {
        return rc;
    }
    d->is_done = len == rest.len;
    if (!d->is_done) {
        d->rest = bytes_from_offset(d->rest, len + 1);
    }
    return 1;
}

/* How many bytes the first `units` UTF-16 units of valid UTF-8 take; false: there are not that many,
 * or the last one is half of a character. */
static bool find_utf16_end(struct str text, uint64_t units, size_t *len)
{
    size_t at = 0;

    while (units > 0) {
        uint8_t lead = 0;
        uint64_t width = 1;

        if (at >= text.len) {
            return false;
        }
        lead = (uint8_t)text.ptr[at];
        width = lead >= 0xf0 ? 2 : 1;
        if (width > units) {
            return false;
        }
        units -= width;
        at += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    }
    *len = at;
    return true;
}

/* "<length>:" off the front; entries of length 0 are skipped. 1, 0 at the end, or an error. */
static int take_v3_length(struct eio_payload_decoder *d, uint64_t *units)
{
    *units = 0;
    while (*units == 0) {
        struct str rest = bytes_str(d->rest);
        size_t colon = str_find(rest, ':');

        if (rest.len == 0 && d->has_begun) {
            return 0;
        }
        if (colon == rest.len || !str_to_u64((struct str){rest.ptr, colon}, rest.len, units)) {
            return SAILS_EPROTO;
        }
        d->rest = bytes_from_offset(d->rest, colon + 1);
        d->has_begun = true;
    }
    return 1;
}

static int next_v3_text(struct eio_payload_decoder *d, struct eio_packet *packet)
{
    uint64_t units = 0;
    size_t len = 0;
    int rc = take_v3_length(d, &units);

    if (rc <= 0) {
        return rc;
    }
    if (!find_utf16_end(bytes_str(d->rest), units, &len)) {
        return SAILS_EPROTO;
    }
    rc = eio_packet_decode_text(3, (struct str){(const char *)d->rest.ptr, len}, &d->scratch,
                                packet);
    if (rc < 0) {
        return rc;
    }
    d->rest = bytes_from_offset(d->rest, len);
    return 1;
}

/* The digits behind the marker, up to 0xff; then that many bytes must be there (I2). */
static bool take_binary_length(struct bytes *rest, size_t *len)
{
    size_t value = 0;
    size_t n_digits = 0;

    for (n_digits = 0; n_digits < rest->len && rest->ptr[n_digits] != V3_LENGTH_END; n_digits++) {
        uint8_t digit = rest->ptr[n_digits];

        if (digit > 9 || n_digits >= V3_LENGTH_DIGITS || !size_mul(value, 10, &value) ||
            !size_add(value, digit, &value)) {
            return false;
        }
    }
    if (n_digits == 0 || n_digits == rest->len) {
        return false;
    }
    *rest = bytes_from_offset(*rest, n_digits + 1);
    *len = value;
    return value <= rest->len;
}

static int decode_v3_string(struct eio_payload_decoder *d, struct bytes text,
                            struct eio_packet *packet)
{
    buf_clear(&d->repaired);
    if (!utf8_is_valid(text)) {
        int rc = eio_text_repair_surrogates(&d->repaired, text);

        if (rc < 0 || buf_error(&d->repaired) != 0) {
            return rc < 0 ? rc : SAILS_ENOMEM;
        }
        text = buf_bytes(&d->repaired);
    }
    return eio_packet_decode_text(3, bytes_str(text), &d->scratch, packet);
}

static int next_v3_binary(struct eio_payload_decoder *d, struct eio_packet *packet)
{
    bool is_string = false;
    struct bytes body = {0};
    size_t len = 0;
    int rc = 0;

    if (d->rest.len == 0) {
        return d->has_begun ? 0 : SAILS_EPROTO;
    }
    d->has_begun = true;
    is_string = d->rest.ptr[0] == V3_STRING;
    d->rest = bytes_from_offset(d->rest, 1);
    if (!take_binary_length(&d->rest, &len)) {
        return SAILS_EPROTO;
    }
    body = (struct bytes){d->rest.ptr, len};
    d->rest = bytes_from_offset(d->rest, len);
    if (is_string) {
        rc = decode_v3_string(d, body, packet);
        return rc < 0 ? rc : 1;
    }
    return eio_packet_decode_binary(3, body, packet) ? 1 : SAILS_EPROTO;
}

int eio_payload_next(struct eio_payload_decoder *d, struct eio_packet *packet)
{
    int rc = 0;

    if (d->is_done) {
        return 0;
    }
    switch (d->form) {
    case EIO_PAYLOAD_V4:
        rc = next_v4(d, packet);
        break;
    case EIO_PAYLOAD_V3_TEXT:
        rc = next_v3_text(d, packet);
        break;
    case EIO_PAYLOAD_V3_BINARY:
        rc = next_v3_binary(d, packet);
        break;
    }
    if (rc != 1) {
        d->is_done = true;
    }
    payload_check(d, rc);
    return rc;
}

static void append_type(struct buf *out, const struct eio_packet *packet)
{
    buf_append_char(out, (char)('0' + (int)packet->type));
}

static void append_v4(struct buf *out, bool is_first, const struct eio_packet *packet)
{
    if (!is_first) {
        buf_append_char(out, SEPARATOR);
    }
    if (packet->is_binary) {
        buf_append_char(out, 'b');
        base64_encode(out, packet->data);
    } else {
        append_type(out, packet);
        buf_append(out, packet->data.ptr, packet->data.len);
    }
}

static void append_v3_text(struct buf *out, const struct eio_packet *packet)
{
    if (packet->is_binary) {
        buf_append_u64(out, 2 + BASE64_LEN((uint64_t)packet->data.len));
        buf_append_str(out, STR(":b"));
        append_type(out, packet);
        base64_encode(out, packet->data);
    } else {
        buf_append_u64(out, 1 + utf8_utf16_len(bytes_str(packet->data)));
        buf_append_char(out, ':');
        append_type(out, packet);
        buf_append(out, packet->data.ptr, packet->data.len);
    }
}

static void append_v3_binary(struct buf *out, const struct eio_packet *packet)
{
    char type = (char)packet->type;
    size_t start = 0;

    buf_append_char(out, packet->is_binary ? V3_BINARY : V3_STRING);
    start = out->len;
    buf_append_u64(out, 1 + (uint64_t)packet->data.len);
    for (size_t i = start; i < out->len; i++) {
        out->ptr[i] = (char)(out->ptr[i] - '0');
    }
    buf_append_char(out, (char)V3_LENGTH_END);
    buf_append_char(out, packet->is_binary ? type : (char)('0' + type));
    buf_append(out, packet->data.ptr, packet->data.len);
}

void eio_payload_append(struct buf *out, enum eio_payload_form form, bool is_first,
                        const struct eio_packet *packet)
{
    switch (form) {
    case EIO_PAYLOAD_V4:
        append_v4(out, is_first, packet);
        break;
    case EIO_PAYLOAD_V3_TEXT:
        append_v3_text(out, packet);
        break;
    case EIO_PAYLOAD_V3_BINARY:
        append_v3_binary(out, packet);
        break;
    }
}
