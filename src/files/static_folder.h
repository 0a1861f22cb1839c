/*
 * static_folder.h - one folder, and the delivery of one of its files.
 *
 * Purpose    Opens a file, answers with what it is, and reads it as fast as the client takes it.
 * Ownership  A delivery owns itself, from static_folder_deliver() to the end of its exchange.
 * Threads    Folders: read by any worker. A delivery: its worker.
 * Floor      files; uses net, http, base.
 */
#ifndef FILES_STATIC_FOLDER_H
#define FILES_STATIC_FOLDER_H

#include "base/list.h"
#include "base/worker.h"
#include "http/http.h"
#include "net/file.h"

struct static_folder {
    struct list in_files;
    struct file_folder *folder; /* NULL until it is opened */
    char *path;                 /* "/assets"; "" for "/" */
    char *name;                 /* in the file system */
};

/* NULL: no memory. */
struct static_folder *static_folder_create(const char *path, const char *name);
void static_folder_destroy(struct static_folder *folder);

/* What is behind the folder's path, with its slash ("/a.js"); {NULL, 0}: another path. */
struct str static_folder_rest(const struct static_folder *folder, struct str path);

/* How files are delivered; borrowed for as long as any is. */
struct delivery_settings {
    struct list all;    /* struct static_folder, in the order of asking */
    uint64_t max_age_s; /* how long clients may keep files without asking */
    const struct log *log;
    /* Adds headers to an answer that is given here: of CORS. NULL: there are none. */
    void (*add_headers)(void *ctx, struct http_exchange *x);
    /* Takes the exchange where no folder has the file; its body has ended, or there is none. */
    void (*on_missing)(void *ctx, struct worker *worker, struct http_exchange *x);
    void *ctx;
};

/* Takes the exchange: looks for the file of its path in `first` and the folders behind it, and delivers
 * the first one found. */
void static_folder_deliver(const struct delivery_settings *settings, struct static_folder *first,
                           struct worker *worker, struct http_exchange *x);

#endif
