#include "base/buf.h"

#include "base/macros.h"
#include "base/mem.h"

#include <sails/err.h>

/* Small messages fit at once; the first growth of most buffers is their last. */
enum {
    FIRST_CAPACITY = 128
};

void buf_deinit(struct buf *b)
{
    mem_free(b->ptr);
    *b = (struct buf){0};
}

bool buf_grow(struct buf *b, size_t more)
{
    size_t need = 0;
    size_t cap = b->cap > 0 ? b->cap : FIRST_CAPACITY;
    char *grown = NULL;

    if (b->failed) {
        return false;
    }
    if (!size_add(b->len, more, &need)) {
        b->failed = true;
        return false;
    }
    if (need <= b->cap) {
        return true;
    }
    while (cap < need) {
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    }
    grown = mem_realloc(b->ptr, cap);
    if (grown == NULL) {
        b->failed = true;
        return false;
    }
    b->ptr = grown;
    b->cap = cap;
    return true;
}

void buf_append_u64(struct buf *b, uint64_t value)
{
    char digits[20];

    buf_append(b, digits, str_write_u64(digits, value));
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list counted;
    int len = 0;

    va_copy(counted, args);
    len = vsnprintf(NULL, 0, format, counted);
    va_end(counted);
    if (len < 0 || !buf_reserve(b, (size_t)len + 1)) {
        b->failed = true;
        return;
    }
    vsnprintf(b->ptr + b->len, (size_t)len + 1, format, args);
    b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void buf_consume(struct buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->ptr, b->ptr + n, b->len - n);
    b->len -= n;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

int buf_error(const struct buf *b)
{
    return b->failed ? SAILS_ENOMEM : 0;
}

char *buf_take(struct buf *b)
{
    char *text = NULL;

    buf_append_char(b, '\0');
    if (b->failed) {
        buf_deinit(b);
        return NULL;
    }
    text = b->ptr;
    *b = (struct buf){0};
    return text;
}
