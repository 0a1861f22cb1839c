/*
 * sockets.c - sails.sockets, a route for each method, over HTTP and over sockets.
 *
 * Parameters name what a method takes; where `id` is missing it is the socket that asks. Answers
 * come when the operation is done: {"failed": false}.
 */
#include "routes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMES_MAX = 8 /* rooms that a dialogue names at once, and the NULL behind them */
};

/* ---- parameters ---- */

/* A parameter that is text; NULL: it is none, or another type. */
static const char *text_of(sails_req *req, const char *name)
{
    return json_string_value(sails_req_param_json(req, name));
}

static const char *id_of(sails_req *req)
{
    const char *id = text_of(req, "id");

    return id != NULL ? id : sails_sockets_get_id(req);
}

static const char *id_to_omit(sails_req *req)
{
    return json_is_true(sails_req_param_json(req, "omit")) ? sails_sockets_get_id(req) : NULL;
}

/* One name, or a list of them, as a list that ends with NULL. */
static const char *const *names_of(const char *names[NAMES_MAX], const json_t *value)
{
    size_t n = 0;

    if (json_is_string(value)) {
        names[n++] = json_string_value(value);
    }
    for (size_t i = 0; i < json_array_size(value) && n < NAMES_MAX - 1; i++) {
        names[n++] = json_string_value(json_array_get(value, i));
    }
    names[n] = NULL;
    return names;
}

/* ---- answers ---- */

static void on_done(int status, void *res)
{
    sails_res_json(res, json_pack("{s:b}", "failed", status < 0));
}

/* With 0 it is on_done() that answers. */
static void answer_if_failed(sails_res *res, int rc)
{
    if (rc < 0) {
        on_done(rc, res);
    }
}

/* ---- methods ---- */

static void join(sails_req *req, sails_res *res)
{
    answer_if_failed(res, sails_sockets_join(sails_req_app(req), id_of(req), text_of(req, "room"),
                                             on_done, res));
}

static void leave(sails_req *req, sails_res *res)
{
    answer_if_failed(res, sails_sockets_leave(sails_req_app(req), id_of(req), text_of(req, "room"),
                                              on_done, res));
}

static void join_null(sails_req *req, sails_res *res)
{
    answer_if_failed(
        res, sails_sockets_join(sails_req_app(req), NULL, text_of(req, "room"), on_done, res));
}

static void leave_null(sails_req *req, sails_res *res)
{
    answer_if_failed(
        res, sails_sockets_leave(sails_req_app(req), NULL, text_of(req, "room"), on_done, res));
}

/* NULL: none, or "", which Sails takes for none. */
static const char *event_of(sails_req *req)
{
    const char *event = text_of(req, "event");

    return event != NULL && event[0] != '\0' ? event : NULL;
}

/* As Sails sends what is not there. */
static json_t *data_of(sails_req *req)
{
    json_t *data = sails_req_param_json(req, "data");

    return data != NULL ? json_incref(data) : json_null();
}

static void broadcast(sails_req *req, sails_res *res)
{
    const char *names[NAMES_MAX];

    sails_sockets_broadcast(sails_req_app(req), names_of(names, sails_req_param_json(req, "rooms")),
                            event_of(req), data_of(req), id_to_omit(req));
    sails_res_ok(res, NULL);
}

static void blast(sails_req *req, sails_res *res)
{
    sails_sockets_blast(sails_req_app(req), event_of(req), data_of(req), id_to_omit(req));
    sails_res_ok(res, NULL);
}

/* In the same turn as the answer, behind it: with the answer the request is gone. */
static void answer_and_say(sails_req *req, sails_res *res)
{
    sails_app *app = sails_req_app(req);
    char id[64] = "";

    strncat(id, sails_sockets_get_id(req), sizeof(id) - 1);
    sails_res_ok(res, NULL);
    sails_sockets_broadcast(app, SAILS_ROOMS(id), "said", json_string("after the answer"), NULL);
}

static void add_members(sails_req *req, sails_res *res)
{
    const char *names[NAMES_MAX];

    answer_if_failed(res, sails_sockets_add_room_members_to_rooms(
                              sails_req_app(req), text_of(req, "room"),
                              names_of(names, sails_req_param_json(req, "to")), on_done, res));
}

static void remove_members(sails_req *req, sails_res *res)
{
    const char *names[NAMES_MAX];

    answer_if_failed(res, sails_sockets_remove_room_members_from_rooms(
                              sails_req_app(req), text_of(req, "room"),
                              names_of(names, sails_req_param_json(req, "from")), on_done, res));
}

static void leave_all(sails_req *req, sails_res *res)
{
    answer_if_failed(
        res, sails_sockets_leave_all(sails_req_app(req), text_of(req, "room"), on_done, res));
}

static void tell_id(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s?}", "id", sails_sockets_get_id(req)));
}

static void disconnect(sails_req *req, sails_res *res)
{
    sails_io_namespace *root = sails_io_of(sails_app_io(sails_req_app(req)), "/");
    struct sails_io_target target = {.to = SAILS_ROOMS(text_of(req, "id"))};

    sails_io_disconnect_sockets(root, &target, true, NULL, NULL);
    sails_res_ok(res, NULL);
}

/* ---- who is where ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In alphabetical order, but the socket's own id comes first. */
static json_t *sorted_rooms(const json_t *rooms, const char *id)
{
    const char *names[NAMES_MAX];
    json_t *sorted = json_array();
    size_t n = 0;

    names_of(names, rooms);
    while (names[n] != NULL) {
        n++;
    }
    qsort(names, n, sizeof(names[0]), compare_names);
    for (size_t i = 0; i < n; i++) {
        size_t at = strcmp(names[i], id) == 0 ? 0 : json_array_size(sorted);

        json_array_insert_new(sorted, at, json_string(names[i]));
    }
    return sorted;
}

static json_t *rooms_of(const json_t *sockets, const char *id)
{
    for (size_t i = 0; i < json_array_size(sockets); i++) {
        const json_t *socket = json_array_get(sockets, i);

        if (strcmp(json_string_value(json_object_get(socket, "id")), id) == 0) {
            return sorted_rooms(json_object_get(socket, "rooms"), id);
        }
    }
    return json_null();
}

struct question {
    sails_res *res;
    json_t *ids;
};

static void on_sockets(int status, json_t *sockets, void *ctx)
{
    struct question *question = ctx;
    json_t *answer = json_array();

    (void)status;
    for (size_t i = 0; i < json_array_size(question->ids); i++) {
        const char *id = json_string_value(json_array_get(question->ids, i));

        json_array_append_new(answer, rooms_of(sockets, id));
    }
    sails_res_json(question->res, answer);
    json_decref(question->ids);
    free(question);
}

/* The rooms of the sockets that `ids` lists; null: there is no such socket. */
static void show_rooms(sails_req *req, sails_res *res)
{
    struct question *question = malloc(sizeof(*question));

    question->res = res;
    question->ids = json_incref(sails_req_param_json(req, "ids"));
    sails_io_fetch_sockets(sails_io_of(sails_app_io(sails_req_app(req)), "/"), NULL, on_sockets,
                           question);
}

const struct route socket_routes[] = {
    {"PUT /join", join},
    {"PUT /leave", leave},
    {"PUT /join-null", join_null},
    {"PUT /leave-null", leave_null},
    {"POST /broadcast", broadcast},
    {"POST /blast", blast},
    {"POST /answer-and-say", answer_and_say},
    {"PUT /add", add_members},
    {"PUT /remove", remove_members},
    {"PUT /leave-all", leave_all},
    {"GET /id", tell_id},
    {"PUT /disconnect", disconnect},
    {"POST /rooms", show_rooms},
    {NULL, NULL},
};
