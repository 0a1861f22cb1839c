#include <sails/sails.h>

static void hello(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s}", "hello", sails_req_param(req, "name")));
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();

    sails_app_route(app, "GET /hello/:name", hello);
    return sails_app_run(app, argc, argv);
}
