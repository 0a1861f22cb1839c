#include <sails/sails.h>

static const struct sails_input inputs[] = {
    {.name = "id", .type = "number", .required = true, .is_integer = true},
    {0},
};

SAILS_ACTION(.inputs = inputs, .may_wait = true)
{
    json_t *entry = NULL;
    int rc = sails_destroy_one(sails_req_db(req), "entry",
                               json_integer((json_int_t)sails_req_input_number(req, "id", 0)), NULL,
                               &entry);

    if (rc < 0) {
        sails_res_server_error(res, NULL);
        return;
    }
    if (entry == NULL) {
        sails_res_not_found(res);
        return;
    }
    sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS("readers"), "removed",
                            json_incref(json_object_get(entry, "id")), NULL);
    sails_res_json(res, entry);
}
