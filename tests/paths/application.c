#include "paths/application.h"

/* What it does counts as the server's: it is what any application would do. */

static void on_said(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    size_t *n_heard = ctx;

    (void)socket;
    (void)event;
    *n_heard += 1;
}

static void on_echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, json_incref(sails_io_event_args(event)));
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_join(socket, json_string_value(sails_io_event_arg(event, 0)));
    sails_io_event_ack(event, NULL);
}

static void on_broadcast(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct sails_io_target room = {.to = SAILS_ROOMS("room")};

    (void)ctx;
    sails_io_emit(sails_io_socket_namespace(socket), &room, "broadcast",
                  json_incref(sails_io_event_args(event)));
}

static void get_bytes(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_json(
        res, json_pack("{s:s}", "text", "Sixty-four bytes of JSON, counting the braces as well"));
}

static void get_echo(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:O?}", "v", sails_req_param_json(req, "v")));
}

int application_define(sails_app *app, size_t *n_heard)
{
    sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");
    int rc = sails_io_on(root, "said", on_said, n_heard);

    rc = rc == 0 ? sails_io_on(root, "echo", on_echo, NULL) : rc;
    rc = rc == 0 ? sails_io_on(root, "join", on_join, NULL) : rc;
    rc = rc == 0 ? sails_io_on(root, "broadcast", on_broadcast, NULL) : rc;
    rc = rc == 0 ? sails_app_route(app, "GET /bytes", get_bytes) : rc;
    return rc == 0 ? sails_app_route(app, "GET /echo", get_echo) : rc;
}
