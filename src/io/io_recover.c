#include "io/io_recover.h"

#include "base/json_value.h"
#include "base/mem.h"

#include <assert.h>

/*
 *   io_recover() -- this node's sessions --> take_up() ---> replay, accept, rejoin
 *        |                   |  none             ^
 *        |                   v                   |
 *        |               otherwise()             | found, and the offset is known
 *        |                   ^                   |
 *        +-- all nodes' --> carrier take_session() ... on_session()
 *
 * I1  returning->socket is NULL from the moment that the socket is gone; while it is there, its state
 *     has `returning`.
 */

/* A socket that waits for what the nodes know of its session. */
struct io_returning {
    struct sio_socket *socket; /* I1 */
    struct sails_io_namespace *nsp;
    void (*otherwise)(struct sio_socket *socket);
};

/* I1 */
static void returning_check(const struct io_returning *returning)
{
    const struct io_socket_state *state =
        returning->socket != NULL ? sio_socket_user(returning->socket) : NULL;

    assert(returning->socket == NULL || (state != NULL && state->returning == returning));
    (void)state;
}

/* ---- taking it up ---- */

enum {
    REPLY_MAX = 1024 /* bytes of the answer to CONNECT, which follows what was missed */
};

static bool weigh(struct sio_message *message, void *ctx)
{
    struct eio_load *load = ctx;

    for (size_t i = 0; i < message->n_parts; i++) {
        if (!eio_load_add(load, message->parts[i])) {
            return false;
        }
    }
    return true;
}

/* A queue that what was missed runs over would disconnect the client, which would have lost it then. */
static bool has_room(const struct sio_socket *socket, const struct recovery_return *returning)
{
    struct eio_load load = {.bytes = REPLY_MAX};

    return recovery_replay(&io_part_of(socket)->nsp->recovery, returning, weigh, &load) == 0 &&
           eio_session_has_room(sio_socket_session(socket), &load);
}

/* Who does not take it any more is being disconnected. */
static bool send_missed(struct sio_message *message, void *ctx)
{
    return sio_socket_send(ctx, message, false) == 0;
}

static void rejoin(struct sio_socket *socket, json_t *rooms)
{
    size_t i = 0;
    json_t *room = NULL;

    json_array_foreach(rooms, i, room)
    {
        sio_socket_join(socket, (struct str){json_string_value(room), json_string_length(room)});
    }
}

/* What was missed goes out first, then the reply (socket-io 14.6). False: a socket like any other. *is_gone: the
 * socket could not be let in, and is going; its state may be gone already. */
static bool take_up(struct sio_socket *socket, struct io_socket_state *state,
                    const struct recovery_return *returning, bool *is_gone)
{
    const struct recovery_session *session = returning->session;
    struct recovery_log *log = &io_part_of(socket)->nsp->recovery;

    if (sio_namespace_find(sio_socket_namespace(socket), str_from(session->sid)) != NULL ||
        !has_room(socket, returning)) {
        return false;
    }
    state->trail = session->trail; /* what is sent again goes on with it: it may be lost again */
    if (recovery_replay(log, returning, send_missed, socket) < 0) {
        state->trail = (struct recovery_trail){0};
        return false;
    }
    state->has_up_to = returning->last_seq;
    memcpy(state->pid, session->pid, sizeof(state->pid));
    state->is_recovered = true;
    state->data = json_incref(session->data);
    *is_gone = sio_socket_accept(socket, session->sid, state->pid) < 0;
    if (!*is_gone) {
        rejoin(socket, session->rooms);
        io_worker_tell_connection(socket);
    }
    return true;
}

/* Mail that was sent before it came back, and is delivered after it, has nothing new. */
bool io_recover_is_new(void *ctx, struct sio_socket *socket, const struct sio_message *message)
{
    const struct io_socket_state *state = sio_socket_user(socket);

    (void)ctx;
    return state == NULL || message->mark > state->has_up_to;
}

/* ---- a session of this node ---- */

static struct str auth_text(struct sio_socket *socket, const char *name)
{
    return json_value_text(json_object_get(sio_socket_auth(socket), name));
}

static bool recover_here(struct sio_socket *socket, struct io_socket_state *state)
{
    struct recovery_log *log = &io_part_of(socket)->nsp->recovery;
    struct str pid = auth_text(socket, "pid");
    struct str offset = auth_text(socket, "offset");
    struct recovery_return returning;
    bool is_recovered = false;
    bool is_gone = false;

    if (recovery_take(log, pid, offset, &returning)) {
        is_recovered = take_up(socket, state, &returning, &is_gone);
        recovery_return_deinit(&returning);
    }
    return is_recovered;
}

/* ---- a session of any node ---- */

static struct carrier *adapter_of(const struct sails_io_namespace *nsp)
{
    return nsp->io->cluster.adapter;
}

static bool recover_shared(struct sio_socket *socket, const json_t *session, bool *is_gone)
{
    struct io_socket_state *state = sio_socket_user(socket);
    struct recovery_log *log = &io_part_of(socket)->nsp->recovery;
    struct str pid = auth_text(socket, "pid");
    struct str offset = auth_text(socket, "offset");
    struct recovery_return returning;
    bool is_recovered = false;

    if (recovery_take_shared(log, session, pid, offset, &returning)) {
        is_recovered = take_up(socket, state, &returning, is_gone);
        recovery_return_deinit(&returning);
    }
    return is_recovered;
}

/* Who has gone meanwhile may come once more. */
static void give_back(const struct io_returning *returning, const json_t *session)
{
    struct carrier *adapter = adapter_of(returning->nsp);
    struct str pid = json_value_text(json_object_get(session, "pid"));

    if (pid.len > 0) {
        adapter->ops->keep_session(adapter, pid, session, returning->nsp->io->recovery.keep_ms);
    }
}

static void on_session(struct worker *worker, json_t *session, void *ctx)
{
    struct io_returning *returning = ctx;
    struct sio_socket *socket = returning->socket;
    bool is_gone = socket == NULL;

    returning_check(returning);
    if (socket != NULL) {
        ((struct io_socket_state *)sio_socket_user(socket))->returning = NULL;
        if (session == NULL || !recover_shared(socket, session, &is_gone)) {
            returning->otherwise(socket);
        }
    }
    if (is_gone && session != NULL && worker_is_running(worker)) {
        give_back(returning, session);
    }
    io_namespace_release(returning->nsp);
    mem_free(returning);
}

/* False: nobody can be asked. */
static bool ask_nodes(struct sio_socket *socket, struct io_socket_state *state,
                      void (*otherwise)(struct sio_socket *socket))
{
    const struct io_part *part = io_part_of(socket);
    struct carrier *adapter = adapter_of(part->nsp);
    struct io_returning *returning = NULL;

    if (state->has_asked) {
        return false;
    }
    state->has_asked = true;
    returning = mem_alloc(sizeof(*returning));
    if (returning == NULL) {
        return false;
    }
    *returning = (struct io_returning){socket, io_namespace_retain(part->nsp), otherwise};
    if (adapter->ops->take_session(adapter, auth_text(socket, "pid"), part->worker->worker,
                                   on_session, returning) < 0) {
        io_namespace_release(returning->nsp);
        mem_free(returning);
        return false;
    }
    state->returning = returning;
    return true;
}

void io_recover_forget(struct sio_socket *socket)
{
    struct io_socket_state *state = sio_socket_user(socket);

    if (state != NULL && state->returning != NULL) {
        returning_check(state->returning);
        state->returning->socket = NULL;
        state->returning = NULL;
    }
}

/* ---- coming ---- */

/* A client of protocol 4 knows its id by itself, and cannot get another (socket-io 6). Ids and offsets that are
 * longer than ours are nobody's. */
static bool may_recover(struct sio_socket *socket)
{
    struct str pid = auth_text(socket, "pid");
    struct str offset = auth_text(socket, "offset");

    return io_part_of(socket)->nsp->io->options.recovery && sio_socket_revision(socket) == 5 &&
           pid.len > 0 && pid.len <= ID_LEN && offset.len > 0 && offset.len < RECOVERY_OFFSET_SIZE;
}

void io_recover(struct sio_socket *socket, void (*otherwise)(struct sio_socket *socket))
{
    struct io_socket_state *state = may_recover(socket) ? io_socket_state(socket) : NULL;
    bool is_done = false;

    if (state != NULL) {
        is_done = io_part_of(socket)->nsp->io->recovery.is_shared
                      ? ask_nodes(socket, state, otherwise)
                      : recover_here(socket, state);
    }
    if (!is_done) {
        otherwise(socket);
    }
}

/* ---- going ---- */

/* Which sockets may come back (socket-io 14.4). */
static bool is_recoverable(enum sio_reason reason)
{
    switch (reason) {
    case SIO_TRANSPORT_ERROR:
    case SIO_TRANSPORT_CLOSE:
    case SIO_FORCED_CLOSE:
    case SIO_PING_TIMEOUT:
    case SIO_SERVER_SHUTTING_DOWN:
    case SIO_FORCED_SERVER_CLOSE:
        return true;
    case SIO_PARSE_ERROR:
    case SIO_CLIENT_NAMESPACE_DISCONNECT:
    case SIO_SERVER_NAMESPACE_DISCONNECT:
        return false;
    }
    return false;
}

static void keep_for_nodes(struct sails_io_namespace *nsp, const struct recovery_leaver *leaver)
{
    struct carrier *adapter = adapter_of(nsp);
    json_t *session = recovery_describe(leaver);

    if (session != NULL) {
        adapter->ops->keep_session(adapter, str_from(leaver->pid), session,
                                   nsp->io->recovery.keep_ms);
    }
    json_decref(session);
}

void io_recover_later(struct sio_socket *socket, enum sio_reason reason)
{
    struct io_part *part = io_part_of(socket);
    const struct io_socket_state *state = sio_socket_user(socket);
    json_t *rooms = NULL;

    if (!is_recoverable(reason) || state == NULL || state->pid[0] == '\0') {
        return;
    }
    rooms = sails_io_socket_rooms(socket);
    if (rooms != NULL) {
        const struct recovery_leaver leaver = {
            .sid = sio_socket_id(socket),
            .pid = state->pid,
            .rooms = rooms,
            .data = state->data,
            .trail = state->trail,
            .seen = sio_namespace_mark(part->sio),
        };

        if (part->nsp->io->recovery.is_shared) {
            keep_for_nodes(part->nsp, &leaver);
        } else {
            recovery_store(&part->nsp->recovery, &leaver);
        }
    }
    json_decref(rooms);
}
