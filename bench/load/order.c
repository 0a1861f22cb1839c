#include "load/order.h"

enum {
    REMEMBERED = 64
};

static uint64_t pass_over(struct order *order, uint64_t seq, struct order_faults *faults)
{
    uint64_t gap = seq - order->next;
    uint64_t step = gap + 1;

    order->recent = step < REMEMBERED ? order->recent << step | 1 : 1;
    order->next = seq + 1;
    faults->lost += gap;
    return gap;
}

uint64_t order_see(struct order *order, uint64_t seq, struct order_faults *faults)
{
    uint64_t back = 0, bit = 0;

    if (seq >= order->next) {
        return pass_over(order, seq, faults);
    }
    back = order->next - 1 - seq;
    bit = back < REMEMBERED ? UINT64_C(1) << back : 0;
    if ((order->recent & bit) != 0) {
        faults->duplicated++;
        return 0;
    }
    /* Of one that is not remembered nobody knows whether it came before: late it is in any case. */
    faults->reordered++;
    if (bit != 0) {
        order->recent |= bit;
        faults->lost--;
    }
    return 0;
}

void order_end(struct order *order, uint64_t n, struct order_faults *faults)
{
    if (n > order->next) {
        faults->lost += n - order->next;
        order->next = n;
        order->recent = 0;
    }
}
