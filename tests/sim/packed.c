#include "sim/packed.h"

#include <zlib.h>

enum {
    GZIP = 16 + MAX_WBITS, /* as inflateInit2() wants them */
    RAW = -MAX_WBITS,
    RAW_SMALL = -9,
    PORTION = 4096
};

/* What a sender leaves out at the end of a message (RFC 7692 section 7.2.1). */
static const char tail[4] = {0, 0, (char)0xff, (char)0xff};

/* All of `in` must be used up; `ends`: and the stream be at its end. */
static bool inflate_all(struct str in, int window_bits, bool ends, struct buf *out)
{
    z_stream zlib = {.next_in = (Bytef *)(uintptr_t)in.ptr, .avail_in = (uInt)in.len};
    int rc = inflateInit2(&zlib, window_bits);

    while (rc == Z_OK && buf_reserve(out, PORTION)) {
        zlib.next_out = (Bytef *)out->ptr + out->len;
        zlib.avail_out = PORTION;
        rc = inflate(&zlib, Z_SYNC_FLUSH);
        out->len += PORTION - zlib.avail_out;
        if (rc == Z_OK && zlib.avail_in == 0 && zlib.avail_out > 0) {
            break;
        }
    }
    (void)inflateEnd(&zlib);
    return zlib.avail_in == 0 &&
           (rc == Z_STREAM_END || (!ends && (rc == Z_OK || rc == Z_BUF_ERROR)));
}

bool packed_read_gzip(struct str in, struct buf *out)
{
    return inflate_all(in, GZIP, true, out);
}

bool packed_read_message(struct str in, struct buf *out)
{
    struct buf whole = {0};
    bool is_read = false;

    buf_append_str(&whole, in);
    buf_append(&whole, tail, sizeof(tail));
    is_read = inflate_all(buf_str(&whole), RAW, false, out);
    buf_deinit(&whole);
    return is_read;
}

void packed_write_message(struct str in, struct buf *out)
{
    z_stream zlib = {.next_in = (Bytef *)(uintptr_t)in.ptr, .avail_in = (uInt)in.len};
    uLong room = 0;

    (void)deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_SMALL, 1, Z_DEFAULT_STRATEGY);
    room = deflateBound(&zlib, (uLong)in.len) + PORTION;
    if (buf_reserve(out, room)) {
        zlib.next_out = (Bytef *)out->ptr + out->len;
        zlib.avail_out = (uInt)room;
        (void)deflate(&zlib, Z_SYNC_FLUSH);
        out->len += room - zlib.avail_out - sizeof(tail);
    }
    (void)deflateEnd(&zlib);
}
