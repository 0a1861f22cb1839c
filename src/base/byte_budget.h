/*
 * byte_budget.h - how much memory many holders may hold together.
 *
 * Purpose    A limit for all that is no limit for one: each client may send a long message, but not all
 *            at once.
 * Ownership  Memory by the caller; outlives its holders.
 * Threads    Any. What one holder holds: one thread at a time.
 * Floor      base.
 *
 * What a holder holds up to BYTE_BUDGET_FREE is not counted: there are only so many holders, and
 * whoever uses up the budget with long messages must not keep the others from short ones.
 */
#ifndef BASE_BYTE_BUDGET_H
#define BASE_BYTE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    BYTE_BUDGET_FREE = 64 * 1024
};

struct byte_budget {
    atomic_size_t used;
    size_t max; /* 0: any number */
};

/*
 * The holder whose share is *charged, 0 at first, holds `n` bytes now. False: there is no room for so
 * many, and nothing has changed; never for fewer than before. NULL: a budget without a limit.
 */
bool byte_budget_set(struct byte_budget *budget, size_t *charged, size_t n);

#endif
