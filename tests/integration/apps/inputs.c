/* Actions that declare their inputs, for requests, --routes and --openapi. */
#include <sails/sails.h>
#include <stdlib.h>

/* app-config-cli 7.4: the inputs that were observed. */
static const struct sails_input observed[] = {
    {.name = "id", .type = "number", .required = true, .description = "Whose it is."},
    {.name = "name", .type = "string", .defaults_to = "anon"},
    {.name = "flag", .type = "boolean"},
    {.name = "tags", .type = "[string]"},
    {.name = "n", .type = "number", .allow_null = true},
    {.name = "j", .type = "json"},
    {.name = "o", .type = "{a: number}"},
    {.name = "e", .type = "string", .is_email = true},
    {0},
};

static const struct sails_input rules[] = {
    {.name = "file", .type = "string", .regex = "^[^.]"},
    {.name = "age", .type = "number", .is_integer = true, .min = "0", .max = "150"},
    {.name = "role", .type = "string", .is_in = SAILS_TEXTS("user", "admin"), .allow_null = true},
    {.name = "site", .type = "string", .is_url = true, .max_length = 100},
    {.name = "address", .type = "string", .is_ip = true},
    {.name = "key", .type = "string", .is_uuid = true, .is_not_in = SAILS_TEXTS("x")},
    {0},
};

static const struct sails_input contradiction[] = {
    {.name = "x", .type = "number", .required = true, .defaults_to = "5"}, {0}};

static void show(sails_req *req, sails_res *res)
{
    sails_res_json(res, json_incref(sails_req_inputs(req)));
}

static const struct sails_action_def actions[] = {
    {.run = show,
     .inputs = observed,
     .friendly_name = "Show",
     .description = "Answers with its inputs."},
    {.run = show, .inputs = rules, .url_wildcard_suffix = "file"},
    {.run = show, .inputs = contradiction},
};

static void plain(sails_req *req, sails_res *res)
{
    (void)req;
    sails_res_ok(res, NULL);
}

int main(int argc, char **argv)
{
    sails_app *app = sails_app_create();

    sails_app_action(app, "v/one", &actions[0]);
    sails_app_action(app, "v/two", &actions[1]);
    if (getenv("CONTRADICTION") != NULL) {
        sails_app_action(app, "v/three", &actions[2]);
    }
    sails_app_bind(app, "/v1", json_string("v/one"));
    sails_app_bind(app, "GET /v2/:id", json_string("v/one"));
    sails_app_bind(app, "PUT /v2/:other", json_string("v/one"));
    sails_app_bind(app, "GET /files/*", json_pack("{ss,sb}", "action", "v/two", "skipAssets", 0));
    sails_app_bind(app, "POST /opt/:age?", json_string("v/two"));
    sails_app_bind(app, "GET /old", json_string("/v1"));
    sails_app_bind(app, "ALL /gone", json_pack("{si}", "status", 410));
    sails_app_bind(app, "POST r|^/x/(\\d+)$|n", json_string("v/two"));
    sails_app_route(app, "GET /plain", plain);
    return sails_app_run(app, argc, argv);
}
