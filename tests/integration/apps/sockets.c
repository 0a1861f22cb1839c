/*
 * sockets.c - every method of sails/sockets.h as a route, over HTTP and over sockets.
 *
 * Parameters name what a method takes; where `id` is missing it is the socket that asks. Answers
 * come when all workers have applied the call: {"status": null}, or the name of the error.
 */
#include "support/names.h"

#include <sails/sails.h>
#include <stddef.h>
#include <string.h>

/* ---- answers ---- */

static void answer(sails_res *res, int status)
{
    sails_res_json(res, json_pack("{s:o}", "status", result_of(status)));
}

static void on_done(int status, void *res)
{
    answer(res, status);
}

/* Answers at once with an error; with 0 it is on_done() that answers. */
static void answer_if_failed(sails_res *res, int rc)
{
    if (rc < 0) {
        answer(res, rc);
    }
}

/*
 * For methods without a callback: an operation that concerns nobody comes behind them on every
 * worker.
 */
static void answer_when_applied(sails_req *req, sails_res *res, int rc)
{
    if (rc == 0) {
        rc = sails_sockets_leave_all(sails_req_app(req), "nobody is in here", on_done, res);
    }
    answer_if_failed(res, rc);
}

/* ---- parameters ---- */

static const char *id_of(sails_req *req)
{
    const char *id = sails_req_param(req, "id");

    return id != NULL ? id : sails_sockets_get_id(req);
}

/* `omit`: true for the socket that asks, or an id. */
static const char *id_to_omit(sails_req *req)
{
    if (json_is_true(sails_req_param_json(req, "omit"))) {
        return sails_sockets_get_id(req);
    }
    return sails_req_param(req, "omit");
}

static json_t *data_of(sails_req *req)
{
    json_t *data = sails_req_param_json(req, "data");

    return data != NULL ? json_incref(data) : json_null();
}

/* ---- routes ---- */

static void join(sails_req *req, sails_res *res)
{
    answer_if_failed(res, sails_sockets_join(sails_req_app(req), id_of(req),
                                             sails_req_param(req, "room"), on_done, res));
}

static void leave(sails_req *req, sails_res *res)
{
    answer_if_failed(res, sails_sockets_leave(sails_req_app(req), id_of(req),
                                              sails_req_param(req, "room"), on_done, res));
}

static void broadcast(sails_req *req, sails_res *res)
{
    struct names rooms;

    answer_when_applied(
        req, res,
        sails_sockets_broadcast(sails_req_app(req),
                                names_of(&rooms, sails_req_param_json(req, "rooms")),
                                sails_req_param(req, "event"), data_of(req), id_to_omit(req)));
}

static void blast(sails_req *req, sails_res *res)
{
    answer_when_applied(req, res,
                        sails_sockets_blast(sails_req_app(req), sails_req_param(req, "event"),
                                            data_of(req), id_to_omit(req)));
}

static void add_members(sails_req *req, sails_res *res)
{
    struct names rooms;

    answer_if_failed(res, sails_sockets_add_room_members_to_rooms(
                              sails_req_app(req), sails_req_param(req, "room"),
                              names_of(&rooms, sails_req_param_json(req, "rooms")), on_done, res));
}

static void remove_members(sails_req *req, sails_res *res)
{
    struct names rooms;

    answer_if_failed(res, sails_sockets_remove_room_members_from_rooms(
                              sails_req_app(req), sails_req_param(req, "room"),
                              names_of(&rooms, sails_req_param_json(req, "rooms")), on_done, res));
}

static void leave_all(sails_req *req, sails_res *res)
{
    answer_if_failed(res, sails_sockets_leave_all(sails_req_app(req), sails_req_param(req, "room"),
                                                  on_done, res));
}

static void tell_id(sails_req *req, sails_res *res)
{
    const char *id = sails_sockets_get_id(req);
    const char *same = sails_sockets_id(req);

    sails_res_json(res, json_pack("{s:s?, s:s?}", "id", id, "same", same));
}

/* Broadcasts to who asks, before and after the answer is given. */
static void say_and_answer(sails_req *req, sails_res *res)
{
    sails_app *app = sails_req_app(req);
    char id[64] = "";

    strncat(id, sails_sockets_get_id(req), sizeof(id) - 1);
    sails_sockets_broadcast(app, SAILS_ROOMS(id), "said", json_string("before"), NULL);
    answer(res, 0);
    sails_sockets_broadcast(app, SAILS_ROOMS(id), "said", json_string("after"), NULL);
}

/* ---- what the tests look at ---- */

static void on_sockets(int status, json_t *sockets, void *res)
{
    json_t *rooms = json_object();

    (void)status;
    for (size_t i = 0; i < json_array_size(sockets); i++) {
        const json_t *socket = json_array_get(sockets, i);

        json_object_set(rooms, json_string_value(json_object_get(socket, "id")),
                        json_object_get(socket, "rooms"));
    }
    sails_res_json(res, rooms);
}

/* The rooms of every socket, by its id. */
static void rooms(sails_req *req, sails_res *res)
{
    sails_io_namespace *root = sails_io_of(sails_app_io(sails_req_app(req)), "/");

    answer_if_failed(res, sails_io_fetch_sockets(root, NULL, on_sockets, res));
}

static void disconnect(sails_req *req, sails_res *res)
{
    sails_io_namespace *root = sails_io_of(sails_app_io(sails_req_app(req)), "/");
    struct sails_io_target target = {.to = SAILS_ROOMS(id_of(req))};
    bool close = json_is_true(sails_req_param_json(req, "close"));

    answer_if_failed(res, sails_io_disconnect_sockets(root, &target, close, on_done, res));
}

/* An event that is no request: answered as in any Socket.IO application. */
static void on_sync(sails_io_socket *socket, sails_io_event *event, void *ctx)
{
    (void)socket;
    (void)ctx;
    sails_io_event_ack(event, NULL);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *address;
        sails_action action;
    } routes[] = {
        {"PUT /join", join},
        {"PUT /leave", leave},
        {"POST /broadcast", broadcast},
        {"POST /blast", blast},
        {"PUT /add", add_members},
        {"PUT /remove", remove_members},
        {"PUT /leave-all", leave_all},
        {"GET /id", tell_id},
        {"POST /say-and-answer", say_and_answer},
        {"GET /rooms", rooms},
        {"PUT /disconnect", disconnect},
    };
    sails_app *app = sails_app_create();

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        sails_app_route(app, routes[i].address, routes[i].action);
    }
    sails_io_on(sails_io_of(sails_app_io(app), "/"), "sync", on_sync, NULL);
    return sails_app_run(app, argc, argv);
}
