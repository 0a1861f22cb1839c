/*
 * mem.h - the only way to memory.
 *
 * Purpose    One door for every allocation, so that a test can make each of them fail.
 * Ownership  What mem_alloc() gives is freed by mem_free() and by nothing else.
 * Threads    Any thread; the failure that a test orders concerns its own thread only.
 * Floor      base.
 *
 * Out of memory is NULL, and an error that callers report as SAILS_ENOMEM. The C library's own
 * functions for memory, and those for text that know no bounds, do not compile where this header
 * is included (see the end of it).
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL: no memory. A size of 0 is an error of the caller. */
void *mem_alloc(size_t size);

/* As mem_alloc, for `n` things of `size`, all bytes 0. NULL also where n * size overflows. */
void *mem_calloc(size_t n, size_t size);

/* Grows or shrinks; `ptr` may be NULL. NULL: no memory, and `ptr` is as it was. */
void *mem_realloc(void *ptr, size_t size);

/* NULL is nothing to free. */
void mem_free(void *ptr);

/* A copy of `len` bytes with a NUL behind them. */
char *mem_strndup(const char *text, size_t len);

/*
 * Tells the C library's allocator how a server uses it; for the whole process, and as often as one likes. glibc
 * keeps small pieces that were freed in lists, and puts them together only when somebody wants a large one:
 * a hundred thousand values of records, out of the processor's caches by then. Put together as they are freed,
 * a find() of many records costs half (bench-waterline), and requests no more.
 */
void mem_prepare(void);

/*
 * For tests: lets the next `n` allocations of this thread succeed and the one after them fail,
 * once. A negative n lets all succeed (the default). mem_has_failed() tells whether the ordered
 * failure has come, and forgets it.
 */
void mem_fail_after(long n);
int mem_has_failed(void);

/* Lets all succeed for a while; mem_fail_after() with what it gives goes on with what was ordered. */
long mem_fail_pause(void);

/*
 * For tests: how much is allocated now, by all threads, so that a test sees what it has left behind. 0 where
 * asserts are off.
 */
long mem_live(void);

/*
 * These would go around the door, or write without knowing how much room there is. Declared once
 * more as unavailable they cannot be called from here. (In builds without optimisation only: with
 * it the C library defines some of them inline, and they cannot be declared again.)
 */
#if !defined(MEM_IMPLEMENTATION) && !defined(__OPTIMIZE__)
#define MEM_FORBID(why) __attribute__((unavailable(why)))
extern void *malloc(size_t) MEM_FORBID("use mem_alloc");
extern void *calloc(size_t, size_t) MEM_FORBID("use mem_calloc");
extern void *realloc(void *, size_t) MEM_FORBID("use mem_realloc");
extern void free(void *) MEM_FORBID("use mem_free");
extern char *strcpy(char *, const char *) MEM_FORBID("use struct buf");
extern char *strcat(char *, const char *) MEM_FORBID("use struct buf");
extern char *strdup(const char *) MEM_FORBID("use mem_strndup");
extern int atoi(const char *) MEM_FORBID("use a parser that sees errors");
extern int sprintf(char *, const char *, ...) MEM_FORBID("use snprintf or struct buf");
#endif

#endif
