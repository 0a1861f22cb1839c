#include "base/mem.h"
#include "io/io.h"

#include <assert.h>

/*
 * Rooms that come and go, told to those who listen.
 *
 * A room of a node is as many as there are workers that have a part of it. Where somebody listens they are
 * counted, under one lock; and who hears of a room's beginning and end hears it under that lock, so that the
 * two are never told in the wrong order. It is recursive: what a listener does may change rooms in turn.
 *
 * I1  A name that is in `rooms` has at least one part.
 */

struct counted_room {
    struct map_node by_name;
    unsigned n_parts;
    size_t len;
    char name[];
};

void io_rooms_init(struct sails_io *io)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&io->room_lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

void io_rooms_deinit(struct sails_io *io)
{
    pthread_mutex_destroy(&io->room_lock);
}

void io_rooms_forget(struct sails_io_namespace *nsp)
{
    map_each(node, &nsp->rooms) {
        map_remove(&nsp->rooms, node);
        mem_free(container_of(node, struct counted_room, by_name));
    }
    map_deinit(&nsp->rooms);
}

static struct counted_room *find(const struct sails_io_namespace *nsp, struct str name)
{
    struct map_node *node = map_find(&nsp->rooms, hash_str(nsp->io->hash_key, name));

    for (; node != NULL; node = map_find_next(node)) {
        struct counted_room *room = container_of(node, struct counted_room, by_name);

        if (str_eq((struct str){room->name, room->len}, name)) {
            return room;
        }
    }
    return NULL;
}

/* Whether it is the first part. Without memory one too many is told rather than none. */
static bool add_part(struct sails_io_namespace *nsp, struct str name)
{
    struct counted_room *room = find(nsp, name);

    if (room != NULL) {
        room->n_parts++;
        return false;
    }
    room = mem_alloc(sizeof(*room) + name.len);
    if (room != NULL) {
        *room = (struct counted_room){.n_parts = 1, .len = name.len};
        memcpy(room->name, name.ptr, name.len);
        map_insert(&nsp->rooms, &room->by_name, hash_str(nsp->io->hash_key, name));
    }
    return true;
}

/* Whether it was the last part. */
static bool drop_part(struct sails_io_namespace *nsp, struct str name)
{
    struct counted_room *room = find(nsp, name);

    if (room == NULL) {
        return true;
    }
    assert(room->n_parts > 0); /* I1 */
    room->n_parts--;
    if (room->n_parts > 0) {
        return false;
    }
    map_remove(&nsp->rooms, &room->by_name);
    mem_free(room);
    return true;
}

/* Who has heard of its coming before may have ended the socket, and then nobody else hears of it. */
static bool is_told(enum sails_io_room_change change, const struct sio_socket *socket)
{
    return change != SAILS_IO_ROOM_JOINED || sio_socket_client(socket) != NULL;
}

static void tell(struct sails_io_namespace *nsp, enum sails_io_room_change change, const char *room,
                 struct sio_socket *socket)
{
    const struct io_listeners *listeners = io_namespace_listeners(nsp);

    list_each(node, io_listeners_of(listeners, IO_ROOM)) {
        const struct io_listener *listener = container_of(node, const struct io_listener, in_kind);

        if (is_told(change, socket)) {
            listener->call.room(nsp, change, room, socket, listener->ctx);
        }
    }
}

static void tell_watcher(const struct sails_io_namespace *nsp, struct sio_socket *socket,
                         const char *room, bool has_joined)
{
    const struct io_watcher *watcher = nsp->io->watcher;

    if (watcher != NULL) {
        watcher->on_room(watcher->ctx, socket, room, has_joined);
    }
}

static void note(struct sails_io_namespace *nsp, struct sio_socket *socket,
                 enum sio_room_change change, const char *room)
{
    switch (change) {
    case SIO_ROOM_JOINED:
        tell_watcher(nsp, socket, room, true);
        tell(nsp, SAILS_IO_ROOM_JOINED, room, socket);
        break;
    case SIO_ROOM_LEFT:
        tell_watcher(nsp, socket, room, false);
        tell(nsp, SAILS_IO_ROOM_LEFT, room, socket);
        break;
    case SIO_ROOM_CREATED:
        pthread_mutex_lock(&nsp->io->room_lock);
        if (add_part(nsp, str_from(room))) {
            tell(nsp, SAILS_IO_ROOM_CREATED, room, NULL);
        }
        pthread_mutex_unlock(&nsp->io->room_lock);
        break;
    case SIO_ROOM_DELETED:
        pthread_mutex_lock(&nsp->io->room_lock);
        if (drop_part(nsp, str_from(room))) {
            tell(nsp, SAILS_IO_ROOM_DELETED, room, NULL);
        }
        pthread_mutex_unlock(&nsp->io->room_lock);
        break;
    }
}

void io_rooms_note(struct sio_socket *socket, enum sio_room_change change, struct str room)
{
    struct sails_io_namespace *nsp = io_part_of(socket)->nsp;
    char name[SAILS_ROOM_NAME_MAX + 1];

    if (room.ptr == sio_socket_id(socket)) {
        note(nsp, socket, change, room.ptr); /* of any length, and ends with NUL */
    } else if (room.len < sizeof(name)) {
        memcpy(name, room.ptr, room.len);
        name[room.len] = '\0';
        note(nsp, socket, change, name);
    }
}
