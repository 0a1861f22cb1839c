/*
 * io.h - the Socket.IO server as applications see it, over all workers.
 *
 * Purpose    Definitions (namespaces, middlewares, listeners), which all workers share and nobody
 *            changes after the lift; and for each worker the sio_server below them.
 * Ownership  The app owns the sails_io. Namespaces are counted: the registry holds one reference,
 *            each worker's part of them one, and acks and pending middlewares that may outlive both.
 * Threads    Definitions: before the lift, one thread. The registry of dynamic namespaces: any
 *            thread, under a lock. struct io_worker: its thread only.
 * Floor      io; uses cluster, socketio, engineio, base.
 *
 *      sails_io -- registry --> sails_io_namespace "/", "/chat", (parents) ...
 *         |                          ^ definition
 *         +- io_worker 0 -- io_part -+-> sio_namespace --> sockets of this worker
 *         +- io_worker 1 -- io_part -+-> sio_namespace --> ...
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "base/setup.h"
#include "base/worker.h"
#include "cluster/cluster.h"
#include "io/io_listeners.h"
#include "io/io_own_listeners.h"
#include "io/io_watch.h"
#include "io/recovery.h"
#include "socketio/sio.h"

#include <pthread.h>
#include <sails/io.h>

/* Settings; borrowed texts live as long as the app's configuration. */
struct io_options {
    struct eio_options engine;
    struct sio_options socketio;
    size_t max_message_memory; /* of what waits of all clients' messages; 0: no limit */
    bool cleanup_empty_child_namespaces;
    size_t max_dynamic_namespaces;
    bool recovery; /* connection state recovery (socket-io 14) */
    uint64_t recovery_max_disconnection_ms;
    size_t recovery_max_bytes;
    bool recovery_skip_middlewares;
    struct carrier *adapter;     /* to other nodes; NULL: there are none */
    uint64_t request_timeout_ms; /* how long their programs have to answer */
};

/* A namespace, or the parent of dynamic ones. */
struct sails_io_namespace {
    atomic_uint refs;
    struct sails_io *io;
    struct list in_registry; /* of namespaces, parents or forgotten */
    struct map_node by_name;
    struct io_listeners listeners;        /* of a dynamic one: empty, for it has its parent's */
    struct io_listeners server_listeners; /* of other nodes' programs; likewise */
    struct sails_io_namespace *parent;    /* of a child; NULL: it has none, or is a parent */
    struct list in_parent;
    struct list children; /* of a parent; under the registry's lock */
    size_t n_children;
    sails_io_match_cb match; /* of a parent */
    void *match_ctx;
    bool is_dynamic;       /* made for a client */
    bool is_young;         /* being defined, after the lift: nobody else knows it yet */
    uint64_t forgotten_ms; /* when, while in the list of those; a worker's time */
    atomic_uint_fast64_t ack_ids;
    struct recovery_log recovery; /* in use where the option is on */
    struct map rooms; /* struct counted_room, by name: io_rooms.c; under io->room_lock */
    unsigned n_parts; /* workers that have a part of it; under the registry's lock */
    struct carrier_namespace *among_nodes; /* NULL: this node is alone */
    char name[];                           /* "/chat"; "" for a parent */
};

/* What lies on one worker of a namespace. */
struct io_part {
    struct map_node by_name;
    struct sails_io_namespace *nsp; /* a reference */
    struct sio_namespace *sio;
    struct io_worker *worker;
    struct deadline cleanup; /* runs: nobody was in it */
};

struct io_worker {
    struct sails_io *io;
    struct worker *worker;
    struct sio_server *server;
    struct map parts;               /* struct io_part */
    struct deadline_queue cleanups; /* parts that may go */
};

struct sails_io {
    struct io_options options;
    struct recovery_options recovery;
    struct byte_budget messages; /* what is kept of those that are not whole, by all workers */
    const struct log *log;
    struct setup *setup; /* the app's; NULL: nobody notes what fails before the lift */
    const struct machine *machine;
    struct cluster cluster;
    struct cluster_host host;
    sails_io_namespace_cb on_namespace; /* NULL: nobody hears of new ones */
    void *on_namespace_ctx;
    bool is_lifting;           /* under the lock: namespaces are being looked through */
    atomic_bool is_lifted;     /* definitions are closed */
    atomic_bool is_open;       /* between lift and the end of lowering: operations are taken */
    pthread_mutex_t lock;      /* of the registry, once lifted */
    pthread_mutex_t room_lock; /* of what listeners to rooms hear; recursive */
    struct hash_key hash_key;
    sails_io_namespace *root; /* "/", which is always there */
    struct list namespaces;   /* those with a name, children included */
    struct map by_name;       /* the same */
    struct list parents;      /* in the order of definition */
    struct list forgotten;    /* dynamic ones that clients do not find any more; oldest first */
    size_t n_dynamic;
    size_t n_forgotten;
    struct io_worker *workers; /* by index, as many as there are; from the lift on */
    /* The hook of allowRequest and others of the engine, from the floors above. */
    struct eio_events engine_hooks;
    /* Whether a socket's event is heard at all; asked before its filters. NULL: it is. */
    bool (*hears)(void *ctx, sails_io_socket *socket, sails_io_event *event);
    void *hears_ctx;
    /* Answers an event that cannot be heard, for a name in it has a NUL (base/c_text.h); false: it is none
     * that can be answered, and its connection ends as with all that is no packet. NULL: none is. */
    bool (*refuses)(void *ctx, sails_io_socket *socket, sails_io_event *event);
    void *refuses_ctx;
    void *engine_hooks_ctx;
    const struct io_watcher *watcher; /* NULL: nobody watches */
};

/* Both are borrowed. NULL: no memory. */
struct sails_io *io_create(const struct log *log, const struct machine *machine);

/* After all workers have stopped. NULL is harmless. */
void io_destroy(struct sails_io *io);

/* Closes the definitions; the pool's workers start next. The options are copied. 0, SAILS_ENOMEM. */
int io_lift(struct sails_io *io, struct worker_pool *pool, const struct io_options *options);

/* All workers have stopped: operations are refused from now on. Any thread. */
void io_close(struct sails_io *io);

/* The moments of a worker: see net_events. Sockets without a connection leave at its end. 0 or SAILS_ENOMEM. */
int io_worker_start(struct sails_io *io, struct worker *worker);
void io_worker_drain(struct sails_io *io, struct worker *worker);
void io_worker_end(struct sails_io *io, struct worker *worker);
void io_worker_stop(struct sails_io *io, struct worker *worker);

/* Whether an HTTP exchange is Socket.IO's; if so it is taken. */
bool io_worker_handle(struct sails_io *io, struct worker *worker, struct http_exchange *x);

/* What is on the worker whose turn this is. */
struct io_worker *io_worker_of(struct sails_io *io, struct worker *worker);

/* 0, or SAILS_ESTATE: not lifted, or lowered. Who is too early is told by a line, too: nobody looks at what main()
 * is told. `event`: that was to be sent; NULL: it was something else. */
int io_check_open(const struct sails_io *io, const char *event);

/* The engine below a worker's part of the server. */
struct eio_server *io_worker_engine(struct sails_io *io, struct worker *worker);

/* For an upgrade request that nobody wants. */
void io_worker_destroy_upgrade(struct sails_io *io, struct worker *worker, struct http_exchange *x);

/* ---- namespaces: io_namespace.c ---- */

/* With one reference; a missing slash is added. NULL: no memory. */
struct sails_io_namespace *io_namespace_create(struct sails_io *io, struct str name);
struct sails_io_namespace *io_namespace_retain(struct sails_io_namespace *nsp);
void io_namespace_release(struct sails_io_namespace *nsp);

/* An event is about to be sent: to `socket`, or to many where that is NULL. On the thread that sends it. */
void io_namespace_tell_outgoing(sails_io_namespace *nsp, sails_io_socket *socket, const char *event,
                                json_t *args);

/* What listens to it. */
static inline const struct io_listeners *
io_namespace_listeners(const struct sails_io_namespace *nsp)
{
    return nsp->is_dynamic ? &nsp->parent->listeners : &nsp->listeners;
}

/* Whether listeners can be set: before the lift, and later while it is being defined. */
static inline bool io_namespace_is_open(const struct sails_io_namespace *nsp)
{
    return !nsp->io->is_lifted || nsp->is_young;
}

/* Passes `rc` on, the result of `call`, as setup_result() does; also after the lift, from any thread. */
int io_namespace_result(const struct sails_io_namespace *nsp, int rc, const char *call,
                        const char *argument, const char *allowed);

/* ---- rooms that come and go: io_rooms.c ---- */

void io_rooms_init(struct sails_io *io);
void io_rooms_deinit(struct sails_io *io);

/* What is counted of a namespace, when nobody is in it any more. */
void io_rooms_forget(struct sails_io_namespace *nsp);

/* As sio_events.on_room. */
void io_rooms_note(struct sio_socket *socket, enum sio_room_change change, struct str room);

/* ---- which there are: io_registry.c ---- */

void io_registry_init(struct sails_io *io);
void io_registry_deinit(struct sails_io *io);

/* Namespaces that were defined by name become children of parents that say yes to it. 0, SAILS_ENOMEM. */
int io_registry_lift(struct sails_io *io);

/* What has that name now: a new reference; NULL: nothing. Any thread. */
struct sails_io_namespace *io_registry_find(struct sails_io *io, struct str name);

/* What has that name. Under the lock; NULL: nothing. */
struct sails_io_namespace *io_registry_look(const struct sails_io *io, struct str name);

/* Clients find it from now on. `parent`: whose child it becomes; NULL: nobody's. Under the lock. */
void io_registry_add(struct sails_io_namespace *nsp, struct sails_io_namespace *parent);

/* The first parent that says yes; NULL: none does. Without the lock. */
struct sails_io_namespace *io_registry_find_parent(struct sails_io *io, const char *name,
                                                   json_t *auth);

/* The children that a parent has now, each with a reference. 0 or SAILS_ENOMEM; release always. */
struct io_children {
    struct sails_io_namespace **list;
    size_t n;
};
int io_registry_children(struct sails_io_namespace *parent, struct io_children *out);

/* All that have a name, likewise. Any thread. */
int io_registry_all(struct sails_io *io, struct io_children *out);
void io_registry_release_children(struct io_children *children);

/* ---- those that clients' names make: io_dynamic.c ---- */

/* The definition that a client's name leads to, made by a parent if need be, for a worker that has no
 * part of it: io_dynamic_drop_part() comes when it has none again. NULL: unknown, over a limit (*why is
 * set then) or no memory. Any thread; `now_ms` is the worker's. */
struct sails_io_namespace *io_dynamic_resolve(struct sails_io *io, struct str name, json_t *auth,
                                              uint64_t now_ms, const char **why);

/* A worker has no part of it any more: a dynamic one without parts is forgotten. */
void io_dynamic_drop_part(struct sails_io_namespace *nsp, uint64_t now_ms);

/* ---- the state of a socket that has any beyond sio's: io_socket.c ---- */

struct io_socket_state {
    json_t *data; /* the application's */
    void *user;   /* the application's, and what ends it; NULL: nothing */
    sails_io_free_cb free_user;
    json_t *query;                /* of its handshake, decoded; NULL: nobody has asked */
    struct io_own_listeners *own; /* NULL: none were added */
    struct sails_io_next *next;   /* while its middlewares run */
    char *cookie;                 /* in place of the handshake's; NULL: that one counts */
    struct recovery_trail trail;  /* with recovery */
    uint64_t has_up_to; /* of recovered ones: the number of the last event that was missed */
    struct io_returning *returning; /* while the nodes are asked for its session */
    bool is_recovered;
    bool has_asked;       /* the nodes */
    char pid[ID_LEN + 1]; /* "" without recovery */
};

/* NULL: no memory. */
struct io_socket_state *io_socket_state(struct sio_socket *socket);
void io_socket_state_free(struct sio_socket *socket);

/* The Cookie header that counts for the socket's requests: the handshake's, unless another was set; a
 * view. NULL: none. */
const char *io_socket_cookie(struct sio_socket *socket);

/* The one that was set; NULL: none was. */
const char *io_socket_own_cookie(const struct sio_socket *socket);

/* 0 or SAILS_ENOMEM. */
int io_socket_set_cookie(struct sio_socket *socket, const char *cookie);

struct io_part *io_part_of(const struct sio_socket *socket);

/* All middlewares have accepted the socket; or one has refused a socket of that part. */
void io_worker_let_in(struct sio_socket *socket);
void io_worker_refused(struct io_part *part);

/* Calls the listeners of connections. */
void io_worker_tell_connection(struct sio_socket *socket);

/* The part of a namespace on a worker, as struct cluster_host wants it; ctx is the sails_io. */
struct sio_namespace *io_worker_find(void *ctx, struct worker *worker, struct str name);

/* {headers, time, address, xdomain, secure, issued, url, query, auth}: io_handshake.c. */
json_t *io_describe(struct sio_socket *socket);

/* ---- emitting: io_emit.c ---- */

/* The arguments as an array: see sails_io_emit(). Takes `args`. NULL: no memory. */
json_t *io_arguments(json_t *args);

/*
 * The arguments of an event that is not kept and wants no ack. With recovery on, clients take a text
 * at the end of any event, its name included, for the offset that they come back with (socket-io 14,
 * trap a): so that they cannot, null follows it. A new reference; NULL: no memory.
 */
json_t *io_unkept_arguments(const struct sails_io_namespace *nsp, json_t *args);

/* An event to the sockets of a namespace: encodes it, keeps it for recovery, gives it an ack id where
 * answers are wanted, and sends it. op->nsp is set. */
int io_emit_to(struct sails_io_namespace *nsp, const struct operation *op,
               const struct delivery_outcome *outcome);

/* For functions of the public API: with all that is checked first; takes `args`. */
int io_emit(sails_io_namespace *nsp, const struct sails_io_target *target, const char *event,
            json_t *args, const char *except_id);

/* The same for what goes to one socket and is kept for it: `target` selects that. */
int io_emit_to_one(sails_io_socket *socket, const struct sails_io_target *target, const char *event,
                   json_t *args);

/* ---- operations: io_operate.c ---- */

/*
 * The way of every operation: to the sockets of a namespace, or of all children of a parent (then the
 * outcome comes for the last one). 0; SAILS_ENOMEM; what operation_init() gives; of a broadcast, what
 * sio_message_create() gives.
 */
int io_operate_spec(struct sails_io_namespace *nsp, const struct operation_spec *spec,
                    const struct delivery_outcome *outcome);

/* Which sockets of this node an operation concerns: the outcome's on_done gets their ids, OPERATION_IDS_MAX of each
 * worker at most. 0; SAILS_ENOMEM. */
int io_receivers(struct sails_io_namespace *nsp, const struct operation *op,
                 const struct delivery_outcome *outcome);

/* What `target` (NULL: everybody) says, for an operation. */
void io_target_fill(struct operation_spec *spec, const struct sails_io_target *target);

/* The same for functions of the public API: checks, and tells `done` (may be NULL). */
int io_operate_then(sails_io_namespace *nsp, const struct operation_spec *spec, bool must_match,
                    sails_done_cb done, void *ctx);

/* As struct cluster_host wants it; ctx is the sails_io. io_server_side.c */
int io_hear(void *ctx, struct str name, const char *event, json_t *args,
            struct cluster_answer *answer);

/* As struct cluster_host wants it; ctx is the sails_io. */
int io_receive(void *ctx, struct operation *op, const struct delivery_outcome *outcome);

#endif
