/*
 * static_files.h - folders that are served as they are.
 *
 * Purpose    GET and HEAD for the files of folders, and for the bundles of socket.io-client.
 * Ownership  Copies paths; holds a descriptor of each folder once opened.
 * Threads    Folders are added and opened before the lift; then any worker serves from them.
 * Floor      request; uses net, http, base.
 */
#ifndef REQUEST_STATIC_FILES_H
#define REQUEST_STATIC_FILES_H

#include "base/list.h"
#include "http/http.h"
#include "net/net.h"

struct static_files {
    struct list folders;          /* the longest path first */
    struct static_folder *client; /* socket.io-client's files; NULL: not served */
};

void static_files_init(struct static_files *files);
void static_files_deinit(struct static_files *files);

/* Serves `folder` below `path` ("/", "/assets"). 0, SAILS_ENOMEM. */
int static_files_add(struct static_files *files, const char *path, const char *folder);

/*
 * Serves the client's bundles (socket-io 20) in `folder` below `path`: socket.io.js and its variants,
 * with an ETag made of `version` (of socket.io-client). 0, SAILS_ENOMEM.
 */
int static_files_add_client(struct static_files *files, const char *path, const char *folder);

/* Opens every folder. 0; SAILS_ECONFIG: one is not there (logged); SAILS_ENOMEM. */
int static_files_open(struct static_files *files, const struct log *log);

/* Takes the exchange if its path is below one of the folders and a file is there by that name, or might
 * be: then it is answered later, with 404 if not. False: not touched. */
bool static_files_handle(struct static_files *files, struct worker *worker,
                         struct http_exchange *x);

/* The same for the client's bundles, which come before the Socket.IO server. */
bool static_files_handle_client(struct static_files *files, struct worker *worker,
                                struct http_exchange *x);

#endif
