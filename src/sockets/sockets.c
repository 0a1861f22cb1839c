#include "base/mem.h"
#include "io/io.h"
#include "request/request.h"

#include <sails/sockets.h>

/*
 * Thin: names and checks. The operations are io's, in the namespace "/".
 */

static int operate(sails_app *app, struct operation_spec spec, const char *room,
                   const char *const *dest_rooms, bool must_match, sails_done_cb done, void *ctx)
{
    int rc = app != NULL ? room_name_check(room) : SAILS_EINVAL;

    if (rc < 0) {
        return rc;
    }
    spec.to = SAILS_ROOMS(room);
    spec.rooms = dest_rooms;
    return io_operate_then(sails_app_io(app)->root, &spec, must_match, done, ctx);
}

int sails_sockets_join(sails_app *app, const char *id, const char *room, sails_done_cb done,
                       void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_JOIN, .flags = OPERATION_NAMES_SOCKET};

    return operate(app, spec, id, SAILS_ROOMS(room), true, done, ctx);
}

int sails_sockets_leave(sails_app *app, const char *id, const char *room, sails_done_cb done,
                        void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_LEAVE, .flags = OPERATION_NAMES_SOCKET};

    return operate(app, spec, id, SAILS_ROOMS(room), true, done, ctx);
}

int sails_sockets_add_room_members_to_rooms(sails_app *app, const char *room,
                                            const char *const *dest_rooms, sails_done_cb done,
                                            void *ctx)
{
    return operate(app,
                   (struct operation_spec){.kind = OPERATION_JOIN, .flags = OPERATION_NAMES_SOCKET},
                   room, dest_rooms, false, done, ctx);
}

int sails_sockets_remove_room_members_from_rooms(sails_app *app, const char *room,
                                                 const char *const *dest_rooms, sails_done_cb done,
                                                 void *ctx)
{
    return operate(
        app, (struct operation_spec){.kind = OPERATION_LEAVE, .flags = OPERATION_NAMES_SOCKET},
        room, dest_rooms, false, done, ctx);
}

int sails_sockets_leave_all(sails_app *app, const char *room, sails_done_cb done, void *ctx)
{
    return operate(app, (struct operation_spec){.kind = OPERATION_LEAVE_ALL}, room, NULL, false,
                   done, ctx);
}

/* ---- sending ---- */

/* Takes `data`. Without a value there is nothing to send: it must not become another one on the way. */
static int send(sails_app *app, const char *const *rooms, const char *event, json_t *data,
                const char *id_to_omit)
{
    struct sails_io_target target = {.to = rooms};
    json_t *args = NULL;

    if (event == NULL || event[0] == '\0') {
        event = SAILS_DEFAULT_EVENT_NAME;
    }
    if (data == NULL) {
        log_line(
            sails_app_io(app)->log, LOG_ERROR,
            "The event `%s` was not sent: its data is NULL, as what json_pack() makes of text that "
            "is not UTF-8; json_null() is null",
            event);
        return SAILS_EINVAL;
    }
    args = json_pack("[o]", data);
    if (args == NULL) {
        return SAILS_ENOMEM;
    }
    return io_emit(sails_app_io(app)->root, &target, event, args, id_to_omit);
}

static bool has_empty(const char *const *rooms)
{
    while (*rooms != NULL && (*rooms)[0] != '\0') {
        rooms++;
    }
    return *rooms != NULL;
}

/* Without the empty names, which nobody can be in. The list is the caller's to free; NULL: no memory. */
static const char **without_empty(const char *const *rooms)
{
    const char **named = NULL;
    size_t n = 0, kept = 0;

    while (rooms[n] != NULL) {
        n++;
    }
    named = mem_calloc(n + 1, sizeof(char *));
    for (size_t i = 0; i < n && named != NULL; i++) {
        if (rooms[i][0] != '\0') {
            named[kept++] = rooms[i];
        }
    }
    return named;
}

int sails_sockets_broadcast(sails_app *app, const char *const *rooms, const char *event,
                            json_t *data, const char *id_to_omit)
{
    const char **named = NULL;
    int rc = 0;

    if (app == NULL || rooms == NULL) {
        json_decref(data);
        return SAILS_EINVAL;
    }
    if (!has_empty(rooms)) {
        return send(app, rooms, event, data, id_to_omit);
    }
    named = without_empty(rooms);
    if (named == NULL) {
        json_decref(data);
        return SAILS_ENOMEM;
    }
    rc = send(app, named, event, data, id_to_omit);
    mem_free(named);
    return rc;
}

int sails_sockets_blast(sails_app *app, const char *event, json_t *data, const char *id_to_omit)
{
    if (app == NULL) {
        json_decref(data);
        return SAILS_EINVAL;
    }
    return send(app, NULL, event, data, id_to_omit);
}

/* ---- ids ---- */

const char *sails_sockets_get_id(const sails_req *req)
{
    return req != NULL ? req->socket.id : NULL;
}

sails_io_socket *sails_req_socket(const sails_req *req)
{
    struct sio_socket *socket = NULL;

    if (req != NULL && req->socket.id != NULL && worker_is_current(req->socket.worker)) {
        socket = io_ref_find(&req->socket);
    }
    return socket != NULL && sio_socket_is_connected(socket) ? socket : NULL;
}

const char *sails_sockets_id(const sails_req *req)
{
    return sails_sockets_get_id(req);
}
