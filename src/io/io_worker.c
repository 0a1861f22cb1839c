#include "base/mem.h"
#include "io/io.h"
#include "io/io_next.h"
#include "io/io_recover.h"

/*
 * What the sio_server of one worker says, told to the listeners of the namespace.
 */

/* ---- the parts of namespaces ---- */

static struct io_part *find_part(const struct io_worker *w, struct str name)
{
    uint64_t hash = hash_str(worker_env(w->worker)->hash_key, name);

    for (struct map_node *n = map_find(&w->parts, hash); n != NULL; n = map_find_next(n)) {
        struct io_part *part = container_of(n, struct io_part, by_name);

        if (str_eq(str_from(part->nsp->name), name)) {
            return part;
        }
    }
    return NULL;
}

static void part_destroy(struct io_part *part)
{
    deadline_stop(&part->cleanup);
    map_remove(&part->worker->parts, &part->by_name);
    sio_namespace_destroy(part->sio);
    io_dynamic_drop_part(part->nsp, worker_env(part->worker->worker)->now_ms);
    mem_free(part);
}

static void on_room(struct str room, bool exists, void *ctx)
{
    const struct io_part *part = ctx;

    cluster_note_room(part->nsp->among_nodes, room, exists);
}

/* Takes what io_dynamic_resolve() gave. NULL: no memory. */
static struct io_part *part_create(struct io_worker *w, struct sails_io_namespace *nsp)
{
    struct str name = str_from(nsp->name);
    struct io_part *part = mem_alloc(sizeof(*part));

    if (part != NULL) {
        *part = (struct io_part){.nsp = nsp, .worker = w};
        part->sio = sio_namespace_create(w->server, name, &nsp->ack_ids, part);
    }
    if (part == NULL || part->sio == NULL) {
        io_dynamic_drop_part(nsp, worker_env(w->worker)->now_ms);
        mem_free(part);
        return NULL;
    }
    if (nsp->among_nodes != NULL) {
        sio_namespace_watch_rooms(part->sio, on_room, part);
    }
    if (w->io->watcher != NULL ||
        !list_is_empty(io_listeners_of(io_namespace_listeners(nsp), IO_ROOM))) {
        sio_namespace_tell_rooms(part->sio);
    }
    sio_namespace_set_mark(part->sio, recovery_mark(&nsp->recovery));
    map_insert(&w->parts, &part->by_name, hash_str(worker_env(w->worker)->hash_key, name));
    return part;
}

static void on_cleanup_due(struct deadline *deadline, void *ctx)
{
    struct io_part *part = container_of(deadline, struct io_part, cleanup);

    (void)ctx;
    if (sio_namespace_is_empty(part->sio)) {
        part_destroy(part);
    }
}

/* A dynamic namespace that nobody is in is forgotten (socket-io 10): on a later turn, for its last socket
 * is still being told goodbye; and not before its sockets can be recovered no more. */
static void clean_up_later(struct io_part *part)
{
    struct io_worker *w = part->worker;

    if (w->io->options.cleanup_empty_child_namespaces && part->nsp->is_dynamic &&
        sio_namespace_count(part->sio) == 0) {
        deadline_start(&part->cleanup, &w->cleanups, worker_env(w->worker)->now_ms);
    }
}

static struct sio_namespace *on_namespace(void *ctx, struct str name, json_t *auth,
                                          const char **why)
{
    struct io_worker *w = ctx;
    struct io_part *part = find_part(w, name);
    struct sails_io_namespace *nsp = NULL;

    if (part != NULL) {
        return part->sio;
    }
    nsp = io_dynamic_resolve(w->io, name, auth, worker_env(w->worker)->now_ms, why);
    part = nsp != NULL ? part_create(w, nsp) : NULL;
    if (part == NULL) {
        return NULL;
    }
    clean_up_later(part); /* where no socket comes of it */
    return part->sio;
}

struct io_part *io_part_of(const struct sio_socket *socket)
{
    return sio_namespace_user(sio_socket_namespace(socket));
}

/* ---- connecting ---- */

/* `kind`: one whose listeners are called as those of a connection are. */
static void call_all(struct sio_socket *socket, enum io_listener_kind kind)
{
    const struct io_listeners *listeners = io_namespace_listeners(io_part_of(socket)->nsp);
    const struct io_watcher *watcher = io_part_of(socket)->nsp->io->watcher;

    if (!sio_socket_is_connected(socket)) {
        return; /* who has heard of its rooms has ended it */
    }
    if (watcher != NULL && kind == IO_CONNECTION) {
        watcher->on_connection(watcher->ctx, socket);
    } else if (watcher != NULL && kind == IO_UPGRADE) {
        watcher->on_upgrade(watcher->ctx, socket);
    }
    list_each(node, io_listeners_of(listeners, kind)) {
        const struct io_listener *listener = container_of(node, const struct io_listener, in_kind);

        if (sio_socket_is_connected(socket)) {
            listener->call.connection(socket, listener->ctx);
        }
    }
}

void io_worker_tell_connection(struct sio_socket *socket)
{
    call_all(socket, IO_CONNECTION);
}

/* All middlewares have said yes. */
static void let_in(struct sio_socket *socket)
{
    struct io_part *part = io_part_of(socket);
    struct io_socket_state *state = NULL;
    const char *pid = NULL;

    if (part->nsp->io->options.recovery && sio_socket_revision(socket) == 5) {
        state = io_socket_state(socket);
        if (state != NULL && state->pid[0] == '\0') {
            id_make(worker_env(part->worker->worker), state->pid);
        }
        pid = state != NULL ? state->pid : NULL;
    }
    if (sio_socket_accept(socket, NULL, pid) == 0) {
        call_all(socket, IO_CONNECTION);
    }
}

static void run_middlewares(struct sio_socket *socket)
{
    io_next_run(socket, io_part_of(socket)->worker);
}

static void on_connecting(void *ctx, struct sio_socket *socket)
{
    struct io_worker *w = ctx;

    if (w->io->options.recovery_skip_middlewares) {
        io_recover(socket, run_middlewares);
    } else {
        run_middlewares(socket);
    }
}

void io_worker_let_in(struct sio_socket *socket)
{
    io_recover(socket, let_in);
}

void io_worker_refused(struct io_part *part)
{
    clean_up_later(part);
}

/* ---- events ---- */

static bool passes_filters(const struct io_listeners *listeners, struct sails_io_event *event)
{
    list_each(node, io_listeners_of(listeners, IO_FILTER)) {
        const struct io_listener *listener = container_of(node, const struct io_listener, in_kind);

        if (!listener->call.filter(event->socket, event, listener->ctx)) {
            return false;
        }
    }
    return true;
}

/* A socket that a listener has disconnected hears no more of the event. */
static void tell_one(const struct io_listener *listener, struct sails_io_event *event)
{
    if (sio_socket_is_connected(event->socket)) {
        listener->call.event(event->socket, event, listener->ctx);
    }
}

/* Those of the socket alone come last: what is said of all sockets holds first. */
static void tell_own(struct sails_io_event *event)
{
    const struct io_socket_state *state = sio_socket_user(event->socket);

    if (state != NULL && state->own != NULL && sio_socket_is_connected(event->socket)) {
        io_own_listeners_tell(state->own, io_event_name(event), event->socket, event);
    }
}

static void tell(const struct io_listeners *listeners, struct sails_io_event *event)
{
    const struct list *named = io_listeners_find(listeners, io_event_name(event));
    const struct io_watcher *watcher = io_part_of(event->socket)->nsp->io->watcher;

    if (watcher != NULL) {
        watcher->on_event(watcher->ctx, event->socket, event);
    }

    list_each(node, io_listeners_of(listeners, IO_ANY)) {
        tell_one(container_of(node, const struct io_listener, in_kind), event);
    }
    if (named == NULL) {
        return;
    }
    list_each(node, named) {
        tell_one(container_of(node, const struct io_listener, in_event), event);
    }
}

static void on_event(void *ctx, struct sio_socket *socket, const struct sio_packet *packet)
{
    struct sails_io_event event;
    const struct io_listeners *listeners = io_namespace_listeners(io_part_of(socket)->nsp);
    const struct io_worker *w = ctx;

    if (packet->event.len == 0) {
        return; /* a packet without payload: an event without a name (socket-io 16) */
    }
    io_event_init(&event, socket, packet);
    if (packet->has_nul_name) {
        if (w->io->refuses == NULL || !w->io->refuses(w->io->refuses_ctx, socket, &event)) {
            sio_socket_fail(socket, SAILS_EJSON);
        }
    } else if ((w->io->hears == NULL || w->io->hears(w->io->hears_ctx, socket, &event)) &&
               passes_filters(listeners, &event)) {
        tell(listeners, &event);
        tell_own(&event);
    }
    io_event_deinit(&event);
}

/* ---- disconnecting ---- */

static void call_disconnect(struct sio_socket *socket, enum io_listener_kind kind,
                            enum sio_reason reason)
{
    const struct io_listeners *listeners = io_namespace_listeners(io_part_of(socket)->nsp);
    const struct io_watcher *watcher = io_part_of(socket)->nsp->io->watcher;

    if (watcher != NULL && kind == IO_DISCONNECT) {
        watcher->on_disconnect(watcher->ctx, socket, sio_reason_text(reason));
    }
    list_each(node, io_listeners_of(listeners, kind)) {
        const struct io_listener *listener = container_of(node, const struct io_listener, in_kind);

        listener->call.disconnect(socket, sio_reason_text(reason), listener->ctx);
    }
}

static void on_disconnecting(void *ctx, struct sio_socket *socket, enum sio_reason reason)
{
    (void)ctx;
    call_disconnect(socket, IO_DISCONNECTING, reason);
    io_recover_later(socket, reason);
}

static void on_disconnect(void *ctx, struct sio_socket *socket, enum sio_reason reason)
{
    struct io_part *part = io_part_of(socket);

    (void)ctx;
    if (sio_socket_was_connected(socket)) {
        call_disconnect(socket, IO_DISCONNECT, reason);
    } else {
        io_next_forget(socket);
        io_recover_forget(socket);
    }
    io_socket_state_free(socket);
    clean_up_later(part);
}

/* Clients of protocol 4, which are not recovered, have no state. */
static void on_marked(void *ctx, struct sio_socket *socket, const struct sio_message *message)
{
    struct io_worker *w = ctx;
    struct io_socket_state *state = sio_socket_user(socket);

    if (state != NULL) {
        recovery_trail_note(&state->trail, message->mark, worker_env(w->worker)->now_ms,
                            w->io->recovery.notice_ms);
    }
}

static void on_error(void *ctx, struct sio_socket *socket, int err)
{
    struct io_worker *w = ctx;

    log_line(w->io->log, LOG_VERBOSE, "Socket %s sent an invalid packet: %s", sio_socket_id(socket),
             sails_strerror(err));
}

static void on_upgrade(void *ctx, struct sio_socket *socket)
{
    (void)ctx;
    call_all(socket, IO_UPGRADE);
}

static void on_drain(void *ctx, struct sio_socket *socket)
{
    (void)ctx;
    call_all(socket, IO_DRAIN);
}

static void on_room_change(void *ctx, struct sio_socket *socket, enum sio_room_change change,
                           struct str room)
{
    (void)ctx;
    io_rooms_note(socket, change, room);
}

static const struct sio_events worker_events = {
    .on_namespace = on_namespace,
    .on_connecting = on_connecting,
    .on_event = on_event,
    .is_new = io_recover_is_new,
    .on_marked = on_marked,
    .on_error = on_error,
    .on_disconnecting = on_disconnecting,
    .on_disconnect = on_disconnect,
    .on_upgrade = on_upgrade,
    .on_drain = on_drain,
    .on_room = on_room_change,
};

/* ---- the life of a worker ---- */

struct io_worker *io_worker_of(struct sails_io *io, struct worker *worker)
{
    worker_assert_thread(worker);
    return &io->workers[worker_index(worker)];
}

int io_worker_start(struct sails_io *io, struct worker *worker)
{
    struct io_worker *w = io_worker_of(io, worker);

    *w = (struct io_worker){.io = io, .worker = worker};
    map_init(&w->parts);
    deadline_queue_init(&w->cleanups, &worker_env(worker)->deadlines,
                        io->options.recovery ? io->options.recovery_max_disconnection_ms : 0,
                        on_cleanup_due, w);
    w->server = sio_server_create(worker_env(worker), &io->options.socketio, &io->options.engine,
                                  &worker_events, w);
    if (w->server == NULL) {
        return SAILS_ENOMEM;
    }
    sio_server_set_engine_hooks(w->server, &io->engine_hooks, io->engine_hooks_ctx);
    return 0;
}

void io_worker_drain(struct sails_io *io, struct worker *worker)
{
    sio_server_shutdown(io_worker_of(io, worker)->server);
}

void io_worker_end(struct sails_io *io, struct worker *worker)
{
    sio_server_end(io_worker_of(io, worker)->server);
}

void io_worker_stop(struct sails_io *io, struct worker *worker)
{
    struct io_worker *w = io_worker_of(io, worker);

    sio_server_destroy(w->server);
    w->server = NULL;
    map_each(node, &w->parts) {
        part_destroy(container_of(node, struct io_part, by_name));
    }
    map_deinit(&w->parts);
    deadline_queue_deinit(&w->cleanups);
}

struct eio_server *io_worker_engine(struct sails_io *io, struct worker *worker)
{
    return sio_server_engine(io_worker_of(io, worker)->server);
}

bool io_worker_handle(struct sails_io *io, struct worker *worker, struct http_exchange *x)
{
    return eio_server_handle(sio_server_engine(io_worker_of(io, worker)->server), x);
}

void io_worker_destroy_upgrade(struct sails_io *io, struct worker *worker, struct http_exchange *x)
{
    eio_server_destroy_upgrade(sio_server_engine(io_worker_of(io, worker)->server), x);
}

struct sio_namespace *io_worker_find(void *ctx, struct worker *worker, struct str name)
{
    struct sails_io *io = ctx;
    struct io_part *part = find_part(io_worker_of(io, worker), name);

    return part != NULL ? part->sio : NULL;
}
