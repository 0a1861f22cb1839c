/**
 * @file sails/presence.h
 * @brief Who is in a room, on all nodes.
 *
 * People have several sockets, on several nodes. Sockets that bear a name in their data
 * (sails_io_socket_set_data(), on nodes in C; `socket.data` on those in Node) are counted by it:
 *
 *     sails_io_fetch_presence(chat, SAILS_TO("lobby"), "name", show, NULL);
 *
 *     static void show(int status, json_t *who, size_t n_sockets, void *ctx)
 *     {
 *         // who: {"ann": 2, "bob": 1}
 *     }
 *
 * Nothing is kept of it: each node is asked, and says what is so then. So nobody of a node that has died is
 * named, from the moment of its death on. Until Redis has noticed that death (at once when a process has
 * ended, after its `tcp-keepalive` when a cable was cut), the answer takes as long as the setting
 * `sockets.adapterOptions.requestsTimeout` (5 s), and its status is SAILS_ETIMEOUT.
 *
 * Ownership  Everything is borrowed; what must outlive the call is copied.
 * Threads    Any thread.
 * Errors     0 or a negative code.
 * @see       Socket.IO documentation, "Utility methods": fetchSockets
 */
#ifndef SAILS_PRESENCE_H
#define SAILS_PRESENCE_H

#include <sails/io.h>

SAILS_BEGIN_DECLS

/**
 * Tells who is there. Runs once, on a worker's thread, never before the call that took it has returned.
 *
 * @param status     0; SAILS_ETIMEOUT: a node has not answered in time, and is missing; SAILS_ENOMEM: somebody
 *                   is missing.
 * @param who        An object: from each name to how many sockets bear it; a view. NULL with SAILS_ENOMEM.
 * @param n_sockets  All of them, with those that bear no name.
 */
typedef void (*sails_io_presence_cb)(int status, json_t *who, size_t n_sockets, void *ctx);

/**
 * Asks all nodes who is in rooms.
 *
 * @param target       Whom it concerns: SAILS_TO("lobby"); NULL: everybody. With SAILS_IO_LOCAL this node alone.
 * @param member       Which member of a socket's data is its name: a text, or an integer, which counts as its
 *                     digits. NULL: the data is the name itself. A socket without such a name is only counted.
 * @param on_presence  Is told.
 * @return 0; SAILS_EINVAL: NULL, a parent namespace, or a name in `target` that is empty; SAILS_ETOOBIG: the
 *         length of one; SAILS_ESTATE: not lifted; SAILS_ENOMEM. After an error on_presence does not come.
 */
SAILS_API int sails_io_fetch_presence(sails_io_namespace *nsp, const struct sails_io_target *target,
                                      const char *member, sails_io_presence_cb on_presence,
                                      void *ctx);

SAILS_END_DECLS

#endif
