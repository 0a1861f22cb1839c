/*
 * buf.h - bytes that grow.
 *
 * Purpose    Build text and messages of unknown length.
 * Ownership  The buffer owns its bytes until buf_take() moves them out.
 * Threads    One thread at a time.
 * Floor      base.
 *
 * An allocation that fails makes the buffer `failed`; from then on appending does nothing. So a
 * builder appends many times and asks buf_error() once, at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

struct buf {
    char *ptr; /* NULL while empty and never grown */
    size_t len;
    size_t cap;
    bool failed;
};

/* {0} is a valid empty buffer, too. */
static inline void buf_init(struct buf *b)
{
    *b = (struct buf){0};
}

void buf_deinit(struct buf *b);

/* As buf_reserve(), where there is not enough room yet. */
bool buf_grow(struct buf *b, size_t more);

/* Room for `more` further bytes; false and `failed` where memory is out. */
static inline bool buf_reserve(struct buf *b, size_t more)
{
    return (more <= b->cap - b->len && !b->failed) || buf_grow(b, more);
}

static inline void buf_append(struct buf *b, const void *data, size_t len)
{
    if (len > 0 && buf_reserve(b, len)) {
        memcpy(b->ptr + b->len, data, len);
        b->len += len;
    }
}

static inline void buf_append_str(struct buf *b, struct str s)
{
    buf_append(b, s.ptr, s.len);
}

static inline void buf_append_char(struct buf *b, char c)
{
    if (buf_reserve(b, 1)) {
        b->ptr[b->len++] = c;
    }
}

void buf_append_u64(struct buf *b, uint64_t value);

/* As printf; what the format makes may have any length. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Forgets the first `n` bytes (all, if there are fewer) and moves the rest to the front. */
void buf_consume(struct buf *b, size_t n);

/* Forgets the contents and a failure, keeps the memory. */
void buf_clear(struct buf *b);

/* 0, or SAILS_ENOMEM if anything since buf_init/buf_clear has failed. */
int buf_error(const struct buf *b);

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->ptr, b->len};
}

static inline struct bytes buf_bytes(const struct buf *b)
{
    return (struct bytes){(const uint8_t *)b->ptr, b->len};
}

/*
 * Moves the contents out as NUL-terminated text that the caller frees with mem_free(), and leaves
 * the buffer empty. NULL: the buffer had failed, or fails now; it is empty, too.
 */
char *buf_take(struct buf *b);

#endif
