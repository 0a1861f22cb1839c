#include "admin/admin.h"
#include "base/json_value.h"
#include "base/mem.h"

/*
 * What happens to single sockets, as the page has it. Of what is told to the pages themselves nothing is.
 */

enum {
    SHOWN_BYTES = 65536, /* of an event: what is longer is told by its name */
    SHOWN_BINARY = 8     /* an event may hold ten of them */
};

static bool is_page(const struct admin *admin, const sails_io_socket *socket)
{
    return sails_io_socket_namespace(socket) == admin->nsp;
}

static const char *name_of(const sails_io_socket *socket)
{
    return sails_io_namespace_name(sails_io_socket_namespace(socket));
}

/* ---- events ---- */

/* Takes what a value has of *left bytes; false: it has more. */
static bool fits(const json_t *value, size_t *left)
{
    const char *key = NULL;
    json_t *member = NULL;
    size_t i = 0;
    size_t own = 8 + json_string_length(value);

    if (own > *left) {
        return false;
    }
    *left -= own;
    json_array_foreach(value, i, member)
    {
        if (!fits(member, left)) {
            return false;
        }
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (strlen(key) > *left || !fits(member, left)) {
            return false;
        }
    }
    return true;
}

static bool can_be_shown(const json_t *args)
{
    size_t left = SHOWN_BYTES;

    return fits(args, &left) && json_value_count_binary(args) <= SHOWN_BINARY;
}

/* [name, ...args] */
static json_t *shown(const char *event, json_t *args)
{
    json_t *list = json_pack("[s]", event);

    if (list != NULL && can_be_shown(args)) {
        json_array_extend(list, args);
    } else {
        json_array_append_new(list, json_string("(too long to be shown)"));
    }
    return list;
}

static void tell_event(struct admin *admin, const char *what, sails_io_socket *socket,
                       const char *event, json_t *args)
{
    if (!is_page(admin, socket) && admin_has_audience(admin)) {
        admin_tell(admin, what,
                   json_pack("[s,s,o,o]", name_of(socket), sails_io_socket_id(socket),
                             shown(event, args), admin_now(admin)));
    }
}

static void on_event(void *ctx, sails_io_socket *socket, sails_io_event *event)
{
    struct admin *admin = ctx;

    if (!is_page(admin, socket) && admin_has_audience(admin)) {
        tell_event(admin, "event_received", socket, sails_io_event_name(event),
                   sails_io_event_args(event));
    }
}

static void on_outgoing(void *ctx, sails_io_socket *socket, const char *event, json_t *args)
{
    tell_event(ctx, "event_sent", socket, event, args);
}

/* An event to many, as long as it is not known who gets it. */
struct broadcast {
    struct admin *admin;
    json_t *shown; /* a copy: what was sent is another thread's */
    char nsp[SAILS_NAMESPACE_NAME_MAX + 1];
};

static void broadcast_destroy(struct broadcast *broadcast)
{
    json_decref(broadcast->shown);
    mem_free(broadcast);
}

static void on_receivers(int status, json_t *ids, void *ctx)
{
    struct broadcast *broadcast = ctx;
    size_t i = 0;
    json_t *id = NULL;

    (void)status; /* what there is, is told */
    json_array_foreach(ids, i, id)
    {
        admin_tell(broadcast->admin, "event_sent",
                   json_pack("[s,O,O,o]", broadcast->nsp, id, broadcast->shown,
                             admin_now(broadcast->admin)));
    }
    broadcast_destroy(broadcast);
}

static void on_broadcast(void *ctx, struct sails_io_namespace *nsp, const struct operation *op)
{
    struct admin *admin = ctx;
    struct broadcast *broadcast = NULL;
    struct delivery_outcome outcome = {.on_done = on_receivers};
    json_t *list = NULL;

    if (nsp == admin->nsp || op->to_nobody || !admin_has_audience(admin)) {
        return;
    }
    broadcast = mem_calloc(1, sizeof(*broadcast));
    if (broadcast == NULL) {
        return;
    }
    list = shown(op->event, op->args);
    broadcast->admin = admin;
    broadcast->shown = json_deep_copy(list);
    snprintf(broadcast->nsp, sizeof(broadcast->nsp), "%.*s", STR_FMT(op->nsp));
    json_decref(list);
    outcome.ctx = broadcast;
    if (broadcast->shown == NULL || io_receivers(nsp, op, &outcome) < 0) {
        broadcast_destroy(broadcast);
    }
}

/* ---- sockets ---- */

static void on_connection(void *ctx, sails_io_socket *socket)
{
    struct admin *admin = ctx;
    json_t *fetched = admin_has_audience(admin) ? io_describe(socket) : NULL;

    if (fetched != NULL) {
        admin_tell(
            admin, "socket_connected",
            json_pack("[o,o]", admin_socket_value(fetched, name_of(socket)), admin_now(admin)));
    }
    json_decref(fetched);
}

static void on_disconnect(void *ctx, sails_io_socket *socket, const char *reason)
{
    struct admin *admin = ctx;

    if (admin_has_audience(admin)) {
        admin_tell(admin, "socket_disconnected",
                   json_pack("[s,s,s,o]", name_of(socket), sails_io_socket_id(socket), reason,
                             admin_now(admin)));
    }
}

static void on_upgrade(void *ctx, sails_io_socket *socket)
{
    struct admin *admin = ctx;

    if (admin_has_audience(admin)) {
        admin_tell(admin, "socket_updated",
                   json_pack("[{s:s,s:s,s:s}]", "id", sails_io_socket_id(socket), "nsp",
                             name_of(socket), "transport", sails_io_socket_transport(socket)));
    }
}

static void on_data(void *ctx, sails_io_socket *socket)
{
    struct admin *admin = ctx;
    json_t *data = sails_io_socket_data(socket);

    if (sails_io_socket_is_connected(socket) && admin_has_audience(admin) && can_be_shown(data)) {
        admin_tell(admin, "socket_updated",
                   json_pack("[{s:s,s:s,s:O?}]", "id", sails_io_socket_id(socket), "nsp",
                             name_of(socket), "data", data));
    }
}

static void on_room(void *ctx, sails_io_socket *socket, const char *room, bool has_joined)
{
    struct admin *admin = ctx;

    if (admin_has_audience(admin)) {
        admin_tell(admin, has_joined ? "room_joined" : "room_left",
                   json_pack("[s,s,s,o]", name_of(socket), room, sails_io_socket_id(socket),
                             admin_now(admin)));
    }
}

void admin_events_init(struct admin *admin)
{
    admin->watcher = (struct io_watcher){
        .ctx = admin,
        .on_connection = on_connection,
        .on_upgrade = on_upgrade,
        .on_disconnect = on_disconnect,
        .on_event = on_event,
        .on_broadcast = on_broadcast,
        .on_outgoing = on_outgoing,
        .on_room = on_room,
        .on_data = on_data,
    };
}
