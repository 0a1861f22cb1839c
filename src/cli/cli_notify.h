/*
 * cli_notify.h - what the process of an application says to who has started it.
 *
 * Purpose    The other end of sd_notify(3): ready, and the socket that it listens on.
 * Ownership  Owns its socket.
 * Threads    One thread at a time.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_NOTIFY_H
#define CLI_CLI_NOTIFY_H

#include <stdbool.h>
#include <sys/types.h>

struct cli_notify {
    int fd;        /* readable when something was said */
    char name[64]; /* for NOTIFY_SOCKET */
};

struct cli_notice {
    pid_t pid;     /* who says so, as the kernel knows it */
    bool is_ready; /* it serves */
    int fd;        /* a socket to be kept, which is the caller's; -1: none */
};

/* 0 or -errno. */
int cli_notify_open(struct cli_notify *notify);
void cli_notify_close(struct cli_notify *notify);

/* Takes the next notice. False: there is none now. */
bool cli_notify_next(struct cli_notify *notify, struct cli_notice *out);

#endif
