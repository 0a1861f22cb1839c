#include <sails/sails.h>
#include <string.h>

static const struct sails_input inputs[] = {
    {.name = "password", .type = "string", .required = true},
    {0},
};

static const struct sails_exit exits[] = {
    {.name = "badPassword", .status = 401},
    {0},
};

SAILS_ACTION(.inputs = inputs, .exits = exits)
{
    const char *wanted =
        json_string_value(sails_app_get(sails_req_app(req), "custom.keeperPassword"));

    if (wanted == NULL || strcmp(sails_req_input_text(req, "password"), wanted) != 0) {
        sails_res_exit(res, "badPassword", NULL);
        return;
    }
    sails_req_session_regenerate(req);
    json_object_set_new(sails_req_session(req), "isKeeper", json_true());
    sails_res_ok(res, NULL);
}
