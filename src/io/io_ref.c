#include "io/io_ref.h"

#include "base/mem.h"

int io_ref_init(struct io_ref *ref, const struct sio_socket *socket)
{
    const struct io_part *part = io_part_of(socket);
    const char *id = sio_socket_id(socket);
    char *copy = mem_strndup(id, strlen(id));

    *ref = (struct io_ref){.id = copy};
    if (copy == NULL) {
        return SAILS_ENOMEM;
    }
    ref->worker = part->worker->worker;
    ref->nsp = io_namespace_retain(part->nsp);
    return 0;
}

void io_ref_deinit(struct io_ref *ref)
{
    io_namespace_release(ref->nsp);
    mem_free(ref->id);
    *ref = (struct io_ref){0};
}

struct sio_socket *io_ref_find(const struct io_ref *ref)
{
    struct sio_namespace *nsp = NULL;

    if (ref->id != NULL) {
        worker_assert_thread(ref->worker);
        nsp = io_worker_find(ref->nsp->io, ref->worker, str_from(ref->nsp->name));
    }
    return nsp != NULL ? sio_namespace_find(nsp, str_from(ref->id)) : NULL;
}
