/*
 * The small application that measurements use: see README.md beside it. Nothing in it is special: the
 * public API, default settings.
 *
 *   event echo (value)        acks its argument
 *   event join (room)         joins and acks
 *   event leave (room)        leaves and acks
 *   event broadcast (value)   emits event broadcast with that value to all in room1
 *   event tell (room, value)  the same to all in that room
 *   event blast (value)       the same to everybody
 *   GET /bytes                answers 64 bytes of JSON
 *   GET /echo?v=...           answers {"v": ...}
 *   GET /join?room=...        (socket request) joins and answers {}
 *   POST /broadcast           broadcasts its body to room1 as event broadcast, answers {}
 *
 * With the variable BENCH_MODELS, the URL of a datastore, it has a model `user`, with all its routes.
 */
#include <sails/sails.h>
#include <stdlib.h>

static void on_echo(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, json_pack("[O?]", sails_io_event_arg(event, 0)));
}

static void on_join(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_join(socket, json_string_value(sails_io_event_arg(event, 0)));
    sails_io_event_ack(event, NULL);
}

static void on_leave(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_socket_leave(socket, json_string_value(sails_io_event_arg(event, 0)));
    sails_io_event_ack(event, NULL);
}

static void on_broadcast(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    struct sails_io_target room1 = {.to = SAILS_ROOMS("room1")};

    (void)ctx;
    sails_io_emit(sails_io_socket_namespace(socket), &room1, "broadcast",
                  json_pack("[O?]", sails_io_event_arg(event, 0)));
}

static void on_tell(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_emit(sails_io_socket_namespace(socket), SAILS_TO_JSON(sails_io_event_arg(event, 0)),
                  "broadcast", json_pack("[O?]", sails_io_event_arg(event, 1)));
}

static void on_blast(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)ctx;
    sails_io_emit(sails_io_socket_namespace(socket), NULL, "broadcast",
                  json_pack("[O?]", sails_io_event_arg(event, 0)));
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

static void get_join(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);

    if (sails_sockets_join(sails_req_app(req), id, sails_req_param(req, "room"), NULL, NULL) < 0) {
        sails_res_bad_request(res, NULL);
        return;
    }
    sails_res_json(res, json_object());
}

static void post_broadcast(sails_req *req, sails_res *res)
{
    sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS("room1"), "broadcast",
                            json_incref(sails_req_body(req)), NULL);
    sails_res_json(res, json_object());
}

static void add_models(sails_app *app, const char *url)
{
    sails_app_model(app, "User",
                    json_pack("{s:{s:s,s:s}}", "attributes", "name", "string", "age", "number"));
    sails_app_set(app, "datastores",
                  json_pack("{s:{s:s,s:s}}", "default", "url", url, "synchronous", "normal"));
    sails_app_set(app, "models",
                  json_loads("{\"migrate\": \"drop\", \"attributes\": {"
                             "\"createdAt\": {\"type\": \"number\", \"autoCreatedAt\": true},"
                             "\"updatedAt\": {\"type\": \"number\", \"autoUpdatedAt\": true},"
                             "\"id\": {\"type\": \"number\", \"autoIncrement\": true}}}",
                             0, NULL));
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    sails_io_namespace *root = sails_io_of(sails_app_io(app), "/");

    sails_io_on(root, "echo", on_echo, NULL);
    sails_io_on(root, "join", on_join, NULL);
    sails_io_on(root, "leave", on_leave, NULL);
    sails_io_on(root, "broadcast", on_broadcast, NULL);
    sails_io_on(root, "tell", on_tell, NULL);
    sails_io_on(root, "blast", on_blast, NULL);
    sails_app_route(app, "GET /bytes", get_bytes);
    sails_app_route(app, "GET /echo", get_echo);
    sails_app_route(app, "GET /join", get_join);
    sails_app_route(app, "POST /broadcast", post_broadcast);
    if (getenv("BENCH_MODELS") != NULL) {
        add_models(app, getenv("BENCH_MODELS"));
    }
    return sails_app_run(app, argc, argv);
}
