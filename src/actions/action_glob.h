/*
 * action_glob.h - lists of actions, "admin/<star>, !admin/login".
 *
 * Purpose    What sails.registerActionMiddleware() takes (app-config-cli 1.6).
 * Ownership  Borrows everything.
 * Threads    Any.
 * Floor      actions; uses base.
 *
 * Items, parted by commas: an identity, "*" for all, "user/<star>" for "user" and all below it; "!" before
 * one leaves it out, wherever it stands in the list. Case does not matter.
 */
#ifndef ACTIONS_ACTION_GLOB_H
#define ACTIONS_ACTION_GLOB_H

#include "base/str.h"

/* Whether a list has only such items, and at least one that is not left out. */
bool action_glob_is_list(struct str list);

/* Whether one item, without "!", covers an identity. */
bool action_glob_covers(struct str item, struct str identity);

/* Whether a list has an identity. */
bool action_glob_has(struct str list, struct str identity);

#endif
