#include "base/mem.h"
#include "base/setup.h"
#include "io/io.h"

/*
 * What concerns the other nodes' programs and no socket: events for them (serverSideEmit), the names of all
 * rooms; and changes of which they say that they are done.
 */

struct sails_io_server_event {
    const char *name;
    json_t *args;
    struct cluster_answer *answer; /* NULL: none is wanted, or it was given or taken */
};

/* ---- in: events of other nodes' programs ---- */

int sails_io_on_server_side_event(sails_io_namespace *nsp, const char *event,
                                  sails_io_server_event_cb on_event, void *ctx)
{
    int rc = 0;

    if (nsp == NULL) {
        return SAILS_EINVAL;
    }
    if (event == NULL || on_event == NULL) {
        rc = SAILS_EINVAL;
    } else if (!io_namespace_is_open(nsp)) {
        rc = SAILS_ESTATE;
    } else {
        rc = io_listeners_add(
            &nsp->server_listeners,
            &(struct io_listener){.kind = IO_EVENT, .call.server_event = on_event, .ctx = ctx},
            str_from(event));
    }
    return io_namespace_result(nsp, rc, "sails_io_on_server_side_event", event, NULL);
}

static void tell(struct sails_io_namespace *nsp, struct sails_io_server_event *event)
{
    const struct io_listeners *all =
        nsp->is_dynamic ? &nsp->parent->server_listeners : &nsp->server_listeners;
    const struct list *listeners = io_listeners_find(all, str_from(event->name));

    for (const struct list *node = listeners != NULL ? listeners->next : NULL;
         node != NULL && node != listeners; node = node->next) {
        const struct io_listener *listener = container_of(node, const struct io_listener, in_event);

        listener->call.server_event(nsp, event, listener->ctx);
    }
}

int io_hear(void *ctx, struct str name, const char *event, json_t *args,
            struct cluster_answer *answer)
{
    struct sails_io *io = ctx;
    struct sails_io_namespace *nsp = io_registry_find(io, name);
    struct sails_io_server_event heard = {event, args, answer};

    if (nsp != NULL) {
        tell(nsp, &heard);
        io_namespace_release(nsp);
    }
    sails_io_server_ack_drop(sails_io_server_event_take_ack(&heard));
    return nsp != NULL ? 0 : SAILS_ENOENT;
}

const char *sails_io_server_event_name(const sails_io_server_event *event)
{
    return event != NULL ? event->name : NULL;
}

json_t *sails_io_server_event_args(const sails_io_server_event *event)
{
    return event != NULL ? event->args : NULL;
}

sails_io_server_ack *sails_io_server_event_take_ack(sails_io_server_event *event)
{
    struct cluster_answer *answer = event != NULL ? event->answer : NULL;

    if (event != NULL) {
        event->answer = NULL;
    }
    return answer;
}

int sails_io_server_ack_send(sails_io_server_ack *ack, json_t *value)
{
    json_t *given = value != NULL ? value : json_null();

    if (ack == NULL) {
        json_decref(given);
        return SAILS_EINVAL;
    }
    ack->give(ack, given);
    return 0;
}

void sails_io_server_ack_drop(sails_io_server_ack *ack)
{
    if (ack != NULL) {
        ack->give(ack, NULL);
    }
}

/* ---- out ---- */

/* Names that Socket.IO keeps for itself between servers. */
static bool is_reserved(const char *event)
{
    return strcmp(event, "connect") == 0 || strcmp(event, "connection") == 0 ||
           strcmp(event, "new_namespace") == 0;
}

static int check(const sails_io_namespace *nsp, const char *event)
{
    if (nsp == NULL || event == NULL || nsp->match != NULL) {
        return SAILS_EINVAL; /* of a parent: unsupported, as in Socket.IO */
    }
    if (is_reserved(event)) {
        return SAILS_ERESERVED;
    }
    return io_check_open(nsp->io, event);
}

int sails_io_server_side_emit(sails_io_namespace *nsp, const char *event, json_t *args)
{
    json_t *array = io_arguments(args);
    struct operation_spec spec = {.kind = OPERATION_SERVER_EVENT, .event = event, .args = array};
    int rc = check(nsp, event);

    if (rc == 0) {
        rc = array != NULL ? io_operate_spec(nsp, &spec, NULL) : SAILS_ENOMEM;
    }
    json_decref(array);
    return rc;
}

/* Who waits for a list. */
struct waiting {
    sails_io_list_cb on_list;
    void *ctx;
    bool is_set; /* the list's values are texts, each to be there once */
};

/* New; NULL: no memory. */
static json_t *each_once(const json_t *texts)
{
    json_t *set = json_object();
    json_t *list = json_array();
    size_t i = 0;
    json_t *text = NULL;

    json_array_foreach(texts, i, text)
    {
        const char *name = json_string_value(text);

        if (list == NULL || set == NULL ||
            (json_object_get(set, name) == NULL &&
             (json_object_set(set, name, text) < 0 || json_array_append(list, text) < 0))) {
            json_decref(list);
            list = NULL;
            break;
        }
    }
    json_decref(set);
    return list;
}

static void on_found(int status, json_t *found, void *ctx)
{
    struct waiting *waiting = ctx;
    json_t *list = waiting->is_set ? each_once(found) : json_incref(found);

    if (list == NULL) {
        list = json_array();
        status = list == NULL || found != NULL ? SAILS_ENOMEM : status;
    }
    waiting->on_list(status, list, waiting->ctx);
    json_decref(list);
    mem_free(waiting);
}

static int ask(sails_io_namespace *nsp, const struct operation_spec *spec, struct waiting waiting)
{
    struct waiting *copy = mem_alloc(sizeof(*copy));
    struct delivery_outcome outcome = {.on_done = on_found, .ctx = copy};
    int rc = SAILS_ENOMEM;

    if (copy != NULL) {
        *copy = waiting;
        rc = io_operate_spec(nsp, spec, &outcome);
    }
    if (rc < 0) {
        mem_free(copy);
    }
    return rc;
}

int sails_io_server_side_emit_with_ack(sails_io_namespace *nsp, const char *event, json_t *args,
                                       sails_io_list_cb on_answers, void *ctx)
{
    json_t *array = io_arguments(args);
    struct operation_spec spec = {.kind = OPERATION_SERVER_EVENT, .event = event, .args = array};
    int rc = on_answers != NULL ? check(nsp, event) : SAILS_EINVAL;

    if (rc == 0) {
        spec.timeout_ms = nsp->io->options.request_timeout_ms;
        rc = array != NULL ? ask(nsp, &spec, (struct waiting){on_answers, ctx, false})
                           : SAILS_ENOMEM;
    }
    json_decref(array);
    return rc;
}

int sails_io_all_rooms(sails_io_namespace *nsp, unsigned flags, sails_io_list_cb on_rooms,
                       void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_ROOMS,
                                  .flags = (flags & SAILS_IO_LOCAL) != 0 ? OPERATION_LOCAL : 0u};

    if (nsp == NULL || on_rooms == NULL || nsp->match != NULL) {
        return SAILS_EINVAL;
    }
    if (io_check_open(nsp->io, NULL) < 0) {
        return SAILS_ESTATE;
    }
    return ask(nsp, &spec, (struct waiting){on_rooms, ctx, true});
}

/* ---- changes that are confirmed ---- */

struct confirming {
    sails_io_confirmed_cb on_confirmed;
    void *ctx;
};

static void on_changed(int status, json_t *found, void *ctx)
{
    struct confirming *confirming = ctx;
    struct sails_io_confirmed nodes = {.n_nodes = 1 + json_array_size(found), .n_confirmed = 1};
    size_t i = 0;
    json_t *is_done = NULL;

    json_array_foreach(found, i, is_done)
    {
        nodes.n_confirmed += json_is_true(is_done) ? 1 : 0;
    }
    confirming->on_confirmed(status, &nodes, confirming->ctx);
    mem_free(confirming);
}

static int change(sails_io_namespace *nsp, struct operation_spec *spec,
                  const struct sails_io_target *target, sails_io_confirmed_cb on_confirmed,
                  void *ctx)
{
    struct confirming *confirming = NULL;
    struct delivery_outcome outcome = {.on_done = on_changed};
    int rc = SAILS_ENOMEM;

    if (nsp == NULL || on_confirmed == NULL || nsp->match != NULL) {
        return SAILS_EINVAL;
    }
    if (io_check_open(nsp->io, NULL) < 0) {
        return SAILS_ESTATE;
    }
    spec->flags |= OPERATION_CONFIRMED;
    io_target_fill(spec, target);
    spec->flags &= ~(unsigned)OPERATION_LOCAL;
    confirming = mem_alloc(sizeof(*confirming));
    if (confirming != NULL) {
        *confirming = (struct confirming){on_confirmed, ctx};
        outcome.ctx = confirming;
        rc = io_operate_spec(nsp, spec, &outcome);
    }
    if (rc < 0) {
        mem_free(confirming);
    }
    return rc;
}

int sails_io_sockets_join_confirmed(sails_io_namespace *nsp, const struct sails_io_target *target,
                                    const char *const *rooms, sails_io_confirmed_cb on_confirmed,
                                    void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_JOIN, .rooms = rooms};

    return change(nsp, &spec, target, on_confirmed, ctx);
}

int sails_io_sockets_leave_confirmed(sails_io_namespace *nsp, const struct sails_io_target *target,
                                     const char *const *rooms, sails_io_confirmed_cb on_confirmed,
                                     void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_LEAVE, .rooms = rooms};

    return change(nsp, &spec, target, on_confirmed, ctx);
}

int sails_io_disconnect_sockets_confirmed(sails_io_namespace *nsp,
                                          const struct sails_io_target *target, bool close,
                                          sails_io_confirmed_cb on_confirmed, void *ctx)
{
    struct operation_spec spec = {.kind = OPERATION_DISCONNECT,
                                  .flags = close ? OPERATION_CLOSE : 0u};

    return change(nsp, &spec, target, on_confirmed, ctx);
}
