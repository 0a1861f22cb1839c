/*
 * sessions.c - sessions, and the tokens that belong to them.
 */
#include "routes.h"

#include <stddef.h>

/* The session's members but for the server's own; null: this request has none. */
static void show_session(sails_req *req, sails_res *res)
{
    json_t *own = json_copy(sails_req_session(req));

    json_object_del(own, "cookie");
    json_object_del(own, "csrfSecret");
    sails_res_json(res, own != NULL ? own : json_null());
}

static void change_session(sails_req *req, sails_res *res)
{
    json_object_update(sails_req_session(req), sails_req_body(req));
    sails_res_ok(res, NULL);
}

static void regenerate_session(sails_req *req, sails_res *res)
{
    if (sails_req_session_regenerate(req) < 0) {
        sails_res_server_error(res, NULL);
        return;
    }
    json_object_set_new(sails_req_session(req), "was", json_string("regenerated"));
    sails_res_ok(res, NULL);
}

static void destroy_session(sails_req *req, sails_res *res)
{
    if (sails_req_session_destroy(req) < 0) {
        sails_res_server_error(res, NULL);
        return;
    }
    sails_res_ok(res, NULL);
}

/* Looks like a file. */
static void show_picture(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:b}", "session", sails_req_session(req) != NULL));
}

const struct route session_routes[] = {
    {"GET /session", show_session},
    {"PUT /session", change_session},
    {"POST /session/regenerate", regenerate_session},
    {"DELETE /session", destroy_session},
    {"GET /picture.png", show_picture},
    {NULL, NULL},
};

static void answer_ok(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_ok(res, NULL);
}

void bind_csrf(sails_app *app)
{
    static const struct sails_action_def action = {.run = answer_ok};

    sails_app_action(app, "ok", &action);
    sails_app_bind(app, "GET /token", json_pack("{s:s}", "action", "security/grant-csrf-token"));
    sails_app_bind(app, "POST /free", json_pack("{s:s, s:b}", "action", "ok", "csrf", 0));
    sails_app_bind(app, "POST /guarded", json_pack("{s:s, s:b}", "action", "ok", "csrf", 1));
}
