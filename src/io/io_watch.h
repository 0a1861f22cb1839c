/*
 * io_watch.h - somebody who watches all namespaces, whatever listens to them.
 *
 * Purpose    The seam for a floor above that shows what happens (src/admin/): one set of functions, so that
 *            namespaces which come and go need no listeners for it.
 * Ownership  Borrowed, with its ctx, for the life of the sails_io. Set before the lift.
 * Threads    The socket's worker; on_outgoing: whoever sends.
 * Floor      io.
 */
#ifndef IO_IO_WATCH_H
#define IO_IO_WATCH_H

#include "cluster/operation.h"

#include <sails/io.h>

struct io_watcher {
    void *ctx;
    /* Each comes before the listeners of its kind. */
    void (*on_connection)(void *ctx, sails_io_socket *socket);
    void (*on_upgrade)(void *ctx, sails_io_socket *socket);
    void (*on_disconnect)(void *ctx, sails_io_socket *socket, const char *reason);
    void (*on_event)(void *ctx, sails_io_socket *socket, sails_io_event *event);
    /* An event to many of a namespace, of this node's program or another's, before anybody gets it; io_receivers()
     * says who does. */
    void (*on_broadcast)(void *ctx, struct sails_io_namespace *nsp, const struct operation *op);
    /* An event to one socket. It must not send to the socket's namespace. */
    void (*on_outgoing)(void *ctx, sails_io_socket *socket, const char *event, json_t *args);
    void (*on_room)(void *ctx, sails_io_socket *socket, const char *room, bool has_joined);
    /* sails_io_socket_set_data() */
    void (*on_data)(void *ctx, sails_io_socket *socket);
};

#endif
