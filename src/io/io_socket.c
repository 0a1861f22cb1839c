#include "base/mem.h"
#include "io/io.h"

/* ---- the state beyond sio's, made when first needed ---- */

struct io_socket_state *io_socket_state(struct sio_socket *socket)
{
    struct io_socket_state *state = sio_socket_user(socket);

    if (state == NULL) {
        state = mem_calloc(1, sizeof(*state));
        sio_socket_set_user(socket, state);
    }
    return state;
}

void io_socket_state_free(struct sio_socket *socket)
{
    struct io_socket_state *state = sio_socket_user(socket);

    if (state == NULL) {
        return;
    }
    sio_socket_set_user(socket, NULL);
    if (state->free_user != NULL) {
        state->free_user(state->user);
    }
    json_decref(state->data);
    json_decref(state->query);
    io_own_listeners_close(state->own);
    mem_free(state->cookie);
    mem_free(state);
}

const char *io_socket_own_cookie(const struct sio_socket *socket)
{
    const struct io_socket_state *state = sio_socket_user(socket);

    return state != NULL ? state->cookie : NULL;
}

const char *io_socket_cookie(struct sio_socket *socket)
{
    const char *own = io_socket_own_cookie(socket);

    return own != NULL ? own : sails_io_socket_header(socket, "cookie");
}

int io_socket_set_cookie(struct sio_socket *socket, const char *cookie)
{
    struct io_socket_state *state = io_socket_state(socket);
    char *copy = state != NULL ? mem_strndup(cookie, strlen(cookie)) : NULL;

    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    mem_free(state->cookie);
    state->cookie = copy;
    return 0;
}

/* ---- looking ---- */

const char *sails_io_socket_id(const sails_io_socket *socket)
{
    return socket != NULL ? sio_socket_id(socket) : NULL;
}

sails_io_namespace *sails_io_socket_namespace(const sails_io_socket *socket)
{
    return socket != NULL ? io_part_of(socket)->nsp : NULL;
}

bool sails_io_socket_is_connected(const sails_io_socket *socket)
{
    return socket != NULL && sio_socket_is_connected(socket);
}

bool sails_io_socket_is_recovered(const sails_io_socket *socket)
{
    const struct io_socket_state *state = socket != NULL ? sio_socket_user(socket) : NULL;

    return state != NULL && state->is_recovered;
}

const char *sails_io_socket_engine_id(const sails_io_socket *socket)
{
    return socket != NULL && sio_socket_client(socket) != NULL
               ? eio_session_id(sio_socket_session(socket))
               : NULL;
}

const char *sails_io_socket_transport(const sails_io_socket *socket)
{
    if (socket == NULL || sio_socket_client(socket) == NULL) {
        return NULL;
    }
    switch (eio_session_transport(sio_socket_session(socket))) {
    case EIO_POLLING:
        return "polling";
    case EIO_WEBSOCKET:
        return "websocket";
    }
    return NULL;
}

bool sails_io_socket_is_writable(const sails_io_socket *socket)
{
    return socket != NULL && sio_socket_is_connected(socket) &&
           eio_session_is_writable(sio_socket_session(socket));
}

struct sails_io_disconnect_details sails_io_socket_disconnect_details(const sails_io_socket *socket)
{
    struct sio_close close = {0};

    if (socket != NULL) {
        close = sio_socket_close(socket);
    }
    return (struct sails_io_disconnect_details){.err = close.detail, .close_code = close.code};
}

json_t *sails_io_socket_auth(const sails_io_socket *socket)
{
    return socket != NULL ? sio_socket_auth(socket) : NULL;
}

int sails_io_socket_set_data(sails_io_socket *socket, json_t *data)
{
    struct io_socket_state *state = socket != NULL ? io_socket_state(socket) : NULL;
    const struct io_watcher *watcher = NULL;

    if (state == NULL) {
        json_decref(data);
        return socket == NULL ? SAILS_EINVAL : SAILS_ENOMEM;
    }
    json_decref(state->data);
    state->data = data;
    watcher = io_part_of(socket)->nsp->io->watcher;
    if (watcher != NULL) {
        watcher->on_data(watcher->ctx, socket);
    }
    return 0;
}

json_t *sails_io_socket_data(const sails_io_socket *socket)
{
    const struct io_socket_state *state = socket != NULL ? sio_socket_user(socket) : NULL;

    return state != NULL ? state->data : NULL;
}

int sails_io_socket_set_user(sails_io_socket *socket, void *user, sails_io_free_cb free_user)
{
    struct io_socket_state *state = socket != NULL ? io_socket_state(socket) : NULL;
    void *former = NULL;
    sails_io_free_cb free_former = NULL;

    if (state == NULL) {
        return socket == NULL ? SAILS_EINVAL : SAILS_ENOMEM;
    }
    former = state->user;
    free_former = state->free_user;
    state->user = user;
    state->free_user = free_user;
    if (free_former != NULL && former != user) {
        free_former(former);
    }
    return 0;
}

void *sails_io_socket_user(const sails_io_socket *socket)
{
    const struct io_socket_state *state = socket != NULL ? sio_socket_user(socket) : NULL;

    return state != NULL ? state->user : NULL;
}

/* ---- listeners of its own ---- */

static int listen_on(sails_io_socket *socket, const char *event, bool once,
                     sails_io_event_cb on_event, void *ctx)
{
    struct io_socket_state *state = NULL;

    if (socket == NULL || on_event == NULL) {
        return SAILS_EINVAL;
    }
    if (event != NULL && sio_packet_is_reserved(str_from(event))) {
        return SAILS_ERESERVED;
    }
    state = io_socket_state(socket);
    if (state != NULL && state->own == NULL) {
        state->own = io_own_listeners_create();
    }
    return state != NULL && state->own != NULL
               ? io_own_listeners_add(state->own, event, once, on_event, ctx)
               : SAILS_ENOMEM;
}

int sails_io_socket_on(sails_io_socket *socket, const char *event, sails_io_event_cb on_event,
                       void *ctx)
{
    return listen_on(socket, event, false, on_event, ctx);
}

int sails_io_socket_once(sails_io_socket *socket, const char *event, sails_io_event_cb on_event,
                         void *ctx)
{
    return listen_on(socket, event, true, on_event, ctx);
}

int sails_io_socket_off(sails_io_socket *socket, const char *event, sails_io_event_cb on_event)
{
    const struct io_socket_state *state = socket != NULL ? sio_socket_user(socket) : NULL;

    if (socket == NULL) {
        return SAILS_EINVAL;
    }
    return state != NULL && state->own != NULL &&
                   io_own_listeners_remove(state->own, event, on_event) > 0
               ? 0
               : SAILS_ENOENT;
}

/* ---- rooms ---- */

/* Whoever joins, sends or disconnects by a pointer is on the socket's worker. */
static void assert_turn(const sails_io_socket *socket)
{
    worker_assert_no_other(io_part_of(socket)->worker->worker);
}

static int check_room(const sails_io_socket *socket, const char *room)
{
    return socket != NULL ? room_name_check(room) : SAILS_EINVAL;
}

int sails_io_socket_join(sails_io_socket *socket, const char *room)
{
    int rc = check_room(socket, room);

    if (rc < 0) {
        return rc;
    }
    assert_turn(socket);
    mail_carrier_note_join(&io_part_of(socket)->nsp->io->cluster.mail,
                           str_from(sio_socket_id(socket)), str_from(room));
    return sio_socket_join(socket, str_from(room));
}

int sails_io_socket_leave(sails_io_socket *socket, const char *room)
{
    int rc = check_room(socket, room);

    if (rc == 0) {
        assert_turn(socket);
        sio_socket_leave(socket, str_from(room));
    }
    return rc;
}

bool sails_io_socket_is_in(const sails_io_socket *socket, const char *room)
{
    return check_room(socket, room) == 0 && sio_socket_is_in(socket, str_from(room));
}

static void append_room(struct str room, void *ctx)
{
    json_array_append_new(ctx, json_stringn(room.ptr, room.len));
}

json_t *sails_io_socket_rooms(const sails_io_socket *socket)
{
    json_t *rooms = socket != NULL ? json_array() : NULL;

    if (rooms != NULL) {
        assert_turn(socket);
        sio_socket_each_room(socket, append_room, rooms);
    }
    return rooms;
}

/* ---- sending ---- */

/* Recovery keeps what is sent to one socket, too, so it goes the way of broadcasts. */
static int emit_kept(sails_io_socket *socket, const char *event, json_t *args, unsigned flags)
{
    const struct sails_io_target target = {.to = SAILS_ROOMS(sio_socket_id(socket)),
                                           .flags = flags};

    return io_emit_to_one(socket, &target, event, json_incref(args));
}

static int send_event(sails_io_socket *socket, const char *event, json_t *args, int64_t id,
                      unsigned flags)
{
    const struct sails_io_namespace *nsp = io_part_of(socket)->nsp;
    struct sio_message_options options = {
        .parser = nsp->io->options.socketio.parser,
        .no_compress = (flags & SAILS_IO_NO_COMPRESS) != 0,
        .no_v3 = sio_socket_revision(socket) == 5,
    };
    struct sio_message *message = NULL;
    int rc = sio_message_create(str_from(nsp->name), event, args, NULL, id, &options, &message);

    if (rc == 0) {
        rc = sio_socket_send(socket, message, (flags & SAILS_IO_VOLATILE) != 0);
    }
    sio_message_release(message);
    return rc;
}

static void tell_outgoing(sails_io_socket *socket, const char *event, json_t *args)
{
    struct sails_io_namespace *nsp = io_part_of(socket)->nsp;
    const struct io_watcher *watcher = nsp->io->watcher;

    if (watcher != NULL) {
        watcher->on_outgoing(watcher->ctx, socket, event, args);
    }
    io_namespace_tell_outgoing(nsp, socket, event, args);
}

static int emit_unkept(sails_io_socket *socket, const char *event, json_t *args, unsigned flags)
{
    json_t *ended = io_unkept_arguments(io_part_of(socket)->nsp, args);
    int rc = 0;

    tell_outgoing(socket, event, args);
    rc = ended != NULL ? send_event(socket, event, ended, -1, flags) : SAILS_ENOMEM;

    json_decref(ended);
    return rc;
}

int sails_io_socket_emit(sails_io_socket *socket, const char *event, json_t *args, unsigned flags)
{
    json_t *array = io_arguments(args);
    int rc = SAILS_ENOMEM;

    if (socket == NULL || event == NULL) {
        rc = SAILS_EINVAL;
    } else if (!sio_socket_is_connected(socket)) {
        rc = SAILS_ECLOSED;
    } else if (array != NULL) {
        bool is_kept =
            io_part_of(socket)->nsp->io->options.recovery && (flags & SAILS_IO_VOLATILE) == 0;

        assert_turn(socket);
        rc = is_kept ? emit_kept(socket, event, array, flags)
                     : emit_unkept(socket, event, array, flags);
    }
    json_decref(array);
    return rc;
}

/* ---- asking ---- */

struct question {
    sails_io_answer_cb on_answer;
    void *ctx;
};

static void on_answer(struct sio_socket *socket, int status, const struct sio_packet *answer,
                      void *ctx)
{
    struct question *question = ctx;
    json_t *args = status == 0 ? sio_packet_args(answer, NULL) : NULL;

    if (status == 0 && args == NULL) {
        status = SAILS_ENOMEM;
    }
    question->on_answer(socket, status, args, question->ctx);
    json_decref(args);
    mem_free(question);
}

static int ask(sails_io_socket *socket, const char *event, json_t *args, uint64_t timeout_ms,
               struct question *question)
{
    uint64_t id = sio_namespace_take_ack_id(sio_socket_namespace(socket));
    int rc = 0;

    tell_outgoing(socket, event, args);
    rc = sio_socket_expect_ack(socket, id, timeout_ms, on_answer, question);

    assert_turn(socket);
    if (rc == 0) {
        rc = send_event(socket, event, args, (int64_t)id, 0);
        if (rc < 0) {
            sio_socket_forget_ack(socket, id);
        }
    }
    return rc;
}

int sails_io_socket_emit_with_ack(sails_io_socket *socket, const char *event, json_t *args,
                                  uint64_t timeout_ms, sails_io_answer_cb on_answered, void *ctx)
{
    json_t *array = io_arguments(args);
    struct question *question = NULL;
    int rc = 0;

    if (socket == NULL || event == NULL || on_answered == NULL) {
        rc = SAILS_EINVAL;
    } else {
        question = mem_alloc(sizeof(*question));
        rc = question != NULL && array != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        *question = (struct question){on_answered, ctx};
        rc = ask(socket, event, array, timeout_ms, question);
    }
    if (rc < 0) {
        mem_free(question);
    }
    json_decref(array);
    return rc;
}

void sails_io_socket_disconnect(sails_io_socket *socket, bool close)
{
    if (socket != NULL) {
        assert_turn(socket);
        sio_socket_disconnect(socket, close);
    }
}
