#define MEM_IMPLEMENTATION
#include "base/mem.h"

#include <assert.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * Only the tests' orders live here; a thread that never orders a failure pays one comparison. In a shared
 * library each look at a variable of a thread is a function call, unless it has its place from the
 * start.
 */
#define FROM_THE_START __attribute__((tls_model("initial-exec")))
static _Thread_local long allocations_left FROM_THE_START = -1;
static _Thread_local bool has_failed FROM_THE_START;

static bool must_fail(void)
{
    if (allocations_left < 0) {
        return false;
    }
    if (allocations_left > 0) {
        allocations_left--;
        return false;
    }
    allocations_left = -1;
    has_failed = true;
    return true;
}

/* ---- what is alive ---- */

#ifdef NDEBUG
static void *born(void *ptr)
{
    return ptr;
}

static void dies(const void *ptr)
{
    (void)ptr;
}

long mem_live(void)
{
    return 0;
}
#else
static atomic_long n_live;

static void *born(void *ptr)
{
    atomic_fetch_add_explicit(&n_live, ptr != NULL ? 1 : 0, memory_order_relaxed);
    return ptr;
}

static void dies(const void *ptr)
{
    atomic_fetch_sub_explicit(&n_live, ptr != NULL ? 1 : 0, memory_order_relaxed);
}

long mem_live(void)
{
    return atomic_load_explicit(&n_live, memory_order_relaxed);
}
#endif

/* ---- the door ---- */

void *mem_alloc(size_t size)
{
    assert(size > 0);
    return must_fail() ? NULL : born(malloc(size));
}

void *mem_calloc(size_t n, size_t size)
{
    assert(n > 0 && size > 0);
    return must_fail() ? NULL : born(calloc(n, size));
}

void *mem_realloc(void *ptr, size_t size)
{
    void *moved = NULL;

    assert(size > 0);
    moved = must_fail() ? NULL : realloc(ptr, size);
    return ptr == NULL ? born(moved) : moved;
}

void mem_free(void *ptr)
{
    dies(ptr);
    free(ptr);
}

void mem_prepare(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MXFAST, 0);
#endif
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy = mem_alloc(len + 1);

    if (copy == NULL) {
        return NULL;
    }
    if (len > 0) {
        memcpy(copy, text, len);
    }
    copy[len] = '\0';
    return copy;
}

void mem_fail_after(long n)
{
    allocations_left = n;
    has_failed = false;
}

long mem_fail_pause(void)
{
    long left = allocations_left;

    allocations_left = -1;
    return left;
}

int mem_has_failed(void)
{
    bool answer = has_failed;

    has_failed = false;
    return answer;
}
