/*
 * admin.c - an app that the page of Socket.IO's admin UI looks at.
 *
 *     "/"        "join" (room), "ask" (asks back), "data" (value); "hello" is emitted to who comes
 *     "/chat"    another namespace
 *
 * By the environment: ADMIN_HASH and ADMIN_USER are who may look, nobody in particular without; ADMIN_READ_ONLY;
 * ADMIN_UI is the folder of the page, which is served at "/".
 */
#include "support/names.h"

#include <sails/sails.h>
#include <stdlib.h>

static void on_connection(sails_io_socket *socket, void *ctx)
{
    (void)ctx;
    sails_io_socket_emit(socket, "hello", json_string("you"), 0);
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, result_of(sails_io_socket_join(
                                  socket, json_string_value(sails_io_event_arg(event, 0)))));
}

static void on_data(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_event_ack(event, result_of(sails_io_socket_set_data(
                                  socket, json_incref(sails_io_event_arg(event, 0)))));
}

static void on_sync(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, NULL);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");
    const struct sails_admin_options options = {
        .username = getenv("ADMIN_USER"),
        .password_hash = getenv("ADMIN_HASH"),
        .is_open = getenv("ADMIN_HASH") == NULL,
        .is_read_only = getenv("ADMIN_READ_ONLY") != NULL,
        .server_id = "node-c",
    };

    sails_app_admin(app, &options);
    if (getenv("ADMIN_UI") != NULL) {
        sails_app_static(app, "/", getenv("ADMIN_UI"));
    }
    sails_io_on_connection(root, on_connection, NULL);
    sails_io_on(root, "join", on_join, NULL);
    sails_io_on(root, "data", on_data, NULL);
    sails_io_on(root, "sync", on_sync, NULL);
    sails_io_of(sails_app_io(app), "/chat");
    return sails_app_run(app, argc, argv);
}
