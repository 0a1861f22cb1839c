#include "base/arena.h"

#include "base/macros.h"
#include "base/mem.h"

#include <assert.h>
#include <stdalign.h>

/*
 * I1  `next` is aligned for anything, and next <= end; both are NULL before there is any memory.
 */

enum {
    FIRST_BLOCK =
        4096, /* a page; each block is twice the one before: few for much, little for little */
    GREATEST_BLOCK = 65536, /* what is greater gets a block of its own size */
    ALIGNMENT = alignof(max_align_t)
};

struct arena_block {
    struct arena_block *older;
    size_t size; /* of `bytes` */
    alignas(max_align_t) char bytes[];
};

struct arena_kept {
    struct arena_kept *older;
    json_t *value;
};

static bool round_up(size_t size, size_t *rounded)
{
    size_t more = 0;

    if (!size_add(size, ALIGNMENT - 1, &more)) {
        return false;
    }
    *rounded = more & ~(size_t)(ALIGNMENT - 1);
    return true;
}

void arena_init(struct arena *a, void *first, size_t len)
{
    *a = (struct arena){0};
    assert(((uintptr_t)first & (ALIGNMENT - 1)) == 0);
    if (len > 0) {
        a->next = first;
        a->end = a->next + len;
    }
}

void arena_deinit(struct arena *a)
{
    for (struct arena_kept *kept = a->kept; kept != NULL; kept = kept->older) {
        json_decref(kept->value);
    }
    while (a->blocks != NULL) {
        struct arena_block *block = a->blocks;

        a->blocks = block->older;
        mem_free(block);
    }
    *a = (struct arena){0};
}

static size_t next_size(const struct arena *a, size_t wanted)
{
    size_t size = FIRST_BLOCK;

    if (a->blocks != NULL) {
        size = a->blocks->size < GREATEST_BLOCK / 2 ? a->blocks->size * 2 : GREATEST_BLOCK;
    }
    return size > wanted ? size : wanted;
}

/* What is left of the current block is given up: at most what was too little for `size`. */
static bool add_block(struct arena *a, size_t size)
{
    size_t room = next_size(a, size);
    size_t total = 0;
    struct arena_block *block = NULL;

    if (!size_add(sizeof(*block), room, &total)) {
        return false;
    }
    block = mem_alloc(total);
    if (block == NULL) {
        return false;
    }
    block->older = a->blocks;
    block->size = room;
    a->blocks = block;
    a->next = block->bytes;
    a->end = a->next + room;
    return true;
}

void *arena_alloc(struct arena *a, size_t size)
{
    char *given = NULL;

    if (!round_up(size > 0 ? size : 1, &size)) {
        return NULL;
    }
    if ((size_t)(a->end - a->next) < size && !add_block(a, size)) {
        return NULL;
    }
    given = a->next;
    a->next += size;
    assert(a->next <= a->end && ((uintptr_t)a->next & (ALIGNMENT - 1)) == 0); /* I1 */
    return given;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    size_t total = 0;
    void *given = size_mul(n, size, &total) ? arena_alloc(a, total) : NULL;

    if (given != NULL) {
        memset(given, 0, total);
    }
    return given;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

    if (copy == NULL) {
        return NULL;
    }
    if (len > 0) {
        memcpy(copy, text, len);
    }
    copy[len] = '\0';
    return copy;
}

json_t *arena_keep_new(struct arena *a, json_t *value)
{
    struct arena_kept *kept = value != NULL ? arena_alloc(a, sizeof(*kept)) : NULL;

    if (kept == NULL) {
        json_decref(value);
        return NULL;
    }
    *kept = (struct arena_kept){.older = a->kept, .value = value};
    a->kept = kept;
    return value;
}

json_t *arena_keep(struct arena *a, json_t *value)
{
    return arena_keep_new(a, json_incref(value));
}
