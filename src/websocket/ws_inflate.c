/*
 * ws_inflate.c
 *
 * A sender ends each message with a flush and leaves out the flush's last four bytes, 00 00 ff ff:
 * they are put back by ws_inflater_finish(). They are the lengths of an empty block whose three-bit
 * head came before them, so they only belong behind a message that has bytes at all, and not
 * directly behind a final block.
 *
 * I1  has_open_block: bytes came since the last place where 00 00 ff ff must not follow. Without one zlib stands
 *     between two blocks, or at the very beginning.
 */
#include "websocket/ws_inflate.h"

#include "websocket/ws_zlib.h"

#include <assert.h>
#include <sails/err.h>

enum {
    /* Most messages are short; longer ones double the buffer as they turn out to be. */
    PORTION_MIN = 256,
    /* Of zlib's data_type. */
    IN_FINAL_BLOCK = 0x40,
    AT_BLOCK_END = 0x80
};

struct ws_inflater {
    z_stream zlib;
    bool has_open_block; /* I1 */
};

static void inflater_check(const struct ws_inflater *inflater)
{
    assert(inflater->has_open_block || inflater->zlib.total_in == 0 ||
           (inflater->zlib.data_type & AT_BLOCK_END) != 0); /* I1 */
    (void)inflater;
}

struct ws_inflater *ws_inflater_create(unsigned window_bits)
{
    struct ws_inflater *inflater = mem_alloc(sizeof(*inflater));

    if (inflater == NULL) {
        return NULL;
    }
    *inflater = (struct ws_inflater){.zlib = ws_zlib_stream()};
    if (inflateInit2(&inflater->zlib, -(int)window_bits) != Z_OK) {
        mem_free(inflater);
        return NULL;
    }
    return inflater;
}

void ws_inflater_destroy(struct ws_inflater *inflater)
{
    if (inflater == NULL) {
        return;
    }
    inflateEnd(&inflater->zlib);
    mem_free(inflater);
}

void ws_inflater_reset(struct ws_inflater *inflater)
{
    inflateReset(&inflater->zlib);
    inflater->has_open_block = false;
    inflater_check(inflater);
}

/*
 * Room for more output: what the buffer has anyway, but one byte more than the limit at most, by
 * which an overlong message betrays itself. 0: no memory.
 */
static uInt make_room(struct buf *out, size_t max)
{
    size_t allowed = max - out->len;
    size_t room = 0;

    if (allowed < SIZE_MAX) {
        allowed++;
    }
    if (!buf_reserve(out, allowed < PORTION_MIN ? allowed : PORTION_MIN)) {
        return 0;
    }
    room = out->cap - out->len;
    return ws_zlib_portion(room < allowed ? room : allowed);
}

/* Only one more call lets zlib say that the stream has ended. */
static bool is_behind_final_block(const struct ws_inflater *inflater)
{
    int both = IN_FINAL_BLOCK | AT_BLOCK_END;

    return inflater->has_open_block && (inflater->zlib.data_type & both) == both;
}

/* One call of zlib's inflate(), which stops behind each block. */
static int step(struct ws_inflater *inflater, struct buf *out, size_t max)
{
    uInt room = make_room(out, max);
    int rc = Z_OK;

    if (room == 0) {
        return SAILS_ENOMEM;
    }
    inflater->zlib.next_out = (Bytef *)out->ptr + out->len;
    inflater->zlib.avail_out = room;
    rc = inflate(&inflater->zlib, Z_BLOCK);
    out->len += room - inflater->zlib.avail_out;
    if (out->len > max) {
        return SAILS_ETOOBIG;
    }
    switch (rc) {
    case Z_STREAM_END:
        /* RFC 7692 section 7.2.3.5: a final block ends the stream, but not the message. */
        inflateReset(&inflater->zlib);
        inflater->has_open_block = false;
        return 0;
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input, which is no error here */
        return 0;
    case Z_MEM_ERROR:
        return SAILS_ENOMEM;
    default:
        return SAILS_EDEFLATE;
    }
}

static int feed_portion(struct ws_inflater *inflater, struct bytes piece, struct buf *out,
                        size_t max)
{
    int rc = 0;

    inflater->zlib.next_in = ws_zlib_input(piece.ptr);
    inflater->zlib.avail_in = (uInt)piece.len;
    do {
        if (inflater->zlib.avail_in > 0) {
            inflater->has_open_block = true;
        }
        rc = step(inflater, out, max);
        /* A full output may hide more; Z_BLOCK may have stopped before the end of the input. */
    } while (rc == 0 && (inflater->zlib.avail_in > 0 || inflater->zlib.avail_out == 0 ||
                         is_behind_final_block(inflater)));
    return rc;
}

int ws_inflater_feed(struct ws_inflater *inflater, struct bytes piece, struct buf *out, size_t max)
{
    int rc = 0;

    while (rc == 0 && piece.len > 0) {
        uInt n = ws_zlib_portion(piece.len);

        rc = feed_portion(inflater, (struct bytes){piece.ptr, n}, out, max);
        piece = bytes_from_offset(piece, n);
    }
    if (rc == 0) {
        inflater_check(inflater);
    }
    return rc;
}

int ws_inflater_finish(struct ws_inflater *inflater, struct buf *out, size_t max)
{
    static const uint8_t tail[] = {0x00, 0x00, 0xff, 0xff};
    int rc = 0;

    if (!inflater->has_open_block) {
        return 0;
    }
    rc = ws_inflater_feed(inflater, (struct bytes){tail, sizeof(tail)}, out, max);
    if (rc < 0) {
        return rc;
    }
    if ((inflater->zlib.data_type & AT_BLOCK_END) == 0) {
        return SAILS_EDEFLATE; /* the message stopped inside a block, and the tail fell into it */
    }
    inflater->has_open_block = false;
    inflater_check(inflater);
    return 0;
}
