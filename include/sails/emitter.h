/**
 * @file sails/emitter.h
 * @brief Events for the clients of all nodes, from a program that is none.
 *
 * A job, a command or a service that has no clients tells those of the servers something: through Redis,
 * to nodes of Sails for C, Socket.IO and Sails in Node alike (setting `sockets.adapter` of theirs).
 *
 *     sails_emitter *emitter = NULL;
 *
 *     if (sails_emitter_open("redis://localhost:6379", NULL, &emitter) == 0) {
 *         sails_emitter_emit(emitter, NULL, SAILS_ROOMS("chat"), NULL, "news", json_pack("[s]", "hello"));
 *         sails_emitter_close(emitter);
 *     }
 *
 * Ownership  JSON values are taken, also when the call fails. Everything else is borrowed for the call.
 * Threads    One at a time for each emitter. Every function blocks until Redis has answered, but no longer than
 *            5 seconds: it is nothing for a worker's thread of an app, which has sails/io.h.
 * Errors     0 or a negative code. -ECONNREFUSED and others of the system, SAILS_ECLOSED, SAILS_ETIMEOUT,
 *            SAILS_ETLS: Redis is away, and the next call connects anew; whether it has the event nobody
 *            knows. SAILS_EREFUSED: Redis refuses, sails_emitter_error() says what.
 * @see       @socket.io/redis-emitter
 */
#ifndef SAILS_EMITTER_H
#define SAILS_EMITTER_H

#include <jansson.h>

#include <sails/err.h>
#include <sails/export.h>
#include <sails/types.h>
#include <stdbool.h>

SAILS_BEGIN_DECLS

/** A connection to Redis, over which clients of all nodes are reached. */
typedef struct sails_emitter sails_emitter;

/**
 * Connects.
 *
 * @param url  "redis://user:password@host:port/db", or "rediss://...", which is TLS.
 * @param key  What channels begin with, `sockets.key` of the nodes; NULL: "socket.io".
 * @param out  The emitter, to be closed by sails_emitter_close().
 * @return 0; SAILS_EINVAL: NULL, or a URL that is not of that form; SAILS_ENOENT: nobody knows the host;
 *         SAILS_ENOMEM; else see above.
 */
SAILS_API int sails_emitter_open(const char *url, const char *key, sails_emitter **out);

/** Disconnects, and frees it. NULL is harmless. */
SAILS_API void sails_emitter_close(sails_emitter *emitter);

/** What Redis has said when it last refused something; a view, until the next call. "" else, and for NULL. */
SAILS_API const char *sails_emitter_error(const sails_emitter *emitter);

/**
 * Emits an event to clients of all nodes.
 *
 * @param nsp     The namespace; a missing slash is added. NULL: "/".
 * @param rooms   To members of any of these, each once; ends with NULL: SAILS_ROOMS("a", "b") of sails/io.h.
 *                NULL: to everybody. An empty list: to nobody.
 * @param except  But nobody who is in one of these; NULL: no exception.
 * @param event   Not a reserved name.
 * @param args    Taken. An array: the arguments; any other value: the only one; NULL: none. Binary values:
 *                sails/binary.h.
 * @return 0: Redis has it; SAILS_EINVAL: NULL, or the length of a name; SAILS_ERESERVED; SAILS_EJSON: a text
 *         that is not UTF-8; SAILS_ENOMEM; else see above.
 */
SAILS_API int sails_emitter_emit(sails_emitter *emitter, const char *nsp, const char *const *rooms,
                                 const char *const *except, const char *event, json_t *args);

/** Makes everybody in `rooms` (as above) join each of `names`, on all nodes. Errors as above. */
SAILS_API int sails_emitter_sockets_join(sails_emitter *emitter, const char *nsp,
                                         const char *const *rooms, const char *const *except,
                                         const char *const *names);

/** As sails_emitter_sockets_join(), the other way. */
SAILS_API int sails_emitter_sockets_leave(sails_emitter *emitter, const char *nsp,
                                          const char *const *rooms, const char *const *except,
                                          const char *const *names);

/** Disconnects them from the namespace, or (`close`) ends their connections. Errors as above. */
SAILS_API int sails_emitter_disconnect_sockets(sails_emitter *emitter, const char *nsp,
                                               const char *const *rooms, const char *const *except,
                                               bool close);

/** Emits an event to the programs of all nodes: sails_io_on_server_side_event(). Errors as above. */
SAILS_API int sails_emitter_server_side_emit(sails_emitter *emitter, const char *nsp,
                                             const char *event, json_t *args);

SAILS_END_DECLS

#endif
