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

static int send_message(struct sails_io_namespace *nsp, const struct io_emission *emission,
                        struct sio_message *message)
{
    struct operation_spec spec = {
        .kind = OPERATION_BROADCAST,
        .nsp = str_from(nsp->name),
        .to = emission->to,
        .except = emission->except,
        .except_id = emission->except_id,
        .message = message,
        .is_volatile = (emission->flags & SAILS_IO_VOLATILE) != 0,
    };
    struct operation *op = NULL;
    int rc = operation_create(&spec, &op);

    if (rc == 0) {
        cluster_send(&nsp->io->cluster, op);
    }
    return rc;
}

static int encode(struct sails_io_namespace *nsp, const struct io_emission *emission,
                  const char *offset, int64_t id, struct sio_message **out)
{
    struct sio_message_options options = {
        .no_compress = (emission->flags & SAILS_IO_NO_COMPRESS) != 0,
        .no_v3 = !nsp->io->options.engine.allow_eio3,
    };

    return sio_message_create(str_from(nsp->name), emission->event, emission->args, offset, id,
                              &options, out);
}

/* With recovery on: the event gets an offset and is kept (socket-io 14.2, 14.3). */
static int emit_kept(struct sails_io_namespace *nsp, const struct io_emission *emission)
{
    const struct recovery_target target = {emission->to, emission->except, emission->except_id};
    char offset[RECOVERY_OFFSET_SIZE];
    struct sio_message *message = NULL;
    int rc = 0;

    recovery_begin(&nsp->recovery, offset);
    rc = encode(nsp, emission, offset, -1, &message);
    if (rc == 0) {
        rc = recovery_keep(&nsp->recovery, offset, message, &target);
    }
    if (rc == 0) {
        rc = send_message(nsp, emission, message);
        if (rc < 0) {
            recovery_unkeep(&nsp->recovery);
        }
    }
    recovery_end(&nsp->recovery);
    sio_message_release(message);
    return rc;
}

static int emit_to_one(struct sails_io_namespace *nsp, const struct io_emission *emission)
{
    struct io_emission unkept = *emission;
    struct sio_message *message = NULL;
    int rc = SAILS_ENOMEM;

    if (nsp->io->options.recovery && (emission->flags & SAILS_IO_VOLATILE) == 0) {
        return emit_kept(nsp, emission);
    }
    unkept.args = io_unkept_arguments(nsp, emission->args);
    if (unkept.args != NULL) {
        rc = encode(nsp, &unkept, NULL, -1, &message);
    }
    if (rc == 0) {
        rc = send_message(nsp, &unkept, message);
    }
    sio_message_release(message);
    json_decref(unkept.args);
    return rc;
}

int io_emit(struct sails_io_namespace *nsp, const struct io_emission *emission)
{
    struct io_children children;
    int rc = 0;

    if (nsp->match == NULL) {
        return emit_to_one(nsp, emission);
    }
    rc = io_registry_children(nsp, &children);
    for (size_t i = 0; rc == 0 && i < children.n; i++) {
        rc = emit_to_one(children.list[i], emission);
    }
    io_registry_release_children(&children);
    return rc;
}

/* What every emitting function checks first. */
static int check(const sails_io_namespace *nsp, const char *event)
{
    if (nsp == NULL || event == NULL) {
        return SAILS_EINVAL;
    }
    return atomic_load(&nsp->io->is_open) ? 0 : SAILS_ESTATE;
}

static struct io_emission emission_of(const sails_io_target *target, const char *event,
                                      json_t *args)
{
    sails_io_target all = {0};

    target = target != NULL ? target : &all;
    return (struct io_emission){
        .to = target->to,
        .except = target->except,
        .flags = target->flags,
        .event = event,
        .args = args,
    };
}

int io_emit_checked(sails_io_namespace *nsp, const sails_io_target *target, const char *event,
                    json_t *args, const char *except_id)
{
    int rc = check(nsp, event);
    json_t *array = io_arguments(args);
    struct io_emission emission = emission_of(target, event, array);

    emission.except_id = except_id;
    if (rc == 0) {
        rc = array != NULL ? io_emit(nsp, &emission) : SAILS_ENOMEM;
    }
    json_decref(array);
    return rc;
}

int sails_io_emit(sails_io_namespace *nsp, const sails_io_target *target, const char *event,
                  json_t *args)
{
    return io_emit_checked(nsp, target, event, args, NULL);
}

int sails_io_socket_broadcast(sails_io_socket *socket, const sails_io_target *target,
                              const char *event, json_t *args)
{
    if (socket == NULL) {
        json_decref(args);
        return SAILS_EINVAL;
    }
    return io_emit_checked(io_part_of(socket)->nsp, target, event, args, sio_socket_id(socket));
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

static int send_asking(sails_io_namespace *nsp, const struct io_emission *emission,
                       uint64_t timeout_ms, struct gathering *gathering)
{
    uint64_t id = atomic_fetch_add(&nsp->ack_ids, 1);
    struct sio_message *message = NULL;
    struct answers *answers = answers_create(id, timeout_ms, on_answers, gathering);
    struct operation *op = NULL;
    struct operation_spec spec = {
        .kind = OPERATION_BROADCAST,
        .nsp = str_from(nsp->name),
        .to = emission->to,
        .except = emission->except,
        .answers = answers,
        .is_volatile = (emission->flags & SAILS_IO_VOLATILE) != 0,
    };
    int rc = answers != NULL ? encode(nsp, emission, NULL, (int64_t)id, &message) : SAILS_ENOMEM;

    if (rc == 0) {
        spec.message = message;
        rc = operation_create(&spec, &op);
    }
    if (rc == 0) {
        cluster_send(&nsp->io->cluster, op);
    }
    sio_message_release(message);
    answers_release(answers);
    return rc;
}

int sails_io_emit_with_ack(sails_io_namespace *nsp, const sails_io_target *target,
                           const char *event, json_t *args, uint64_t timeout_ms,
                           sails_io_answers_cb on_gathered, void *ctx)
{
    int rc = check(nsp, event);
    json_t *array = io_arguments(args);
    struct gathering *gathering = NULL;
    struct io_emission emission = emission_of(target, event, array);

    if (rc == 0 && (nsp->match != NULL || timeout_ms == 0 || on_gathered == NULL)) {
        rc = SAILS_EINVAL;
    }
    if (rc == 0) {
        gathering = mem_alloc(sizeof(*gathering));
        rc = gathering != NULL && array != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        *gathering = (struct gathering){on_gathered, ctx};
        rc = send_asking(nsp, &emission, timeout_ms, gathering);
    }
    if (rc < 0) {
        mem_free(gathering);
    }
    json_decref(array);
    return rc;
}
