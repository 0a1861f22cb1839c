#include "base/mem.h"
#include "io/io.h"

/* ---- the way of every operation ---- */

static int operate_on_one(struct sails_io_namespace *nsp, struct operation *op,
                          const struct delivery_outcome *outcome)
{
    op->nsp = str_from(nsp->name);
    return op->kind == OPERATION_BROADCAST ? io_emit_to(nsp, op, outcome)
                                           : cluster_send(&nsp->io->cluster, op, NULL, outcome);
}

/* The last child's operation alone tells: operations of one caller are applied in order. */
static int operate_on_children(struct sails_io_namespace *parent, struct operation *op,
                               const struct delivery_outcome *outcome)
{
    struct io_children children;
    int rc = io_registry_children(parent, &children);

    for (size_t i = 0; rc == 0 && i < children.n; i++) {
        rc = operate_on_one(children.list[i], op, i + 1 < children.n ? NULL : outcome);
    }
    if (rc == 0 && children.n == 0) {
        rc = operate_on_one(parent, op,
                            outcome); /* to nobody, so that `done` is told all the same */
    }
    io_registry_release_children(&children);
    return rc;
}

/* Fills in op->nsp. */
static int operate(struct sails_io_namespace *nsp, struct operation *op,
                   const struct delivery_outcome *outcome)
{
    return nsp->match == NULL ? operate_on_one(nsp, op, outcome)
                              : operate_on_children(nsp, op, outcome);
}

int io_operate_spec(struct sails_io_namespace *nsp, const struct operation_spec *spec,
                    const struct delivery_outcome *outcome)
{
    struct operation op;
    int rc = operation_init(&op, spec);

    if (rc == 0) {
        rc = operate(nsp, &op, outcome);
        operation_deinit(&op);
    }
    return rc;
}

int io_receive(void *ctx, struct operation *op, const struct delivery_outcome *outcome)
{
    struct sails_io *io = ctx;
    struct sails_io_namespace *nsp = NULL;
    int rc = SAILS_ENOENT;

    if (!atomic_load(&io->is_open)) {
        return SAILS_ESTATE;
    }
    op->flags |= OPERATION_LOCAL;
    nsp = io_registry_find(io, op->nsp);
    if (nsp != NULL) {
        rc = operate_on_one(nsp, op, outcome);
        io_namespace_release(nsp);
    }
    return rc;
}

/* ---- operations without a message ---- */

struct news {
    sails_done_cb done;
    void *ctx;
};

static int news_create(sails_done_cb done, void *ctx, struct news **out)
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

static void tell_news(int status, json_t *found, void *ctx)
{
    struct news *news = ctx;

    (void)found;
    news->done(status, news->ctx);
    mem_free(news);
}

int io_operate_then(sails_io_namespace *nsp, const struct operation_spec *spec, bool must_match,
                    sails_done_cb done, void *ctx)
{
    struct delivery_outcome outcome = {.must_match = must_match};
    struct operation op;
    struct news *news = NULL;
    int rc = 0;

    if (nsp == NULL) {
        return SAILS_EINVAL;
    }
    if (io_check_open(nsp->io, NULL) < 0) {
        return SAILS_ESTATE;
    }
    rc = operation_init(&op, spec);
    if (rc < 0) {
        return rc;
    }
    rc = news_create(done, ctx, &news);
    if (rc == 0) {
        outcome.on_done = news != NULL ? tell_news : NULL;
        outcome.ctx = news;
        rc = operate(nsp, &op, &outcome);
    }
    if (rc < 0) {
        mem_free(news);
    }
    operation_deinit(&op);
    return rc;
}

void io_target_fill(struct operation_spec *spec, const struct sails_io_target *target)
{
    if (target == NULL) {
        return;
    }
    spec->flags |= ((target->flags & SAILS_IO_VOLATILE) != 0 ? OPERATION_VOLATILE : 0u) |
                   ((target->flags & SAILS_IO_NO_COMPRESS) != 0 ? OPERATION_NO_COMPRESS : 0u) |
                   ((target->flags & SAILS_IO_LOCAL) != 0 ? OPERATION_LOCAL : 0u);
    spec->to = target->to;
    spec->except = target->except;
    spec->to_json = target->to_json;
    spec->except_json = target->except_json;
}

static struct operation_spec spec_of(enum operation_kind kind, const struct sails_io_target *target,
                                     const char *const *rooms)
{
    struct operation_spec spec = {.kind = kind, .rooms = rooms};

    io_target_fill(&spec, target);
    return spec;
}

int sails_io_sockets_join(sails_io_namespace *nsp, const struct sails_io_target *target,
                          const char *const *rooms, sails_done_cb done, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_JOIN, target, rooms);

    return io_operate_then(nsp, &spec, false, done, ctx);
}

int sails_io_sockets_leave(sails_io_namespace *nsp, const struct sails_io_target *target,
                           const char *const *rooms, sails_done_cb done, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_LEAVE, target, rooms);

    return io_operate_then(nsp, &spec, false, done, ctx);
}

int sails_io_disconnect_sockets(sails_io_namespace *nsp, const struct sails_io_target *target,
                                bool close, sails_done_cb done, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_DISCONNECT, target, NULL);

    spec.flags |= close ? OPERATION_CLOSE : 0u;
    return io_operate_then(nsp, &spec, false, done, ctx);
}

int sails_io_disconnect_socket(sails_io_namespace *nsp, const char *id, bool close,
                               sails_done_cb done, void *ctx)
{
    const struct operation_spec spec = {
        .kind = OPERATION_DISCONNECT,
        .flags = OPERATION_NAMES_SOCKET | OPERATION_SOCKET_ALONE | (close ? OPERATION_CLOSE : 0u),
        .to = SAILS_ROOMS(id),
    };

    return id != NULL ? io_operate_then(nsp, &spec, true, done, ctx) : SAILS_EINVAL;
}

/* ---- fetching ---- */

int io_receivers(struct sails_io_namespace *nsp, const struct operation *op,
                 const struct delivery_outcome *outcome)
{
    struct operation asking = *op; /* its lists are those of `op` */

    asking.kind = OPERATION_FETCH;
    asking.flags = OPERATION_LOCAL | OPERATION_IDS;
    asking.timeout_ms = 0;
    return cluster_send(&nsp->io->cluster, &asking, NULL, outcome);
}

struct fetching {
    sails_io_sockets_cb on_sockets;
    void *ctx;
};

static void on_fetched(int status, json_t *found, void *ctx)
{
    struct fetching *fetching = ctx;
    json_t *all = found != NULL ? json_incref(found) : json_array();

    fetching->on_sockets(all != NULL ? status : SAILS_ENOMEM, all, fetching->ctx);
    json_decref(all);
    mem_free(fetching);
}

static int fetch(sails_io_namespace *nsp, struct operation *op, sails_io_sockets_cb on_sockets,
                 void *ctx)
{
    struct fetching *fetching = mem_alloc(sizeof(*fetching));
    struct delivery_outcome outcome = {.on_done = on_fetched, .ctx = fetching};
    int rc = SAILS_ENOMEM;

    if (fetching != NULL) {
        *fetching = (struct fetching){on_sockets, ctx};
        rc = operate(nsp, op, &outcome);
    }
    if (rc < 0) {
        mem_free(fetching);
    }
    return rc;
}

int sails_io_fetch_sockets(sails_io_namespace *nsp, const struct sails_io_target *target,
                           sails_io_sockets_cb on_sockets, void *ctx)
{
    struct operation_spec spec = spec_of(OPERATION_FETCH, target, NULL);
    struct operation op;
    int rc = 0;

    if (nsp == NULL || on_sockets == NULL || nsp->match != NULL) {
        return SAILS_EINVAL; /* of a parent: unsupported, as in Socket.IO */
    }
    if (io_check_open(nsp->io, NULL) < 0) {
        return SAILS_ESTATE;
    }
    rc = operation_init(&op, &spec);
    if (rc == 0) {
        rc = fetch(nsp, &op, on_sockets, ctx);
        operation_deinit(&op);
    }
    return rc;
}
