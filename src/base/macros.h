/*
 * macros.h - what C has no other word for.
 *
 * Purpose    container_of, ARRAY_LEN, and sizes that cannot overflow unseen.
 * Ownership  None.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The struct that `ptr`, the address of its `member`, lies in. `type` may be const, and is where
 * `ptr` points to const: the way over an integer is what serves both.
 */
#define container_of(ptr, type, member) ((type *)((uintptr_t)(ptr)-offsetof(type, member)))

/* a + b into *sum; false, and *sum untouched, where it does not fit. */
static inline bool size_add(size_t a, size_t b, size_t *sum)
{
    if (a > SIZE_MAX - b) {
        return false;
    }
    *sum = a + b;
    return true;
}

/* a * b into *product; false, and *product untouched, where it does not fit. */
static inline bool size_mul(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return false;
    }
    *product = a * b;
    return true;
}

#endif
