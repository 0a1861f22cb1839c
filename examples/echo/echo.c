/*
 * The smallest Socket.IO server: sends back what it gets.
 *
 *     const socket = io("http://localhost:1337");
 *     socket.emit("echo", { any: "thing" }, (answer) => console.log(answer));
 */
#include <sails/sails.h>

static void on_echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, json_incref(sails_io_event_args(event)));
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();

    sails_io_on(sails_io_of(sails_app_io(app), "/"), "echo", on_echo, NULL);
    return sails_app_run(app, argc, argv);
}
