#include "base/mem.h"
#include "io/io.h"

/* ---- operations without a message ---- */

static int operate_on_one(struct sails_io_namespace *nsp, struct operation_spec *spec)
{
    struct operation *op = NULL;
    int rc = 0;

    spec->nsp = str_from(nsp->name);
    rc = operation_create(spec, &op);
    if (rc == 0) {
        cluster_send(&nsp->io->cluster, op);
    }
    return rc;
}

/* The last child's operation alone tells: operations of one caller are applied in order. */
static int operate_on_children(struct sails_io_namespace *parent, struct operation_spec *spec)
{
    struct operation_spec silent = *spec;
    struct io_children children;
    int rc = io_registry_children(parent, &children);

    silent.on_done = NULL;
    for (size_t i = 0; rc == 0 && i + 1 < children.n; i++) {
        rc = operate_on_one(children.list[i], &silent);
    }
    if (rc == 0) {
        /* Without children: to nobody, so that `done` is told all the same. */
        rc = operate_on_one(children.n > 0 ? children.list[children.n - 1] : parent, spec);
    }
    io_registry_release_children(&children);
    return rc;
}

int io_operate(struct sails_io_namespace *nsp, struct operation_spec *spec)
{
    return nsp->match == NULL ? operate_on_one(nsp, spec) : operate_on_children(nsp, spec);
}

struct news {
    sails_done_cb done;
    void *ctx;
};

static int done_create(sails_done_cb done, void *ctx, struct news **out)
{
    *out = NULL;
    if (done == NULL) {
        return 0;
    }
    *out = mem_alloc(sizeof(**out));
    if (*out == NULL) {
        return SAILS_ENOMEM;
    }
    **out = (struct news){done, ctx};
    return 0;
}

static void call_done(struct operation *op, int status, void *ctx)
{
    struct news *done = ctx;

    (void)op;
    done->done(status, done->ctx);
    mem_free(done);
}

int io_operate_then(sails_io_namespace *nsp, struct operation_spec *spec, sails_done_cb done,
                    void *ctx)
{
    struct news *news = NULL;
    int rc = 0;

    if (nsp == NULL) {
        return SAILS_EINVAL;
    }
    if (!atomic_load(&nsp->io->is_open)) {
        return SAILS_ESTATE;
    }
    rc = done_create(done, ctx, &news);
    if (rc == 0) {
        spec->on_done = news != NULL ? call_done : NULL;
        spec->ctx = news;
        rc = io_operate(nsp, spec);
    }
    if (rc < 0) {
        mem_free(news);
    }
    return rc;
}

static struct operation_spec spec_of(enum operation_kind kind, const sails_io_target *target,
                                     const char *const *rooms)
{
    return (struct operation_spec){
        .kind = kind,
        .to = target != NULL ? target->to : NULL,
        .except = target != NULL ? target->except : NULL,
        .rooms = rooms,
    };
}

int sails_io_sockets_join(sails_io_namespace *nsp, const sails_io_target *target,
                          const char *const *rooms, sails_done_cb done, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_JOIN, target, rooms);

    return io_operate_then(nsp, &spec, done, ctx);
}

int sails_io_sockets_leave(sails_io_namespace *nsp, const sails_io_target *target,
                           const char *const *rooms, sails_done_cb done, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_LEAVE, target, rooms);

    return io_operate_then(nsp, &spec, done, ctx);
}

int sails_io_disconnect_sockets(sails_io_namespace *nsp, const sails_io_target *target, bool close,
                                sails_done_cb done, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_DISCONNECT, target, NULL);

    spec.close = close;
    return io_operate_then(nsp, &spec, done, ctx);
}

/* ---- fetching ---- */

struct fetching {
    sails_io_sockets_cb on_sockets;
    void *ctx;
};

static void on_fetched(struct operation *op, int status, void *ctx)
{
    struct fetching *fetching = ctx;
    json_t *all = json_array();

    for (size_t i = 0; i < WORKERS_MAX; i++) {
        if (op->fetched[i] != NULL && json_array_extend(all, op->fetched[i]) != 0) {
            status = SAILS_ENOMEM;
        }
    }
    fetching->on_sockets(all != NULL ? status : SAILS_ENOMEM, all, fetching->ctx);
    json_decref(all);
    mem_free(fetching);
}

int sails_io_fetch_sockets(sails_io_namespace *nsp, const sails_io_target *target,
                           sails_io_sockets_cb on_sockets, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_FETCH, target, NULL);
    struct fetching *fetching = NULL;
    int rc = 0;

    if (nsp == NULL || on_sockets == NULL || nsp->match != NULL) {
        return SAILS_EINVAL; /* of a parent: unsupported, as in Socket.IO */
    }
    if (!atomic_load(&nsp->io->is_open)) {
        return SAILS_ESTATE;
    }
    fetching = mem_alloc(sizeof(*fetching));
    if (fetching == NULL) {
        return SAILS_ENOMEM;
    }
    *fetching = (struct fetching){on_sockets, ctx};
    spec.on_done = on_fetched;
    spec.ctx = fetching;
    rc = io_operate(nsp, &spec);
    if (rc < 0) {
        mem_free(fetching);
    }
    return rc;
}
