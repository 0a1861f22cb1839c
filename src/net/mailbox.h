/*
 * mailbox.h - mail from many threads to one.
 *
 * Purpose    A lock-free queue: any number of threads push, one takes all.
 * Ownership  None; the mail is its poster's memory until it is delivered.
 * Threads    mailbox_push(): any. mailbox_take(): one at a time.
 * Floor      net.
 */
#ifndef NET_MAILBOX_H
#define NET_MAILBOX_H

#include "base/worker.h"

#include <stdatomic.h>

/* All bytes 0 is an empty box. */
struct mailbox {
    _Atomic(struct mail *) newest;
};

/* True: it was empty, so the reader may be asleep and must be woken. */
bool mailbox_push(struct mailbox *box, struct mail *mail);

/* All mail, oldest first, linked by `next`; NULL: none. */
struct mail *mailbox_take(struct mailbox *box);

#endif
