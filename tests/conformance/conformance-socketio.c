/*
 * conformance-socketio.c - the server that the Socket.IO protocol suite asks for (socket-io 23).
 *
 *     conformance-socketio --port 3000
 *
 * On "/" it emits "auth" with what the client sent along, echoes "message" as "message-back", and
 * acks "message-with-ack" with its arguments; on "/custom" it emits "auth".
 */
#include <sails/sails.h>

static void emit_auth(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "auth", json_pack("[O]", sails_io_socket_auth(socket)), 0);
}

static void send_back(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "message-back", json_incref(sails_io_event_args(event)), 0);
}

static void ack_arguments(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, json_incref(sails_io_event_args(event)));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *key;
        json_int_t value;
    } settings[] = {
        {"port", 3000},
        {"sockets.pingInterval", 300},
        {"sockets.pingTimeout", 200},
        {"sockets.maxHttpBufferSize", 1000000},
        {"sockets.connectTimeout", 1000},
    };
    sails_app *app = sails_app_create();
    sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        sails_app_set(app, settings[i].key, json_integer(settings[i].value));
    }
    sails_app_set(app, "sockets.allowEIO3", json_false()); /* Socket.IO's default */
    sails_app_set(app, "sockets.transports", json_pack("[s,s]", "polling", "websocket"));
    sails_app_set(app, "sockets.cors.origin", json_string("*"));

    sails_io_on_connection(root, emit_auth, NULL);
    sails_io_on(root, "message", send_back, NULL);
    sails_io_on(root, "message-with-ack", ack_arguments, NULL);
    sails_io_on_connection(sails_io_of(sails_app_io(app), "/custom"), emit_auth, NULL);
    return sails_app_run(app, argc, argv);
}
