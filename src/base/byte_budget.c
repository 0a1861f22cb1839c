#include "base/byte_budget.h"

#include <assert.h>

static bool take(struct byte_budget *b, size_t n)
{
    size_t used = atomic_load_explicit(&b->used, memory_order_relaxed);

    do {
        if (b->max > 0 && (used > b->max || n > b->max - used)) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&b->used, &used, used + n, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

bool byte_budget_set(struct byte_budget *b, size_t *charged, size_t n)
{
    size_t now = n > BYTE_BUDGET_FREE ? n : 0;

    if (b == NULL || now == *charged) {
        return true;
    }
    if (now > *charged) {
        if (!take(b, now - *charged)) {
            return false;
        }
    } else {
        size_t before = atomic_fetch_sub_explicit(&b->used, *charged - now, memory_order_relaxed);

        assert(before >= *charged - now);
        (void)before;
    }
    *charged = now;
    return true;
}
