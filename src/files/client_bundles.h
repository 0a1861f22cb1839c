/*
 * client_bundles.h - the files of socket.io-client that the Socket.IO server gives to browsers.
 *
 * Purpose    socket.io.js and its variants (socket-io 37), compressed once for clients that accept it. Their tag
 *            is the version of the package, not one of their bytes: so they are read at the lift, and stay
 *            what they are.
 * Ownership  client_bundles_set() to client_bundles_deinit(); {0} serves nothing.
 * Threads    Set and opened before the lift, and freed after it; meanwhile any worker answers.
 * Floor      files; uses http, base.
 */
#ifndef FILES_CLIENT_BUNDLES_H
#define FILES_CLIENT_BUNDLES_H

#include "base/buf.h"
#include "base/log.h"
#include "http/http.h"

enum {
    CLIENT_BUNDLES = 8 /* names of files that are served */
};

struct client_bundle {
    struct buf bytes; /* empty: the folder has none of that name */
    struct buf gzip;  /* empty: it is no smaller, or was not compressed for want of memory */
};

struct client_bundles {
    char *path; /* "/socket.io", without a slash behind; NULL: nothing is served */
    char *folder;
    char *version;
    struct client_bundle all[CLIENT_BUNDLES];
};

/* Serves the bundles of `folder` below `path`. Again: stays as it is (a lift that is tried again). 0, SAILS_ENOMEM. */
int client_bundles_set(struct client_bundles *bundles, const char *path, const char *folder);
void client_bundles_deinit(struct client_bundles *bundles);

/*
 * Reads them, and the version from the package.json beside the folder; blocks. 0, also where nothing was set;
 * SAILS_ECONFIG: there is no version, or a file cannot be read (logged: which, and why); SAILS_ENOMEM.
 */
int client_bundles_open(struct client_bundles *bundles, const struct log *log);

/* Whether the exchange asks for one of them by its method and path, be it there or not. */
bool client_bundles_has(const struct client_bundles *bundles, const struct http_exchange *x);

/* Takes an exchange that asks for one, and answers it. */
void client_bundles_answer(const struct client_bundles *bundles, struct http_exchange *x);

#endif
