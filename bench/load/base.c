#include "load/base.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PILE_MIN = 256,
    PILE_KEPT = 1024 /* a hundred thousand clients have two each */
};

void base_end(const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(BASE_NO_RESULT);
}

void *base_alloc(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size);

    if (memory == NULL) {
        base_end("no memory for %zu times %zu bytes", n, size);
    }
    return memory;
}

void *base_grow(void *memory, size_t size)
{
    void *grown = realloc(memory, size);

    if (grown == NULL) {
        base_end("no memory for %zu bytes", size);
    }
    return grown;
}

uint64_t base_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

char *pile_reserve(struct pile *pile, size_t more)
{
    size_t size = pile->size > 0 ? pile->size : PILE_MIN;

    if (pile->data == NULL || pile->size - pile->len < more) {
        while (size - pile->len < more) {
            size *= 2;
        }
        pile->data = base_grow(pile->data, size);
        pile->size = size;
    }
    return pile->data + pile->len;
}

void pile_append(struct pile *pile, const void *data, size_t len)
{
    if (len > 0) {
        memcpy(pile_reserve(pile, len), data, len);
        pile->len += len;
    }
}

void pile_append_text(struct pile *pile, const char *text)
{
    pile_append(pile, text, strlen(text));
}

void pile_drop(struct pile *pile, size_t len)
{
    assert(len <= pile->len);
    pile->len -= len;
    if (pile->len > 0) {
        memmove(pile->data, pile->data + len, pile->len);
    } else if (pile->size > PILE_KEPT) {
        pile_free(pile);
    }
}

void pile_free(struct pile *pile)
{
    free(pile->data);
    *pile = (struct pile){0};
}
