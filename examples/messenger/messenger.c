/* Socket.IO's chat: who has a name comes in; a word to everybody, or to one person; who comes and goes. */
#include <sails/sails.h>
#include <string.h>

/* What middlewares keep of a socket; it comes back with one that is recovered. */
static json_t *name_of(const sails_io_socket *socket)
{
    return json_incref(sails_io_socket_data(socket));
}

/* io.use() */
static void check_name(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    json_t *name = json_object_get(sails_io_socket_auth(socket), "username");
    size_t len = json_string_length(name);

    (void)ctx;
    if (len > 0 && len <= 40 && sails_io_socket_set_data(socket, json_incref(name)) == 0) {
        sails_io_next_accept(next);
    } else {
        sails_io_next_refuse(next, "invalid username", json_pack("{s:i}", "max", 40));
    }
}

/* socket.use() */
static bool check_text(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    bool is_short = json_string_length(sails_io_event_arg(event, 0)) <= 1000;

    (void)socket;
    (void)ctx;
    return is_short || (sails_io_event_refuse(event, "too long", NULL), false);
}

static void enter(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    if (!sails_io_socket_is_recovered(
            socket)) { /* else it is in its room, and was missed by nobody */
        sails_io_socket_join(socket, json_string_value(sails_io_socket_data(socket)));
        sails_io_socket_broadcast(socket, NULL, "user connected", name_of(socket));
    }
}

static void leave(sails_io_socket *socket, const char *reason, void *ctx)
{
    (void)reason;
    (void)ctx;
    sails_io_socket_broadcast(socket, NULL, "user disconnected", name_of(socket));
}

/* "chat message" (text), and "private message" (text, name), which goes to all devices of one person */
static void pass_on(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_t *text = sails_io_event_arg(event, 0);
    bool is_private = strcmp(sails_io_event_name(event), "private message") == 0;

    (void)ctx;
    sails_io_socket_broadcast(
        socket, is_private ? SAILS_TO_JSON(sails_io_event_arg(event, 1)) : NULL,
        sails_io_event_name(event), json_pack("[o, O?]", name_of(socket), text));
    sails_io_event_ack(event, NULL);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    sails_io_namespace *io = sails_io_of(sails_app_io(app), "/");

    sails_app_set(app, "sockets.connectionStateRecovery", json_true());
    sails_io_use(io, check_name, NULL);
    sails_io_use_event(io, check_text, NULL);
    sails_io_on_connection(io, enter, NULL);
    sails_io_on_disconnect(io, leave, NULL);
    sails_io_on(io, "chat message", pass_on, NULL);
    sails_io_on(io, "private message", pass_on, NULL);
    return sails_app_run(app, argc, argv);
}
