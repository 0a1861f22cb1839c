/*
 * base.h - what every file of sails-bench uses: memory, time, and an end with a message.
 *
 * A load generator that has no memory or no file to open has nothing to measure: it says so and ends, with status 2.
 */
#ifndef BENCH_LOAD_BASE_H
#define BENCH_LOAD_BASE_H

#include <stddef.h>
#include <stdint.h>

enum {
    BASE_IN_ORDER = 0, /* exit status: measured, and all that was promised has come */
    BASE_FAULTS =
        1, /* measured, but something was lost, doubled, out of order, damaged or closed */
    BASE_NO_RESULT = 2 /* wrong arguments, no server, no memory */
};

void base_end(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Of zeros. Freed by free(). */
void *base_alloc(size_t n, size_t size);
void *base_grow(void *memory, size_t size);

/* Monotonic. */
uint64_t base_now_ns(void);

/* Bytes that grow. {0} is empty. */
struct pile {
    char *data;
    size_t len, size;
};

/* Room for `more` bytes behind what is there; where they begin. */
char *pile_reserve(struct pile *pile, size_t more);
void pile_append(struct pile *pile, const void *data, size_t len);
void pile_append_text(struct pile *pile, const char *text);

/* Takes the first `len` away. Large ones that are empty give their memory back. */
void pile_drop(struct pile *pile, size_t len);
void pile_free(struct pile *pile);

#endif
