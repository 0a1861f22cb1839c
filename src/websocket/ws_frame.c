/*
 * ws_frame.c
 *
 * HEAD --2--> LENGTH --2 or 8--> MASK --4--> PAYLOAD --`remaining`--> HEAD     (bytes on arrows)
 * Lengths below 126 go from HEAD straight to MASK, empty frames from MASK straight to HEAD. A
 * broken rule sets `error`, and the decoder says nothing else from then on.
 *
 * I1  `raw` holds the first `have` bytes of the field being collected, never a whole one.
 * I2  remaining > 0 only in MASK and PAYLOAD.
 * I3  in_message is true from the head of a message's first frame, unless that is the last one,
 *     to the end of the head of its last frame.
 */
#include "websocket/ws_frame.h"

#include "base/macros.h"

#include <assert.h>
#include <sails/err.h>

enum {
    FIN = 0x80,
    RSV1 = 0x40,
    RSV2_RSV3 = 0x30,
    OPCODE = 0x0f,
    MASKED = 0x80,
    LEN7 = 0x7f,
    LEN7_IS_16_BIT = 126,
    LEN7_IS_64_BIT = 127
};

static int fail_with(struct ws_decoder *d, int error)
{
    d->error = error;
    return error;
}

/* Moves bytes to `raw`; true once it has all `want`, and then it counts as empty again (I1). */
static bool collect(struct ws_decoder *d, struct bytes *in, size_t want)
{
    size_t n = want - d->have;

    n = n < in->len ? n : in->len;
    memcpy(d->raw + d->have, in->ptr, n);
    *in = bytes_from_offset(*in, n);
    d->have = (uint8_t)(d->have + n);
    if (d->have < want) {
        return false;
    }
    d->have = 0;
    return true;
}

/*
 * Compressed bytes may be more than what they stand for: zlib's smallest settings add 4 %, others
 * might do worse. The exact limit is for what comes out of the inflater.
 */
static uint64_t longest_message(const struct ws_decoder *d, const struct ws_rules *rules)
{
    uint64_t max = rules->max_message;

    return d->is_deflated ? max + max / 8 + 64 : max;
}

static int set_length(struct ws_decoder *d, const struct ws_rules *rules, uint64_t len)
{
    d->remaining = len;
    d->state = WS_MASK;
    if (!ws_opcode_is_control((enum ws_opcode)d->opcode)) {
        uint64_t max = longest_message(d, rules);

        if (len > max || d->message_len > max - len) {
            return fail_with(d, SAILS_ETOOBIG);
        }
        d->message_len += len;
    }
    return 0;
}

/* RFC 6455 section 5.4, RFC 7692 section 6: which data frame may come now. */
static bool may_follow(const struct ws_decoder *d, enum ws_opcode opcode, bool rsv1)
{
    if (ws_opcode_is_control(opcode)) {
        return !rsv1;
    }
    if (d->in_message) {
        return opcode == WS_CONTINUATION && !rsv1;
    }
    return opcode != WS_CONTINUATION;
}

static void begin_data_frame(struct ws_decoder *d)
{
    if (d->opcode != WS_CONTINUATION) {
        d->is_deflated = d->rsv1;
        d->message_len = 0;
    }
    d->in_message = !d->fin; /* I3 */
}

static int on_head(struct ws_decoder *d, const struct ws_rules *rules)
{
    bool control = (d->raw[0] & 0x08) != 0;
    bool masked = (d->raw[1] & MASKED) != 0;

    d->fin = (d->raw[0] & FIN) != 0;
    d->rsv1 = (d->raw[0] & RSV1) != 0;
    d->opcode = d->raw[0] & OPCODE;
    d->len7 = d->raw[1] & LEN7;
    d->begins_frame = true;

    if ((d->raw[0] & RSV2_RSV3) != 0 || (d->rsv1 && !rules->has_deflate)) {
        return fail_with(d, SAILS_EPROTO); /* RSV without an extension */
    }
    if ((d->opcode & 0x7) > 2) {
        return fail_with(d, SAILS_EPROTO); /* opcode 3-7, 11-15 */
    }
    if (!masked) {
        return fail_with(d, SAILS_EPROTO); /* section 5.1: a client always masks */
    }
    if (control && (!d->fin || d->len7 > WS_CONTROL_MAX)) {
        return fail_with(d, SAILS_EPROTO); /* section 5.5: control frames are whole and short */
    }
    if (!may_follow(d, (enum ws_opcode)d->opcode, d->rsv1)) {
        return fail_with(d, SAILS_EPROTO);
    }
    if (!control) {
        begin_data_frame(d);
    }
    if (d->len7 < LEN7_IS_16_BIT) {
        return set_length(d, rules, d->len7);
    }
    d->state = WS_LENGTH;
    return 0;
}

/* A length that would have fit into fewer bytes is accepted, as all servers do (websocket 2). */
static int on_length(struct ws_decoder *d, const struct ws_rules *rules)
{
    size_t n = d->len7 == LEN7_IS_16_BIT ? 2 : 8;
    uint64_t len = 0;

    for (size_t i = 0; i < n; i++) {
        len = len << 8 | d->raw[i];
    }
    if (len > INT64_MAX) {
        return fail_with(d, SAILS_EPROTO); /* section 5.2: the most significant bit is 0 */
    }
    return set_length(d, rules, len);
}

/* The next `n` bytes of the payload become a chunk; the mask turns along. */
static int give(struct ws_decoder *d, struct bytes *in, size_t n, struct ws_chunk *chunk)
{
    d->remaining -= n;
    *chunk = (struct ws_chunk){
        .opcode = (enum ws_opcode)d->opcode,
        .fin = d->fin,
        .is_deflated = d->is_deflated && !ws_opcode_is_control((enum ws_opcode)d->opcode),
        .begins_frame = d->begins_frame,
        .ends_frame = d->remaining == 0,
        .masked = {in->ptr, n},
    };
    memcpy(chunk->mask, d->mask, sizeof(chunk->mask));
    for (size_t i = 0; i < sizeof(d->mask); i++) {
        d->mask[i] = chunk->mask[(i + n) % sizeof(d->mask)];
    }
    d->begins_frame = false;
    d->state = d->remaining == 0 ? WS_HEAD : WS_PAYLOAD;
    *in = bytes_from_offset(*in, n);
    return 1;
}

static int on_payload(struct ws_decoder *d, struct bytes *in, struct ws_chunk *chunk)
{
    return give(d, in, d->remaining < in->len ? (size_t)d->remaining : in->len, chunk);
}

static int on_mask(struct ws_decoder *d, struct bytes *in, struct ws_chunk *chunk)
{
    memcpy(d->mask, d->raw, sizeof(d->mask));
    if (d->remaining == 0) {
        return give(d, in, 0, chunk);
    }
    d->state = WS_PAYLOAD;
    return 0;
}

static void decoder_check(const struct ws_decoder *d)
{
    bool is_field = d->state != WS_PAYLOAD;

    assert(is_field ? d->have < sizeof(d->raw) : d->have == 0);                 /* I1 */
    assert(d->remaining == 0 || d->state == WS_MASK || d->state == WS_PAYLOAD); /* I2 */
    assert(is_field || d->remaining > 0);
    (void)is_field;
}

int ws_decoder_next(struct ws_decoder *d, const struct ws_rules *rules, struct bytes *in,
                    struct ws_chunk *chunk)
{
    int rc = d->error;

    while (rc == 0 && in->len > 0) {
        switch (d->state) {
        case WS_HEAD:
            rc = collect(d, in, 2) ? on_head(d, rules) : 0;
            break;
        case WS_LENGTH:
            rc = collect(d, in, d->len7 == LEN7_IS_16_BIT ? 2 : 8) ? on_length(d, rules) : 0;
            break;
        case WS_MASK:
            rc = collect(d, in, 4) ? on_mask(d, in, chunk) : 0;
            break;
        case WS_PAYLOAD:
            rc = on_payload(d, in, chunk);
            break;
        }
    }
    if (rc >= 0) {
        decoder_check(d);
    }
    return rc;
}

/* Eight bytes at a time: at any address, because memcpy() asks for no alignment. */
void ws_frame_unmask(uint8_t *out, struct bytes masked, const uint8_t mask[4])
{
    uint8_t twice[8] = {mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]};
    uint64_t key = 0;
    size_t at = 0;

    memcpy(&key, twice, sizeof(key));
    for (; masked.len - at >= sizeof(key); at += sizeof(key)) {
        uint64_t word = 0;

        memcpy(&word, masked.ptr + at, sizeof(word));
        word ^= key;
        memcpy(out + at, &word, sizeof(word));
    }
    for (; at < masked.len; at++) {
        out[at] = masked.ptr[at] ^ mask[at % 4];
    }
}

size_t ws_frame_head_len(size_t payload_len)
{
    return payload_len < LEN7_IS_16_BIT ? 2 : payload_len <= UINT16_MAX ? 4 : WS_HEAD_MAX;
}

size_t ws_frame_write_head(uint8_t out[WS_HEAD_MAX], enum ws_opcode opcode, bool is_deflated,
                           size_t payload_len)
{
    size_t len = ws_frame_head_len(payload_len);
    uint64_t rest = payload_len;

    out[0] = (uint8_t)(FIN | (is_deflated ? RSV1 : 0) | (unsigned)opcode);
    out[1] = len == 2 ? (uint8_t)payload_len : len == 4 ? LEN7_IS_16_BIT : LEN7_IS_64_BIT;
    for (size_t i = len; i > 2; i--) {
        out[i - 1] = (uint8_t)(rest & 0xff);
        rest >>= 8;
    }
    return len;
}

struct shared *ws_frame_create(enum ws_opcode opcode, bool is_deflated, struct bytes prefix,
                               struct bytes payload)
{
    struct shared *frame = NULL;
    uint8_t head[WS_HEAD_MAX];
    size_t head_len = 0;
    size_t len = 0;

    if (!size_add(prefix.len, payload.len, &len) || len > SIZE_MAX - WS_HEAD_MAX) {
        return NULL;
    }
    head_len = ws_frame_write_head(head, opcode, is_deflated, len);
    frame = shared_create(head_len + len);
    if (frame == NULL) {
        return NULL;
    }
    memcpy(frame->data, head, head_len);
    if (prefix.len > 0) {
        memcpy(frame->data + head_len, prefix.ptr, prefix.len);
    }
    if (payload.len > 0) {
        memcpy(frame->data + head_len + prefix.len, payload.ptr, payload.len);
    }
    return frame;
}
