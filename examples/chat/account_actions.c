/*
 * Who is there. The session, which a cookie names, knows the name of who has logged in; a socket that is
 * opened with that cookie is the same person's.
 */
#include "chat.h"

const char *person_of(sails_req *req)
{
    return json_string_value(json_object_get(sails_req_session(req), "name"));
}

void turn_away(sails_res *res, const char *code, const char *message)
{
    sails_res_status(res, 401);
    sails_res_json(res, json_pack("{s:s, s:s}", "code", code, "message", message));
}

/* Policy */
static void is_logged_in(sails_req *req, sails_res *res)
{
    if (person_of(req) != NULL) {
        sails_req_proceed(req);
    } else {
        turn_away(res, "E_NOT_LOGGED_IN", "Log in first.");
    }
}

/* Ends the session, and this person's connections. Those of another session come back by themselves. */
static void logout(sails_req *req, sails_res *res)
{
    sails_io *io = sails_app_io(sails_req_app(req));
    struct channel own = channel_of_person(person_of(req));
    struct sails_io_target target = {.to = SAILS_ROOMS(own.name)};

    sails_req_session_destroy(req);
    sails_res_json(res, json_object()); /* first: it may be one of them that asks */
    sails_io_disconnect_sockets(sails_io_of(io, "/"), &target, false, NULL, NULL);
}

/* {"name": null}: nobody. */
static void me(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s?}", "name", person_of(req)));
}

static const struct sails_action_def logout_def = {.run = logout, .friendly_name = "Log out"};
static const struct sails_action_def me_def = {.run = me, .friendly_name = "Who am I?"};

void account_add_actions(sails_app *app)
{
    sails_app_policy(app, "isLoggedIn", is_logged_in, NULL);
    sails_app_action(app, "account/logout", &logout_def);
    sails_app_action(app, "account/me", &me_def);
}
