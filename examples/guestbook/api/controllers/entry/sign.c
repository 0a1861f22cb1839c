#include "api/helpers/tidy.h"

#include <sails/sails.h>
#include <stdlib.h>

static const struct sails_input inputs[] = {
    {.name = "name", .type = "string", .required = true, .max_length = 60},
    {.name = "text", .type = "string", .required = true, .max_length = 500},
    {0},
};

static const struct sails_exit exits[] = {
    {.name = "success", .status = 201},
    {.name = "empty", .status = 400},
    {0},
};

SAILS_ACTION(.inputs = inputs, .exits = exits, .may_wait = true)
{
    char *text = tidy(sails_req_input_text(req, "text"));
    json_t *entry = NULL;
    int rc = 0;

    if (text == NULL || text[0] == '\0') {
        sails_res_exit(res, text == NULL ? "error" : "empty", NULL);
        free(text);
        return;
    }
    rc = sails_create(
        sails_req_db(req), "entry",
        json_pack("{s:s,s:s}", "name", sails_req_input_text(req, "name"), "text", text), NULL,
        &entry);
    free(text);
    if (rc < 0) {
        sails_res_server_error(res, NULL);
        return;
    }
    sails_sockets_broadcast(sails_req_app(req), SAILS_ROOMS("readers"), "signed",
                            json_incref(entry), NULL);
    sails_res_exit(res, "success", entry);
}
