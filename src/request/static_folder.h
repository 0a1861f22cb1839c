/*
 * static_folder.h - one folder, and the delivery of one of its files.
 *
 * Purpose    Opens a file, answers with what it is, and reads it as fast as the client takes it.
 * Ownership  A delivery owns itself, from delivery_start() to the end of its exchange.
 * Threads    Folders: read by any worker. A delivery: its worker.
 * Floor      request; uses net, http, base.
 */
#ifndef REQUEST_STATIC_FOLDER_H
#define REQUEST_STATIC_FOLDER_H

#include "base/list.h"
#include "http/http.h"
#include "net/file.h"
#include "net/net.h"

struct static_folder {
    struct list in_files;
    struct file_folder *folder; /* NULL until it is opened */
    char *path;                 /* "/assets"; "" for "/" */
    char *name;                 /* in the file system */
    char *version;              /* of bundles: the tag of all its files; NULL: a tag each */
};

/* NULL: no memory. */
struct static_folder *static_folder_create(const char *path, const char *name);
void static_folder_destroy(struct static_folder *folder);

/* What is behind the folder's path, with its slash ("/a.js"); {NULL, 0}: another path. */
struct str static_folder_rest(const struct static_folder *folder, struct str path);

/*
 * Takes the exchange: looks for the file of its path in `first` and the folders behind it in `folders`,
 * delivers the first one found, or answers 404.
 */
void delivery_start(struct list *folders, struct static_folder *first, uint64_t max_age_s,
                    struct worker *worker, struct http_exchange *x);

#endif
