#include "websocket/ws_deflate.h"

#include "websocket/ws_frame.h"
#include "websocket/ws_zlib.h"

#include <assert.h>

/* Engine.IO's threshold (engine-io 13), and zlib's own defaults. */
const struct ws_deflate_options ws_default_deflate_options = {
    .threshold = 1024,
    .level = 6,
    .memory_level = 8,
};

enum {
    /*
     * zlib makes no raw stream with a window of 2^8. One of 2^9 is as good: its matches reach at
     * most 512 - 262 bytes back (zlib's MIN_LOOKAHEAD), which is inside the smaller window.
     */
    ZLIB_WINDOW_BITS_MIN = 9,
    /* Output kept from one message to the next; more is given back. */
    KEEP_MAX = 64 * 1024,
    PORTION_MIN = 512,
    TAIL_LEN = 4
};

struct ws_deflater {
    z_stream zlib;
    struct buf out;
};

struct ws_deflater *ws_deflater_create(const struct ws_deflate_options *options,
                                       unsigned window_bits)
{
    struct ws_deflater *d = mem_alloc(sizeof(*d));
    int bits = window_bits > ZLIB_WINDOW_BITS_MIN ? (int)window_bits : ZLIB_WINDOW_BITS_MIN;

    assert(window_bits >= WS_WINDOW_BITS_MIN && window_bits <= WS_WINDOW_BITS_MAX);
    if (d == NULL) {
        return NULL;
    }
    *d = (struct ws_deflater){.zlib = ws_zlib_stream()};
    /* Negative bits: raw deflate, without zlib's head and checksum. */
    if (deflateInit2(&d->zlib, options->level, Z_DEFLATED, -bits, options->memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        mem_free(d);
        return NULL;
    }
    return d;
}

void ws_deflater_destroy(struct ws_deflater *d)
{
    if (d == NULL) {
        return;
    }
    deflateEnd(&d->zlib);
    buf_deinit(&d->out);
    mem_free(d);
}

/* All that zlib has to say to its input, with `flush`, to the end of d->out. */
static bool run(struct ws_deflater *d, int flush)
{
    do {
        size_t room = 0;

        if (!buf_reserve(&d->out, PORTION_MIN)) {
            return false;
        }
        room = d->out.cap - d->out.len;
        d->zlib.next_out = (Bytef *)d->out.ptr + d->out.len;
        d->zlib.avail_out = ws_zlib_portion(room);
        room = d->zlib.avail_out;
        deflate(&d->zlib, flush);
        d->out.len += room - d->zlib.avail_out;
    } while (d->zlib.avail_out == 0);
    return true;
}

static bool compress_all(struct ws_deflater *d, struct bytes payload)
{
    deflateReset(&d->zlib);
    buf_clear(&d->out);
    while (payload.len > 0) {
        uInt n = ws_zlib_portion(payload.len);

        d->zlib.next_in = ws_zlib_input(payload.ptr);
        d->zlib.avail_in = n;
        if (!run(d, Z_NO_FLUSH)) {
            return false;
        }
        payload = bytes_from_offset(payload, n);
    }
    return run(d, Z_SYNC_FLUSH);
}

struct shared *ws_deflater_frame(struct ws_deflater *d, bool is_binary, struct bytes payload)
{
    struct shared *frame = NULL;

    if (compress_all(d, payload)) {
        /* RFC 7692 section 7.2.1: without the 00 00 ff ff that a flush ends with. */
        assert(d->out.len > TAIL_LEN);
        frame = ws_frame_create(is_binary ? WS_BINARY : WS_TEXT, true, (struct bytes){0},
                                (struct bytes){(const uint8_t *)d->out.ptr, d->out.len - TAIL_LEN});
    }
    if (d->out.cap > KEEP_MAX) {
        buf_deinit(&d->out);
    }
    return frame;
}
