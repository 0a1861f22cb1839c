/*
 * sessions.c - sails/session.h: what a session holds, and how it ends.
 */
#include <sails/sails.h>
#include <sails/session.h>

/* The session, or null. */
static void show(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);

    sails_res_json(res, session != NULL ? json_incref(session) : json_null());
}

/* Puts `value` under `name`. */
static void put(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);

    if (session != NULL) {
        json_object_set(session, sails_req_param(req, "name"), sails_req_param_json(req, "value"));
    }
    show(req, res);
}

static void destroy(sails_req *req, sails_res *res)
{
    sails_req_session_destroy(req);
    sails_res_ok(res, NULL);
}

static void regenerate(sails_req *req, sails_res *res)
{
    sails_req_session_regenerate(req);
    show(req, res);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();

    sails_app_route(app, "GET /session", show);
    sails_app_route(app, "PUT /session/:name", put);
    sails_app_route(app, "DELETE /session", destroy);
    sails_app_route(app, "POST /session", regenerate);
    return sails_app_run(app, argc, argv);
}
