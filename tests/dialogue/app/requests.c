/*
 * requests.c - what actions see of a request.
 */
#include "routes.h"

#include <stddef.h>

static void show(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s, s:s, s:s, s:b, s:O?, s:O?, s:O?}", "method",
                                  sails_req_method(req), "url", sails_req_url(req), "path",
                                  sails_req_path(req), "isSocket", sails_req_is_socket(req),
                                  "query", sails_req_query(req), "body", sails_req_body(req),
                                  "params", sails_req_all_params(req)));
}

/* A copy that may be given away; NULL is null. */
static json_t *or_null(json_t *value)
{
    return value != NULL ? json_incref(value) : json_null();
}

static void show_param(sails_req *req, sails_res *res)
{
    sails_res_json(res, or_null(sails_req_param_json(req, sails_req_param(req, "which"))));
}

/* The headers that `names` lists. */
static void show_headers(sails_req *req, sails_res *res)
{
    const json_t *names = sails_req_param_json(req, "names");
    json_t *values = json_array();

    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *value = sails_req_header(req, json_string_value(json_array_get(names, i)));

        json_array_append_new(values, value != NULL ? json_string(value) : json_null());
    }
    sails_res_json(res, values);
}

static void show_ip(sails_req *req, sails_res *res)
{
    sails_res_json(res,
                   json_pack("{s:s?, s:O?}", "ip", sails_req_ip(req), "ips", sails_req_ips(req)));
}

static void show_cookie(sails_req *req, sails_res *res)
{
    sails_res_json(res, or_null(sails_req_cookie(req, sails_req_param(req, "name"))));
}

const struct route request_routes[] = {
    {"GET /verb", show},
    {"POST /verb", show},
    {"PUT /verb", show},
    {"DELETE /verb", show},
    {"PATCH /verb", show},
    {"OPTIONS /verb", show},
    {"ALL /show", show},
    {"ALL /show/:name/of/:id", show},
    {"/by-default", show},
    {"GET /file/:name", show},
    {"POST /param/:name", show_param},
    {"POST /headers", show_headers},
    {"GET /ip", show_ip},
    {"POST /cookie", show_cookie},
    {NULL, NULL},
};

static void show_method(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_pack("{s:s}", "method", sails_req_method(req)));
}

void bind_cors(sails_app *app)
{
    static const struct sails_action_def action = {.run = show_method};

    sails_app_action(app, "method", &action);
    sails_app_bind(app, "ALL /cors",
                   json_pack("{s:s, s:{s:[s], s:b}}", "action", "method", "cors", "allowOrigins",
                             "http://friend.example", "allowCredentials", 1));
}
