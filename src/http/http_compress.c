#include "http/http_compress.h"

#include "base/macros.h"
#include "base/mem.h"

#define ZLIB_CONST /* its input is const */
#include <zlib.h>

#include <limits.h>
#include <sails/err.h>

enum {
    LEVEL = 6,
    MEMORY_LEVEL = 8,
    ZLIB_WINDOW_BITS = 15,
    GZIP_WINDOW_BITS = 15 + 16 /* zlib's way to say gzip */
};

static voidpf allocate(voidpf opaque, uInt n, uInt size)
{
    size_t all = 0;

    (void)opaque;
    return size_mul(n, size, &all) && all > 0 ? mem_alloc(all) : NULL;
}

static void release(voidpf opaque, voidpf ptr)
{
    (void)opaque;
    mem_free(ptr);
}

static int deflate_all(z_stream *z, struct buf *out, struct bytes data)
{
    uLong bound = deflateBound(z, data.len);

    if (bound > UINT_MAX) {
        return SAILS_ETOOBIG;
    }
    if (!buf_reserve(out, bound)) {
        return SAILS_ENOMEM;
    }
    z->next_in = data.ptr;
    z->avail_in = (uInt)data.len;
    z->next_out = (Bytef *)out->ptr + out->len;
    z->avail_out = (uInt)bound;
    if (deflate(z, Z_FINISH) != Z_STREAM_END) {
        return SAILS_ENOMEM;
    }
    out->len += z->total_out;
    return 0;
}

int http_compress(struct buf *out, enum http_coding coding, struct bytes data)
{
    z_stream z = {.zalloc = allocate, .zfree = release};
    int rc = 0;

    if (data.len > UINT_MAX) {
        return SAILS_ETOOBIG;
    }
    if (deflateInit2(&z, LEVEL, Z_DEFLATED,
                     coding == HTTP_CODING_GZIP ? GZIP_WINDOW_BITS : ZLIB_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return SAILS_ENOMEM;
    }
    rc = deflate_all(&z, out, data);
    deflateEnd(&z);
    return rc;
}
