/*
 * accounts.h - names and their passwords, kept in memory.
 *
 * Whoever comes first with a name has it, until the program ends. Any thread.
 */
#ifndef CHAT_ACCOUNTS_H
#define CHAT_ACCOUNTS_H

enum {
    ACCOUNTS_MAX = 10000 /* anybody can make one */
};

enum admission {
    ADMITTED,
    WRONG_PASSWORD, /* the name is somebody else's */
    HOUSE_FULL,     /* a new name, but there are ACCOUNTS_MAX */
};

struct accounts *accounts_create(void); /* NULL: no memory */
void accounts_destroy(struct accounts *accounts);

/* Tells whether this is the name's password; that of a new name it becomes. Takes some 20 ms: a
 * password that is quick to compare is quick to guess. */
enum admission accounts_admit(struct accounts *accounts, const char *name, const char *password);

#endif
