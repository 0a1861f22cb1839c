/*
 * sio_rooms.c - the rooms of a socket, and who hears of them.
 *
 * A change is told when it is over, so that whoever hears of it may change rooms in turn. What is told names
 * the room by a copy: the room itself may be gone by then.
 */
#include "socketio/sio_state.h"

#include <sails/err.h>
#include <sails/types.h>

static bool is_own_room(const struct sio_socket *socket, struct str room)
{
    return str_eq(str_from(socket->id), room);
}

static bool tells(const struct sio_socket *socket)
{
    return socket->nsp->tells_rooms && socket->nsp->server->events->on_room != NULL;
}

static void tell(struct sio_socket *socket, enum sio_room_change change, struct str room)
{
    const struct sio_server *server = socket->nsp->server;

    server->events->on_room(server->ctx, socket, change, room);
}

/* A socket's own room is in no index; who watches that hears of it all the same. */
static void tell_watcher(const struct sio_socket *socket)
{
    const struct room_index *index = &socket->nsp->rooms;

    if (index->on_room != NULL) {
        index->on_room(str_from(socket->id), socket->in_own_room, index->on_room_ctx);
    }
}

/* ---- coming ---- */

/* Who hears that the room is there may end the socket. */
static void tell_coming(struct sio_socket *socket, bool is_new, struct str room)
{
    if (is_new) {
        tell(socket, SIO_ROOM_CREATED, room);
    }
    if (socket->state <= SOCKET_CONNECTED) {
        tell(socket, SIO_ROOM_JOINED, room);
    }
}

void sio_rooms_enter_own(struct sio_socket *socket)
{
    if (socket->in_own_room) {
        return;
    }
    socket->in_own_room = true;
    tell_watcher(socket);
    if (tells(socket)) {
        tell_coming(socket, true, str_from(socket->id));
    }
}

static int join(struct sio_socket *socket, struct str room)
{
    struct room_index *index = &socket->nsp->rooms;
    bool is_new = room_index_find(index, room) == NULL;
    size_t before = socket->member.count;
    int rc = room_index_join(index, &socket->member, room);

    if (rc == 0 && socket->member.count > before && tells(socket)) {
        tell_coming(socket, is_new, room);
    }
    return rc;
}

int sio_socket_join(struct sio_socket *socket, struct str room)
{
    const struct sio_options *options = socket->nsp->server->options;

    sio_socket_check(socket);
    if (socket->state > SOCKET_CONNECTED) {
        return SAILS_ECLOSED;
    }
    if (is_own_room(socket, room)) {
        sio_rooms_enter_own(socket);
        return 0;
    }
    if (options->max_rooms > 0 && socket->member.count >= options->max_rooms &&
        !room_index_has(&socket->nsp->rooms, &socket->member, room)) {
        return SAILS_ETOOBIG;
    }
    return join(socket, room);
}

/* ---- going ---- */

static void leave_own(struct sio_socket *socket)
{
    if (!socket->in_own_room) {
        return;
    }
    socket->in_own_room = false;
    tell_watcher(socket);
    if (tells(socket)) {
        tell(socket, SIO_ROOM_LEFT, str_from(socket->id));
        tell(socket, SIO_ROOM_DELETED, str_from(socket->id));
    }
}

static void leave(struct sio_socket *socket, struct str room)
{
    struct room_index *index = &socket->nsp->rooms;
    size_t before = socket->member.count;

    room_index_leave(index, &socket->member, room);
    if (socket->member.count < before && tells(socket)) {
        bool is_gone = room_index_find(index, room) == NULL;

        tell(socket, SIO_ROOM_LEFT, room);
        if (is_gone) {
            tell(socket, SIO_ROOM_DELETED, room);
        }
    }
}

void sio_socket_leave(struct sio_socket *socket, struct str room)
{
    if (is_own_room(socket, room)) {
        leave_own(socket);
    } else if (socket->state != SOCKET_GONE) {
        leave(socket, room);
    }
}

/* One after the other, as those who hear of it may leave some, too. Those that it joins meanwhile stay, for
 * they are behind the others. */
static void leave_all_telling(struct sio_socket *socket)
{
    char name[SAILS_ROOM_NAME_MAX];

    for (size_t n = socket->member.count; n > 0 && socket->member.count > 0; n--) {
        struct str first = room_member_first(&socket->member);

        if (first.len > sizeof(name)) {
            room_index_leave(&socket->nsp->rooms, &socket->member, first); /* no API lets it in */
            continue;
        }
        memcpy(name, first.ptr, first.len);
        leave(socket, (struct str){name, first.len});
    }
}

void sio_socket_leave_all(struct sio_socket *socket)
{
    if (socket->state != SOCKET_GONE && tells(socket)) {
        leave_all_telling(socket);
    } else if (socket->state != SOCKET_GONE) {
        room_index_leave_all(&socket->nsp->rooms, &socket->member);
    }
}

void sio_rooms_leave_all(struct sio_socket *socket)
{
    sio_socket_leave_all(socket);
    leave_own(socket);
}

/* ---- looking ---- */

bool sio_socket_is_in(const struct sio_socket *socket, struct str room)
{
    if (socket->state == SOCKET_GONE) {
        return false;
    }
    if (is_own_room(socket, room)) {
        return socket->in_own_room;
    }
    return room_index_has(&socket->nsp->rooms, &socket->member, room);
}

void sio_socket_each_room(const struct sio_socket *socket, void (*each)(struct str room, void *ctx),
                          void *ctx)
{
    if (socket->in_own_room) {
        each(str_from(socket->id), ctx);
    }
    room_member_each(&socket->member, each, ctx);
}

void sio_namespace_tell_rooms(struct sio_namespace *nsp)
{
    nsp->tells_rooms = true;
}
