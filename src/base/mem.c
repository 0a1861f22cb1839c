#define MEM_IMPLEMENTATION
#include "base/mem.h"

#include <assert.h>
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

void *mem_alloc(size_t size)
{
    assert(size > 0);
    return must_fail() ? NULL : malloc(size);
}

void *mem_calloc(size_t n, size_t size)
{
    assert(n > 0 && size > 0);
    return must_fail() ? NULL : calloc(n, size);
}

void *mem_realloc(void *ptr, size_t size)
{
    assert(size > 0);
    return must_fail() ? NULL : realloc(ptr, size);
}

void mem_free(void *ptr)
{
    free(ptr);
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
