#include "net/mailbox.h"

/*
 * A stack onto which everybody pushes, and which the reader takes off whole and turns around. Since
 * nobody ever takes a single node out of it, a node that is freed and comes back cannot confuse a
 * pusher (there is no ABA): whatever `newest` is at the moment of the exchange is what the new node
 * must point to.
 *
 * I1  Mail of one thread comes out in the order in which it went in.
 * I2  Of all pushes between two takes exactly one finds the box empty.
 */

bool mailbox_push(struct mailbox *box, struct mail *mail)
{
    struct mail *newest = atomic_load_explicit(&box->newest, memory_order_relaxed);

    /* Release: what the poster wrote into its mail happens before the reader sees it. */
    do {
        mail->next = newest;
    } while (!atomic_compare_exchange_weak_explicit(&box->newest, &newest, mail,
                                                    memory_order_release, memory_order_relaxed));
    return newest == NULL;
}

struct mail *mailbox_take(struct mailbox *box)
{
    struct mail *newest = atomic_exchange_explicit(&box->newest, NULL, memory_order_acquire);
    struct mail *oldest = NULL;

    while (newest != NULL) {
        struct mail *older = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = older;
    }
    return oldest;
}
