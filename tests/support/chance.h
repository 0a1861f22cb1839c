/*
 * chance.h - numbers that look like chance and are the same for the same seed, on every machine.
 */
#ifndef SUPPORT_CHANCE_H
#define SUPPORT_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
    uint64_t state; /* never 0 */
};

static inline void chance_init(struct chance *c, uint64_t seed)
{
    /* splitmix64: seeds that lie side by side give states that do not. */
    seed += UINT64_C(0x9E3779B97F4A7C15);
    seed = (seed ^ (seed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    seed = (seed ^ (seed >> 27)) * UINT64_C(0x94D049BB133111EB);
    seed ^= seed >> 31;
    c->state = seed != 0 ? seed : 1;
}

/* xorshift64*: good enough for a test. */
static inline uint64_t chance_next(struct chance *c)
{
    c->state ^= c->state >> 12;
    c->state ^= c->state << 25;
    c->state ^= c->state >> 27;
    return c->state * UINT64_C(0x2545F4914F6CDD1D);
}

/* 0 to n - 1; n is at least 1. */
static inline uint64_t chance_below(struct chance *c, uint64_t n)
{
    return (chance_next(c) >> 11) % n;
}

/* True in `percent` of a hundred cases. */
static inline bool chance_is(struct chance *c, unsigned percent)
{
    return chance_below(c, 100) < percent;
}

static inline void chance_fill(struct chance *c, void *out, size_t len)
{
    uint8_t *at = out;

    for (size_t i = 0; i < len; i++) {
        at[i] = (uint8_t)(chance_next(c) >> 56);
    }
}

#endif
