#include "support/json_gauge.h"

#include <jansson.h>

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long bytes;
static atomic_long peak;
static atomic_long count;

static void *counted_alloc(size_t size)
{
    void *ptr = malloc(size);
    long before = atomic_load(&peak);
    long now = 0;

    if (ptr == NULL) {
        return NULL;
    }
    now = atomic_fetch_add(&bytes, (long)malloc_usable_size(ptr)) + (long)malloc_usable_size(ptr);
    atomic_fetch_add(&count, 1);
    while (now > before && !atomic_compare_exchange_weak(&peak, &before, now)) {
    }
    return ptr;
}

static void counted_free(void *ptr)
{
    if (ptr != NULL) {
        atomic_fetch_sub(&bytes, (long)malloc_usable_size(ptr));
        free(ptr);
    }
}

void json_gauge_begin(void)
{
    atomic_store(&bytes, 0);
    atomic_store(&peak, 0);
    atomic_store(&count, 0);
    json_set_alloc_funcs(counted_alloc, counted_free);
}

long json_gauge_bytes(void)
{
    return atomic_load(&bytes);
}

long json_gauge_peak(void)
{
    return atomic_load(&peak);
}

long json_gauge_count(void)
{
    return atomic_load(&count);
}
