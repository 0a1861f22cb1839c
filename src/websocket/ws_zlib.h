/*
 * ws_zlib.h - zlib, with the project's memory.
 *
 * Purpose    What deflater and inflater share.
 * Ownership  None.
 * Threads    Any.
 * Floor      websocket; uses base.
 */
#ifndef WEBSOCKET_WS_ZLIB_H
#define WEBSOCKET_WS_ZLIB_H

#include "base/macros.h"
#include "base/mem.h"

#include <zlib.h>

static inline voidpf ws_zlib_alloc(voidpf opaque, uInt n, uInt size)
{
    size_t total = 0;

    (void)opaque;
    return size_mul(n, size, &total) && total > 0 ? mem_alloc(total) : Z_NULL;
}

static inline void ws_zlib_free(voidpf opaque, voidpf ptr)
{
    (void)opaque;
    mem_free(ptr);
}

/* A stream before deflateInit2() or inflateInit2(). */
static inline z_stream ws_zlib_stream(void)
{
    return (z_stream){.zalloc = ws_zlib_alloc, .zfree = ws_zlib_free};
}

/* zlib counts in unsigned int: at most this much at a time. */
static inline uInt ws_zlib_portion(size_t len)
{
    return len < UINT32_MAX / 2 ? (uInt)len : UINT32_MAX / 2;
}

/*
 * zlib does not change what it reads, but its next_in points to plain bytes unless ZLIB_CONST is
 * set for all who include it.
 */
static inline Bytef *ws_zlib_input(const uint8_t *ptr)
{
    return (Bytef *)(uintptr_t)ptr;
}

#endif
