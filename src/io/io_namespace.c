#include "base/mem.h"
#include "io/io.h"

/*
 * Namespaces themselves: their life, their listeners. Which there are: io_registry.c.
 */

struct sails_io_namespace *io_namespace_create(struct sails_io *io, struct str name)
{
    bool needs_slash = name.len > 0 && name.ptr[0] != '/';
    struct sails_io_namespace *nsp = mem_calloc(1, sizeof(*nsp) + name.len + 2);

    if (nsp == NULL) {
        return NULL;
    }
    atomic_init(&nsp->refs, 1);
    atomic_init(&nsp->ack_ids, 0);
    nsp->io = io;
    io_listeners_init(&nsp->listeners, io->hash_key);
    io_listeners_init(&nsp->server_listeners, io->hash_key);
    list_init(&nsp->children);
    recovery_init(&nsp->recovery, io->machine, &io->recovery);
    if (name.len > 0) {
        nsp->name[0] = '/';
        memcpy(nsp->name + (needs_slash ? 1 : 0), name.ptr, name.len);
    }
    return nsp;
}

static void namespace_destroy(struct sails_io_namespace *nsp)
{
    io_listeners_deinit(&nsp->listeners);
    io_listeners_deinit(&nsp->server_listeners);
    io_rooms_forget(nsp);
    recovery_deinit(&nsp->recovery);
    mem_free(nsp);
}

struct sails_io_namespace *io_namespace_retain(struct sails_io_namespace *nsp)
{
    atomic_fetch_add_explicit(&nsp->refs, 1, memory_order_relaxed);
    return nsp;
}

void io_namespace_release(struct sails_io_namespace *nsp)
{
    if (nsp != NULL && atomic_fetch_sub_explicit(&nsp->refs, 1, memory_order_acq_rel) == 1) {
        namespace_destroy(nsp);
    }
}

const char *sails_io_namespace_name(const sails_io_namespace *nsp)
{
    return nsp != NULL && nsp->match == NULL ? nsp->name : NULL;
}

/* ---- listeners ---- */

static const char *const calls[IO_LISTENER_KINDS] = {
    [IO_MIDDLEWARE] = "sails_io_use",
    [IO_CONNECTION] = "sails_io_on_connection",
    [IO_DISCONNECTING] = "sails_io_on_disconnecting",
    [IO_DISCONNECT] = "sails_io_on_disconnect",
    [IO_FILTER] = "sails_io_use_event",
    [IO_OUTGOING] = "sails_io_on_any_outgoing",
    [IO_UPGRADE] = "sails_io_on_upgrade",
    [IO_DRAIN] = "sails_io_on_drain",
    [IO_ROOM] = "sails_io_on_room_change",
    [IO_ANY] = "sails_io_on_any",
    [IO_EVENT] = "sails_io_on",
};

int io_namespace_result(const struct sails_io_namespace *nsp, int rc, const char *call,
                        const char *argument, const char *allowed)
{
    struct setup late = {.log = nsp->io->log}; /* what is kept for the lift is that thread's */

    return setup_result(nsp->io->is_lifted ? &late : nsp->io->setup, rc, call, argument, allowed);
}

static int add_listener(sails_io_namespace *nsp, const struct io_listener *listener, bool has_call,
                        const char *event)
{
    int rc = 0;

    if (nsp == NULL) {
        return SAILS_EINVAL;
    }
    if (!has_call) {
        rc = SAILS_EINVAL;
    } else if (!io_namespace_is_open(nsp)) {
        rc = SAILS_ESTATE;
    } else {
        rc = io_listeners_add(&nsp->listeners, listener, str_from(event));
    }
    return io_namespace_result(nsp, rc, calls[listener->kind],
                               event != NULL || !has_call ? event : nsp->name, NULL);
}

int sails_io_use(sails_io_namespace *nsp, sails_io_middleware_cb middleware, void *ctx)
{
    return add_listener(
        nsp,
        &(struct io_listener){.kind = IO_MIDDLEWARE, .call.middleware = middleware, .ctx = ctx},
        middleware != NULL, NULL);
}

int sails_io_on_connection(sails_io_namespace *nsp, sails_io_connection_cb on_connection, void *ctx)
{
    return add_listener(
        nsp,
        &(struct io_listener){.kind = IO_CONNECTION, .call.connection = on_connection, .ctx = ctx},
        on_connection != NULL, NULL);
}

int sails_io_on_disconnecting(sails_io_namespace *nsp, sails_io_disconnect_cb on_disconnecting,
                              void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_DISCONNECTING,
                                              .call.disconnect = on_disconnecting,
                                              .ctx = ctx},
                        on_disconnecting != NULL, NULL);
}

int sails_io_on_disconnect(sails_io_namespace *nsp, sails_io_disconnect_cb on_disconnect, void *ctx)
{
    return add_listener(
        nsp,
        &(struct io_listener){.kind = IO_DISCONNECT, .call.disconnect = on_disconnect, .ctx = ctx},
        on_disconnect != NULL, NULL);
}

int sails_io_on(sails_io_namespace *nsp, const char *event, sails_io_event_cb on_event, void *ctx)
{
    static const char instead[] =
        "of sockets that come and go, sails_io_on_connection() and sails_io_on_disconnect() hear";

    if (nsp != NULL && event != NULL && sio_packet_is_reserved(str_from(event))) {
        return io_namespace_result(nsp, SAILS_ERESERVED, calls[IO_EVENT], event, instead);
    }
    if (nsp != NULL && event != NULL && strcmp(event, "connection") == 0) {
        log_line(
            nsp->io->log, LOG_WARN,
            "sails_io_on(\"connection\") hears an event of that name from clients; of sockets that "
            "connect, sails_io_on_connection() hears");
    }
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_EVENT, .call.event = on_event, .ctx = ctx},
                        on_event != NULL && event != NULL, event);
}

int sails_io_on_any(sails_io_namespace *nsp, sails_io_event_cb on_event, void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_ANY, .call.event = on_event, .ctx = ctx},
                        on_event != NULL, NULL);
}

int sails_io_use_event(sails_io_namespace *nsp, sails_io_filter_cb filter, void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_FILTER, .call.filter = filter, .ctx = ctx},
                        filter != NULL, NULL);
}

int sails_io_prepend_any(sails_io_namespace *nsp, sails_io_event_cb on_event, void *ctx)
{
    const struct io_listener listener = {.kind = IO_ANY, .call.event = on_event, .ctx = ctx};
    int rc = SAILS_EINVAL;

    if (nsp == NULL) {
        return rc;
    }
    if (on_event != NULL) {
        rc = io_namespace_is_open(nsp) ? io_listeners_prepend(&nsp->listeners, &listener)
                                       : SAILS_ESTATE;
    }
    return io_namespace_result(nsp, rc, "sails_io_prepend_any", nsp->name, NULL);
}

int sails_io_on_any_outgoing(sails_io_namespace *nsp, sails_io_outgoing_cb on_outgoing, void *ctx)
{
    return add_listener(
        nsp, &(struct io_listener){.kind = IO_OUTGOING, .call.outgoing = on_outgoing, .ctx = ctx},
        on_outgoing != NULL, NULL);
}

int sails_io_on_upgrade(sails_io_namespace *nsp, sails_io_connection_cb on_upgrade, void *ctx)
{
    return add_listener(
        nsp, &(struct io_listener){.kind = IO_UPGRADE, .call.connection = on_upgrade, .ctx = ctx},
        on_upgrade != NULL, NULL);
}

int sails_io_on_drain(sails_io_namespace *nsp, sails_io_connection_cb on_drain, void *ctx)
{
    return add_listener(
        nsp, &(struct io_listener){.kind = IO_DRAIN, .call.connection = on_drain, .ctx = ctx},
        on_drain != NULL, NULL);
}

int sails_io_on_room_change(sails_io_namespace *nsp, sails_io_room_cb on_room, void *ctx)
{
    return add_listener(nsp,
                        &(struct io_listener){.kind = IO_ROOM, .call.room = on_room, .ctx = ctx},
                        on_room != NULL, NULL);
}

void io_namespace_tell_outgoing(sails_io_namespace *nsp, sails_io_socket *socket, const char *event,
                                json_t *args)
{
    const struct io_listeners *listeners = io_namespace_listeners(nsp);

    list_each(node, io_listeners_of(listeners, IO_OUTGOING)) {
        const struct io_listener *listener = container_of(node, const struct io_listener, in_kind);

        listener->call.outgoing(nsp, socket, event, args, listener->ctx);
    }
}
