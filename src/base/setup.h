/*
 * setup.h - what has failed of the calls that set an app up.
 *
 * Purpose    Programs seldom look at what sails_app_route() and its like return. So each that fails says
 *            so in the log, with what it was given, and the first error is kept for the lift to fail with.
 * Ownership  Lies in the app; borrows the log.
 * Threads    The one that sets the app up.
 * Floor      base.
 */
#ifndef BASE_SETUP_H
#define BASE_SETUP_H

#include "base/buf.h"
#include "base/log.h"

struct setup {
    const struct log *log;
    int error; /* the first one; 0: all went well */
    struct buf *
        why; /* where the reason goes instead of the log, from calls that somebody else made; NULL: the log */
};

/*
 * Passes `rc` on, the result of `call` ("sails_app_route"), and notes it if it is an error. SAILS_ESTATE is
 * logged and not kept: the call came too late, and there is no lift any more that could fail.
 *
 * `argument`: what it was given; NULL: it was given NULL. `allowed`: what it may be given; NULL: the
 * error says enough. `setup` may be NULL: nobody notes.
 */
int setup_result(struct setup *setup, int rc, const char *call, const char *argument,
                 const char *allowed);

/* The same of a call whose name says enough. */
int setup_note(struct setup *setup, int rc, const char *call);

#endif
