/* Counts, in the session, how often somebody has asked. */
#include <sails/sails.h>
#include <sails/session.h>

static void visits(sails_req *req, sails_res *res)
{
    json_t *session = sails_req_session(req);
    json_int_t n = json_integer_value(json_object_get(session, "visits")) + 1;

    json_object_set_new(session, "visits", json_integer(n));
    sails_res_json(res, json_integer(n));
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();

    sails_app_route(app, "GET /visits", visits);
    return sails_app_run(app, argc, argv);
}
