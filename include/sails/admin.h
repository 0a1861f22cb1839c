/**
 * @file sails/admin.h
 * @brief What the page of Socket.IO's admin UI wants to know, and may do.
 *
 * The page is the one that `@socket.io/admin-ui` publishes, served by this app or from elsewhere (then
 * `sockets.cors.origin` names its origin). It connects to the namespace "/admin" and is shown the node's
 * connections and bytes; in development also each socket, its rooms and its events. It may emit, join, leave and
 * disconnect, unless that is forbidden. Nodes over one Redis show each other's, those in Node among them.
 *
 * Ownership  Texts are copied.
 * Threads    Before the lift, one thread.
 * Errors     0 or a negative code of sails/err.h. Every function survives NULL: SAILS_EINVAL.
 */
#ifndef SAILS_ADMIN_H
#define SAILS_ADMIN_H

#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>

SAILS_BEGIN_DECLS

/** What is told of single sockets, beside the counts of all. */
enum sails_admin_details {
    SAILS_ADMIN_BY_ENVIRONMENT, /**< All, but nothing in production. */
    SAILS_ADMIN_ALL,            /**< Sockets, rooms and events, as they come and go. */
    SAILS_ADMIN_COUNTS          /**< Nothing: connections, packets and bytes alone. */
};

/** How sails_app_admin() is to be. `{0}` lets nobody in. */
struct sails_admin_options {
    const char *name; /**< Of the namespace; NULL: "/admin". */
    /** Who may come in, with a password; NULL only where `is_open` says so. */
    const char *username;
    /** The password's bcrypt hash, "$2b$10$..." (`htpasswd -nbB`, `bcryptjs`), of a cost from 4 to 16; NULL as above. */
    const char *password_hash;
    bool is_open;      /**< Whoever reaches the port comes in, without a name. */
    bool is_read_only; /**< The page looks, and can do nothing. */
    enum sails_admin_details details;
    const char *server_id; /**< What the page calls this node; NULL: host and process. */
};

/**
 * Lets the page of Socket.IO's admin UI look at this app. The headers `cookie`, `authorization`,
 * `proxy-authorization`, `referer` and `x-csrf-token` of clients are not shown to it, nor are the queries of their
 * addresses, nor what they brought along to connect; of events beyond 64 KB only the name is.
 * More than 10,000 sockets of this node are not listed one by one. Of an event to many, up to
 * 100 receivers of each worker are told.
 *
 * Whoever gives five wrong passwords, or names, in a row from one address (of IPv6: one network of 64 bits) waits a
 * minute, and up to 16 with each one more; two passwords are compared at once. Behind a proxy that
 * `http.trustProxy` names each client counts for itself; behind another all have its address.
 *
 * With SAILS_ADMIN_ALL every socket that sails_io_fetch_sockets() gives has a member `_admin` in its `data`, as
 * in Node, if that is an object or not there.
 *
 * @return 0; SAILS_EINVAL: NULL, no user and not `is_open`, or no bcrypt hash; SAILS_ESTATE: lifted already, or
 *         called before; SAILS_ENOMEM.
 * @see    Socket.IO documentation, "Admin UI"
 */
SAILS_API int sails_app_admin(sails_app *app, const struct sails_admin_options *options);

SAILS_END_DECLS

#endif
