/* A fleet: devices with a token say what they measure and do what they are told; a dashboard hears and tells.
 * See README.md. */
#include <sails/sails.h>
#include <string.h>

struct fleet {
    sails_app *app;
    sails_io_namespace *devices;
};

/* ---- devices, in the namespace "/devices" ---- */

/* {"token": what config/fleet.json has, "id": "d7"} */
static void check_device(sails_io_socket *socket, sails_io_next *next, void *ctx)
{
    struct fleet *fleet = ctx;
    json_t *auth = sails_io_socket_auth(socket);
    const char *token = json_string_value(sails_app_get(fleet->app, "custom.deviceToken"));
    const char *given = json_string_value(json_object_get(auth, "token"));
    const char *id = json_string_value(json_object_get(auth, "id"));

    if (token == NULL || given == NULL || strcmp(token, given) != 0 || id == NULL ||
        sails_io_socket_join(socket, id) < 0 ||
        sails_io_socket_set_data(socket, json_pack("{s:s, s:n}", "id", id, "last")) < 0) {
        sails_io_next_refuse(next, "not authorized", NULL);
    } else {
        sails_io_next_accept(next);
    }
}

/* Who looks at the dashboard is in the namespace "/". */
static void tell_dashboard(struct fleet *fleet, const char *event, sails_io_socket *device)
{
    sails_sockets_blast(fleet->app, event, json_deep_copy(sails_io_socket_data(device)), NULL);
}

static void arrive(sails_io_socket *socket, void *ctx)
{
    tell_dashboard(ctx, "arrived", socket);
}

static void leave(sails_io_socket *socket, const char *reason, void *ctx)
{
    (void)reason;
    tell_dashboard(ctx, "left", socket);
}

/* "measure" (value, ack) */
static void measure(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    json_object_set(sails_io_socket_data(socket), "last", sails_io_event_arg(event, 0));
    tell_dashboard(ctx, "measured", socket);
    sails_io_event_ack(event, NULL);
}

/* ---- the dashboard, over HTTP or its socket ---- */

static void list(int status, json_t *sockets, void *ctx)
{
    json_t *all = json_array();
    json_t *socket = NULL;
    size_t i = 0;

    (void)status;
    json_array_foreach(sockets, i, socket)
    {
        json_array_append(all, json_object_get(socket, "data"));
    }
    sails_res_json(ctx, all);
}

/* GET /devices */
static void find_devices(sails_req *req, sails_res *res)
{
    struct fleet *fleet = sails_req_context(req);

    if (sails_io_fetch_sockets(fleet->devices, NULL, list, res) < 0) {
        sails_res_server_error(res, NULL);
    }
}

static void answer(int status, json_t *answers, void *ctx)
{
    if (status == SAILS_ETIMEOUT) {
        sails_res_send_status(ctx, 504);
    } else if (json_array_size(answers) == 0) {
        sails_res_not_found(ctx);
    } else {
        sails_res_json(ctx, json_incref(json_array_get(answers, 0)));
    }
}

/* POST /devices/:id/command {"command": ...} */
static void command(sails_req *req, sails_res *res)
{
    struct fleet *fleet = sails_req_context(req);
    json_int_t patience_ms = json_integer_value(sails_app_get(fleet->app, "custom.patienceMs"));
    json_t *what = json_incref(sails_req_param_json(req, "command"));

    if (sails_io_emit_with_ack(fleet->devices, SAILS_TO(sails_req_path_param(req, "id")), "command",
                               what, (uint64_t)patience_ms, answer, res) < 0) {
        sails_res_bad_request(res, NULL);
    }
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();
    struct fleet fleet = {app, sails_io_of(sails_app_io(app), "/devices")};
    const struct sails_route_def routes[] = {
        {"GET /devices", .action = find_devices, .ctx = &fleet},
        {"POST /devices/:id/command", .action = command, .ctx = &fleet},
        {0},
    };

    sails_io_use(fleet.devices, check_device, &fleet);
    sails_io_on_connection(fleet.devices, arrive, &fleet);
    sails_io_on_disconnect(fleet.devices, leave, &fleet);
    sails_io_on(fleet.devices, "measure", measure, &fleet);
    sails_app_routes(app, routes);
    sails_app_client(app, "/sails.io.js");
    sails_app_static(app, "/", "public");
    return sails_app_run(app, argc, argv);
}
