/*
 * Logging in. Hashing a password takes some 20 ms, in which a worker could have answered a hundred others: so
 * the action is one that may wait, runs on a thread, and asks the database in a straight line.
 */
#include "accounts.h"
#include "chat.h"

static const struct sails_input inputs[] = {
    NAME_INPUT,
    {.name = "password",
     .type = "string",
     .required = true,
     .is_not_empty_string = true,
     .min_length = 8,
     .max_length = 100},
    {0},
};

/* An id that somebody knew before the log-in must be worth nothing after it: hence a new session. */
static void let_in(sails_req *req, sails_res *res, const char *name)
{
    json_t *person = json_pack("{s:s}", "name", name);

    if (sails_req_session_regenerate(req) == 0) {
        json_object_update(sails_req_session(req), person);
        sails_res_json(res, person);
    } else {
        json_decref(person);
        sails_res_server_error(res, NULL);
    }
}

static void log_in(sails_req *req, sails_res *res)
{
    const char *name = sails_req_input_text(req, "name");
    const char *password = sails_req_input_text(req, "password");

    if (sails_req_is_socket(req)) {
        sails_res_bad_request(res, json_string("Log in over HTTP: a socket cannot get a cookie."));
        return;
    }
    switch (accounts_admit(sails_req_db(req), name, password)) {
    case ADMITTED:
        let_in(req, res, name);
        break;
    case WRONG_PASSWORD:
        turn_away(res, "E_WRONG_PASSWORD", "This name is taken, and this is not its password.");
        break;
    case HOUSE_FULL:
        turn_away(res, "E_HOUSE_FULL", "There is no place for another name.");
        break;
    case NOT_NOW:
        sails_res_server_error(res, NULL);
        break;
    }
}

static const struct sails_action_def def = {.run = log_in,
                                            .inputs = inputs,
                                            .friendly_name = "Log in",
                                            .description = "A new name gets this password.",
                                            .may_wait = true};

void login_add_action(sails_app *app)
{
    sails_app_action(app, "account/login", &def);
}
