#include "base/json_value.h"
#include "base/mem.h"
#include "io/io.h"

json_t *io_arguments(json_t *args)
{
    json_t *array = NULL;

    if (json_is_array(args)) {
        return args;
    }
    array = json_array();
    if (args != NULL && json_array_append_new(array, args) != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static bool ends_in_text(const json_t *args)
{
    size_t n = json_array_size(args);
    const json_t *last = n > 0 ? json_array_get(args, n - 1) : NULL;

    return n == 0 || (json_is_string(last) && !json_value_is_binary(last));
}

json_t *io_unkept_arguments(const struct sails_io_namespace *nsp, json_t *args)
{
    json_t *ended = NULL;

    if (args == NULL) {
        return json_array();
    }
    if (!nsp->io->options.recovery || !ends_in_text(args)) {
        return json_incref(args);
    }
    ended = json_copy(args);
    if (ended != NULL && json_array_append_new(ended, json_null()) < 0) {
        json_decref(ended);
        return NULL;
    }
    return ended;
}

/* ---- events ---- */

static int encode(const struct sails_io_namespace *nsp, const struct operation *op, json_t *args,
                  const char *offset, int64_t id, struct sio_message **out)
{
    struct sio_message_options options = {
        .parser = nsp->io->options.socketio.parser,
        .no_compress = (op->flags & OPERATION_NO_COMPRESS) != 0,
        .no_v3 = !nsp->io->options.engine.allow_eio3,
    };

    return sio_message_create(op->nsp, op->event, args, offset, id, &options, out);
}

/* Kept, and sent to those who are there. Within recovery_begin() and _end(). */
static int keep_and_send(struct sails_io_namespace *nsp, const struct operation *op,
                         struct sio_message *message, const char *offset,
                         const struct delivery_outcome *outcome)
{
    int rc = recovery_keep(&nsp->recovery, offset, message, &op->target, op->to_nobody);

    if (rc == 0) {
        rc = cluster_send(&nsp->io->cluster, op, message, outcome);
        if (rc < 0) {
            recovery_unkeep(&nsp->recovery);
        }
    }
    return rc;
}

/* Who is there hears it, also where it cannot be kept. */
static int keep_and_send_placed(struct sails_io_namespace *nsp, const struct operation *op,
                                struct sio_message *message, const struct delivery_outcome *outcome)
{
    int kept = recovery_keep(&nsp->recovery, op->offset, message, &op->target, op->to_nobody);
    int rc = 0;

    if ((op->flags & OPERATION_PAST) == 0) {
        rc = cluster_send(&nsp->io->cluster, op, message, outcome);
    }
    return kept < 0 ? kept : rc;
}

/* It comes from the stream of all nodes, with its place there: it cannot be taken back. */
static int send_shared(struct sails_io_namespace *nsp, const struct operation *op,
                       const struct delivery_outcome *outcome)
{
    struct sio_message *message = NULL;
    int rc = encode(nsp, op, op->args, op->offset, -1, &message);

    recovery_begin_at(&nsp->recovery, op->offset);
    if (rc == 0) {
        rc = keep_and_send_placed(nsp, op, message, outcome);
    }
    if (rc < 0) {
        recovery_forget(&nsp->recovery);
    }
    recovery_end(&nsp->recovery);
    sio_message_release(message);
    return rc;
}

/* With recovery on: the event gets an offset and is kept (socket-io 14.2, 14.3). */
static int send_kept(struct sails_io_namespace *nsp, const struct operation *op,
                     const struct delivery_outcome *outcome)
{
    char offset[RECOVERY_OFFSET_SIZE];
    struct sio_message *message = NULL;
    int rc = 0;

    recovery_begin(&nsp->recovery, offset);
    rc = encode(nsp, op, op->args, offset, -1, &message);
    if (rc == 0) {
        rc = keep_and_send(nsp, op, message, offset, outcome);
    }
    recovery_end(&nsp->recovery);
    sio_message_release(message);
    return rc;
}

static int send_unkept(struct sails_io_namespace *nsp, const struct operation *op, json_t *args,
                       int64_t id, const struct delivery_outcome *outcome)
{
    struct sio_message *message = NULL;
    int rc = encode(nsp, op, args, NULL, id, &message);

    if (rc == 0) {
        rc = cluster_send(&nsp->io->cluster, op, message, outcome);
    }
    sio_message_release(message);
    return rc;
}

static void tell_watcher(struct sails_io_namespace *nsp, const struct operation *op)
{
    const struct io_watcher *watcher = nsp->io->watcher;
    bool is_past = (op->flags & OPERATION_PAST) != 0;
    bool comes_back = nsp->io->recovery.is_shared && op->offset == NULL && op->timeout_ms == 0 &&
                      (op->flags & OPERATION_VOLATILE) == 0;

    if (watcher != NULL && !is_past && !comes_back) {
        watcher->on_broadcast(watcher->ctx, nsp, op);
    }
}

int io_emit_to(struct sails_io_namespace *nsp, const struct operation *op,
               const struct delivery_outcome *outcome)
{
    json_t *args = NULL;
    int rc = SAILS_ENOMEM;

    tell_watcher(nsp, op);
    if (outcome != NULL && outcome->answers != NULL) {
        uint64_t id = atomic_fetch_add(&nsp->ack_ids, 1);

        answers_set_id(outcome->answers, id);
        return send_unkept(nsp, op, op->args, (int64_t)id, outcome);
    }
    if (op->offset != NULL) {
        return send_shared(nsp, op, outcome);
    }
    if (nsp->io->options.recovery && !nsp->io->recovery.is_shared &&
        (op->flags & OPERATION_VOLATILE) == 0) {
        return send_kept(nsp, op, outcome);
    }
    args = io_unkept_arguments(nsp, op->args);
    if (args != NULL) {
        rc = send_unkept(nsp, op, args, -1, outcome);
    }
    json_decref(args);
    return rc;
}

/* ---- the public API ---- */

/* What every emitting function checks first. */
static int check(const sails_io_namespace *nsp, const char *event)
{
    if (nsp == NULL || event == NULL) {
        return SAILS_EINVAL;
    }
    return io_check_open(nsp->io, event);
}

static struct operation_spec spec_of(const struct sails_io_target *target, const char *event,
                                     json_t *args)
{
    struct operation_spec spec = {.kind = OPERATION_BROADCAST, .event = event, .args = args};

    io_target_fill(&spec, target);
    return spec;
}

/* `socket`: whom `target` selects; NULL: there may be many. */
static int emit(sails_io_namespace *nsp, sails_io_socket *socket,
                const struct sails_io_target *target, const char *event, json_t *args,
                const char *except_id)
{
    int rc = check(nsp, event);
    json_t *array = io_arguments(args);
    struct operation_spec spec = spec_of(target, event, array);

    spec.except_id = except_id;
    if (rc == 0 && array != NULL) {
        io_namespace_tell_outgoing(nsp, socket, event, array);
    }
    if (rc == 0) {
        rc = array != NULL ? io_operate_spec(nsp, &spec, NULL) : SAILS_ENOMEM;
    }
    if (rc == SAILS_ERESERVED) {
        log_line(nsp->io->log, LOG_WARN,
                 "The event `%s` was not sent: Socket.IO has that name for itself", event);
    }
    json_decref(array);
    return rc;
}

int io_emit(sails_io_namespace *nsp, const struct sails_io_target *target, const char *event,
            json_t *args, const char *except_id)
{
    return emit(nsp, NULL, target, event, args, except_id);
}

int io_emit_to_one(sails_io_socket *socket, const struct sails_io_target *target, const char *event,
                   json_t *args)
{
    return emit(io_part_of(socket)->nsp, socket, target, event, args, NULL);
}

int sails_io_emit(sails_io_namespace *nsp, const struct sails_io_target *target, const char *event,
                  json_t *args)
{
    return io_emit(nsp, target, event, args, NULL);
}

int sails_io_socket_broadcast(sails_io_socket *socket, const struct sails_io_target *target,
                              const char *event, json_t *args)
{
    if (socket == NULL) {
        json_decref(args);
        return SAILS_EINVAL;
    }
    return io_emit(io_part_of(socket)->nsp, target, event, args, sio_socket_id(socket));
}

/* ---- events with acks ---- */

struct gathering {
    sails_io_answers_cb on_answers;
    void *ctx;
};

static void on_answers(int status, json_t *list, void *ctx)
{
    struct gathering *gathering = ctx;

    gathering->on_answers(status, list, gathering->ctx);
    mem_free(gathering);
}

static int send_asking(sails_io_namespace *nsp, const struct operation_spec *spec,
                       struct gathering *gathering)
{
    struct answers *answers = answers_create(spec->timeout_ms, on_answers, gathering);
    struct delivery_outcome outcome = {.answers = answers};
    int rc = answers != NULL ? io_operate_spec(nsp, spec, &outcome) : SAILS_ENOMEM;

    answers_release(answers);
    return rc;
}

int sails_io_emit_with_ack(sails_io_namespace *nsp, const struct sails_io_target *target,
                           const char *event, json_t *args, uint64_t timeout_ms,
                           sails_io_answers_cb on_gathered, void *ctx)
{
    int rc = check(nsp, event);
    json_t *array = io_arguments(args);
    struct gathering *gathering = NULL;
    struct operation_spec spec = spec_of(target, event, array);

    spec.timeout_ms = timeout_ms;
    if (rc == 0 && (nsp->match != NULL || timeout_ms == 0 || on_gathered == NULL)) {
        rc = SAILS_EINVAL;
    }
    if (rc == 0) {
        gathering = mem_alloc(sizeof(*gathering));
        rc = gathering != NULL && array != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        *gathering = (struct gathering){on_gathered, ctx};
        io_namespace_tell_outgoing(nsp, NULL, event, array);
        rc = send_asking(nsp, &spec, gathering);
    }
    if (rc < 0) {
        mem_free(gathering);
    }
    json_decref(array);
    return rc;
}
