/*
 * static_files.h - folders that are served as they are.
 *
 * Purpose    GET and HEAD for the files of folders: types, tags, ranges, nothing outside of the folder.
 * Ownership  Copies paths; holds each folder open from static_files_open() on.
 * Threads    Folders are added and opened before the lift, and closed after it; meanwhile any worker
 *            serves from them.
 * Floor      files; uses net, http, base.
 */
#ifndef FILES_STATIC_FILES_H
#define FILES_STATIC_FILES_H

#include "files/static_folder.h"

struct static_files {
    struct delivery_settings folders; /* of folders, in the order of adding */
};

void static_files_init(struct static_files *files);
void static_files_deinit(struct static_files *files);

/* Serves `folder` below `path` ("/", "/assets"). Where several folders have a file of one name, the
 * first one counts. 0, SAILS_ENOMEM. */
int static_files_add(struct static_files *files, const char *path, const char *folder);

/* Opens every folder. 0; SAILS_ECONFIG: one cannot be opened (logged: which, and why). */
int static_files_open(struct static_files *files, const struct log *log);

/* Whether it asks for a file by method and path: cheaper than to look for its route. */
bool static_files_concern(const struct static_files *files, const struct http_exchange *x);

/* Takes a GET or HEAD for a path below one of the folders, and answers it, or gives it to
 * folders.on_missing. False: none of the folders is concerned; the exchange was not touched. */
bool static_files_handle(struct static_files *files, struct worker *worker,
                         struct http_exchange *x);

#endif
