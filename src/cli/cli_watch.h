/*
 * cli_watch.h - which files of an application change.
 *
 * Purpose    Watches its folders, and those that come later.
 * Ownership  Owns the list of folders.
 * Threads    One thread at a time; in the folder of the application.
 * Floor      cli; uses base.
 */
#ifndef CLI_CLI_WATCH_H
#define CLI_CLI_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct cli_watch {
    int fd;       /* readable when something has changed */
    char **paths; /* by the kernel's number of the folder; NULL: none of that number */
    size_t n_paths;
    char assets[256]; /* the folder of files that are sent as they are */
};

struct cli_changes {
    bool has_code;   /* something that the application has read: it is to be started anew */
    bool has_assets; /* files that it sends as they are */
    char path[256];  /* one of the files, which is still there if any is */
    bool has_more;   /* than that one */
    size_t n;        /* events */
};

/* 0, -errno, or SAILS_ENOMEM. */
int cli_watch_open(struct cli_watch *watch);

/* A folder somewhere else, with what is below it; `is_assets`: its files are sent as they are. As above. */
int cli_watch_add(struct cli_watch *watch, const char *folder, bool is_assets);
void cli_watch_close(struct cli_watch *watch);

/* Takes what has changed by now, and adds it to *changes. */
void cli_watch_take(struct cli_watch *watch, struct cli_changes *changes);

#endif
