/*
 * accounts.h - names and their passwords, kept in the model Account (api/models/Account.json).
 *
 * Whoever comes first with a name has it. On threads that may wait.
 */
#ifndef CHAT_ACCOUNTS_H
#define CHAT_ACCOUNTS_H

#include <sails/db.h>

enum {
    ACCOUNTS_MAX = 10000 /* anybody can make one */
};

enum admission {
    ADMITTED,
    WRONG_PASSWORD, /* the name is somebody else's */
    HOUSE_FULL,     /* a new name, but there are ACCOUNTS_MAX */
    NOT_NOW,        /* the database cannot say */
};

/* Tells whether this is the name's password; that of a new name it becomes. Takes some 20 ms: a
 * password that is quick to compare is quick to guess. */
enum admission accounts_admit(sails_db *db, const char *name, const char *password);

#endif
