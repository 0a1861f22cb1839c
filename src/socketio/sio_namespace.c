#include "base/macros.h"
#include "base/mem.h"
#include "socketio/sio_state.h"

#include <assert.h>

uint64_t sio_namespace_mark(const struct sio_namespace *nsp)
{
    return nsp->mark;
}

void sio_namespace_set_mark(struct sio_namespace *nsp, uint64_t mark)
{
    nsp->mark = mark;
    nsp->ahead = mark;
    nsp->n_ahead = 0;
}

/* What a worker sends itself overtakes what others have mailed to it. Each mark comes once, so that no
 * gap is left when as many have come as there are. */
void sio_namespace_note_mark(struct sio_namespace *nsp, uint64_t mark)
{
    if (mark <= nsp->mark) {
        return;
    }
    nsp->ahead = mark > nsp->ahead ? mark : nsp->ahead;
    nsp->n_ahead++;
    if (nsp->mark + nsp->n_ahead == nsp->ahead) {
        sio_namespace_set_mark(nsp, nsp->ahead);
    }
}

struct sio_namespace *sio_namespace_create(struct sio_server *server, struct str name,
                                           atomic_uint_fast64_t *ack_ids, void *user)
{
    struct sio_namespace *nsp = NULL;
    size_t size = 0;

    if (size_add(sizeof(*nsp), name.len, &size)) {
        nsp = mem_alloc(size);
    }
    if (nsp == NULL) {
        return NULL;
    }
    *nsp = (struct sio_namespace){
        .server = server, .user = user, .ack_ids = ack_ids, .name_len = name.len};
    list_init(&nsp->sockets);
    room_index_init(&nsp->rooms, server->env->hash_key);
    if (name.len > 0) {
        memcpy(nsp->name, name.ptr, name.len);
    }
    return nsp;
}

void sio_namespace_destroy(struct sio_namespace *nsp)
{
    if (nsp == NULL) {
        return;
    }
    assert(list_is_empty(&nsp->sockets));
    map_deinit(&nsp->by_id);
    room_index_deinit(&nsp->rooms);
    mem_free(nsp);
}

struct str sio_namespace_name(const struct sio_namespace *nsp)
{
    return (struct str){nsp->name, nsp->name_len};
}

void *sio_namespace_user(const struct sio_namespace *nsp)
{
    return nsp->user;
}

size_t sio_namespace_count(const struct sio_namespace *nsp)
{
    return nsp->count;
}

bool sio_namespace_is_empty(const struct sio_namespace *nsp)
{
    return nsp->n_sockets == 0;
}

uint64_t sio_namespace_take_ack_id(struct sio_namespace *nsp)
{
    return atomic_fetch_add_explicit(nsp->ack_ids, 1, memory_order_relaxed);
}

struct sio_socket *sio_namespace_find(const struct sio_namespace *nsp, struct str id)
{
    struct map_node *node = map_find(&nsp->by_id, hash_str(nsp->rooms.hash_key, id));

    for (; node != NULL; node = map_find_next(node)) {
        struct sio_socket *socket = container_of(node, struct sio_socket, by_id);

        if (str_eq(str_from(socket->id), id)) {
            return socket;
        }
    }
    return NULL;
}

void sio_namespace_add(struct sio_namespace *nsp, struct sio_socket *socket)
{
    list_append(&nsp->sockets, &socket->in_nsp);
    map_insert(&nsp->by_id, &socket->by_id, hash_str(nsp->rooms.hash_key, str_from(socket->id)));
    nsp->count++;
}

void sio_namespace_remove(struct sio_namespace *nsp, struct sio_socket *socket)
{
    list_remove(&socket->in_nsp);
    map_remove(&nsp->by_id, &socket->by_id);
    nsp->count--;
}
