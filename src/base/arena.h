/*
 * arena.h - memory that is given back all at once.
 *
 * Purpose    Many small things that live and die together, for the price of one addition each.
 * Ownership  The arena owns what it gave out, and a reference to each JSON value that was kept with it;
 *            arena_deinit() gives all of it back.
 * Threads    One thread at a time.
 * Floor      base.
 *
 * The first bytes come from memory of the caller's, which may be on the stack: who needs little, never
 * sees the heap.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#include <jansson.h>

struct arena_block;
struct arena_kept;

struct arena {
    char *next; /* the free bytes of the current block, aligned */
    char *end;
    struct arena_block *blocks; /* on the heap, newest first */
    struct arena_kept *kept;
};

/* `first` is borrowed until arena_deinit(), and aligned for anything; NULL with 0 is allowed. */
void arena_init(struct arena *a, void *first, size_t len);

/* {0} is harmless, too. The arena is empty then, without its first memory. */
void arena_deinit(struct arena *a);

/* Aligned for anything. NULL: no memory. A size of 0 is allowed. */
void *arena_alloc(struct arena *a, size_t size);

/* As arena_alloc, for `n` things of `size`, all bytes 0. NULL also where n * size overflows. */
void *arena_calloc(struct arena *a, size_t n, size_t size);

/* A copy with a NUL behind it. NULL: no memory. */
char *arena_strndup(struct arena *a, const char *text, size_t len);

/* Takes the reference and holds it until arena_deinit(). The value; NULL where it is NULL, or where there
 * is no memory, and then the reference has been given up. */
json_t *arena_keep_new(struct arena *a, json_t *value);

/* The same with a reference of its own. */
json_t *arena_keep(struct arena *a, json_t *value);

#endif
