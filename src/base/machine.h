/*
 * machine.h - the machine as any thread sees it: the time of day, and chance.
 *
 * Purpose    What is asked for outside of a worker's turn (at the lift, on a thread of the program):
 *            filled in by src/net/ in production and by a seeded world in tests. Within a turn a
 *            worker's env has both, and costs less.
 * Ownership  Outlives all that borrows it.
 * Threads    Any.
 * Floor      base.
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

struct machine {
    /* Milliseconds since 1970. */
    uint64_t (*unix_ms)(void *ctx);
    /* Fills `out` with unpredictable bytes. Never fails. */
    void (*random)(void *ctx, void *out, size_t len);
    void *ctx;
};

static inline uint64_t machine_unix_ms(const struct machine *machine)
{
    return machine->unix_ms(machine->ctx);
}

static inline void machine_random(const struct machine *machine, void *out, size_t len)
{
    machine->random(machine->ctx, out, len);
}

#endif
