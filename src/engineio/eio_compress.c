#include "engineio/eio_compress.h"

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

int eio_compress(struct buf *out, enum eio_coding coding, struct bytes data)
{
    z_stream z = {.zalloc = allocate, .zfree = release};
    int rc = 0;

    if (data.len > UINT_MAX) {
        return SAILS_ETOOBIG;
    }
    if (deflateInit2(&z, LEVEL, Z_DEFLATED,
                     coding == EIO_CODING_GZIP ? GZIP_WINDOW_BITS : ZLIB_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return SAILS_ENOMEM;
    }
    rc = deflate_all(&z, out, data);
    deflateEnd(&z);
    return rc;
}

enum {
    Q_NONE = -1, /* not named */
    Q_MAX = 1000
};

/* "0", "0.5", "1.000" (RFC 9110 section 12.4.2) in thousandths; what is no such number is 0. */
static int parse_q(struct str text)
{
    int q = 0;
    int digit_value = Q_MAX;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (i == 1 ? c != '.' : (c < '0' || c > '9')) {
            return 0;
        }
        if (i != 1) {
            q += (c - '0') * digit_value;
            digit_value /= 10;
        }
    }
    return q <= Q_MAX ? q : 0;
}

/* The weight of one entry of the list, "gzip;q=0.5". */
static int entry_q(struct str parameters)
{
    struct str parameter = {0};

    while (str_take_part(&parameters, ';', &parameter)) {
        if (str_starts_with(parameter, STR("q=")) || str_starts_with(parameter, STR("Q="))) {
            return parse_q(str_from_offset(parameter, 2));
        }
    }
    return Q_MAX;
}

/* The weight of a coding: its own, or else that of "*", or else 0. */
static int coding_q(struct str accept, struct str coding)
{
    int own = Q_NONE;
    int any = Q_NONE;
    struct str entry = {0};

    while (str_take_part(&accept, ',', &entry)) {
        struct str name = {0};

        if (!str_take_part(&entry, ';', &name)) {
            continue;
        }
        if (str_eq_nocase(name, coding)) {
            own = entry_q(entry);
        } else if (str_eq(name, STR("*"))) {
            any = entry_q(entry);
        }
    }
    return own != Q_NONE ? own : any != Q_NONE ? any : 0;
}

bool eio_compress_choose(struct str accept_encoding, enum eio_coding *coding)
{
    int gzip = coding_q(accept_encoding, STR("gzip"));
    int deflate_q = coding_q(accept_encoding, STR("deflate"));

    *coding = gzip >= deflate_q ? EIO_CODING_GZIP : EIO_CODING_DEFLATE;
    return gzip > 0 || deflate_q > 0;
}
