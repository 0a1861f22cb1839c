#include "base/c_text.h"
#include "request/request.h"
#include "schema/inputs.h"

#include <sails/inputs.h>

static json_t *find_param(void *ctx, const char *name)
{
    return sails_req_param_json(ctx, name);
}

static json_t *find_in_query(void *ctx, const char *name)
{
    return json_object_get(sails_req_query(ctx), name);
}

/* 400 with all problems (taken), whatever the exit `badRequest` makes of it. */
static void refuse(struct sails_req *req, json_t *problems)
{
    json_t *refusal = inputs_refusal(sails_req_method(req), sails_req_path(req), problems,
                                     req->service->options.is_production);

    if (refusal == NULL) {
        sails_res_server_error(&req->res, NULL);
        return;
    }
    sails_res_set(&req->res, "X-Exit", "error");
    sails_res_bad_request(&req->res, refusal);
}

bool request_read_inputs(struct sails_req *req)
{
    const struct inputs_source source = {find_param, find_in_query, req};
    json_t *problems = NULL;
    int rc = 0;

    if (req->target->inputs == NULL) {
        return true;
    }
    json_decref(req->inputs);
    req->inputs = NULL;
    rc = inputs_read(req->target->inputs, &source, &req->inputs, &problems);
    if (rc == SAILS_EINVAL) {
        refuse(req, problems);
    } else if (rc < 0) {
        sails_res_server_error(&req->res, NULL);
    }
    return rc == 0;
}

/* ---- include/sails/inputs.h ---- */

json_t *sails_req_inputs(sails_req *req)
{
    return request_reads(req) ? req->inputs : NULL;
}

json_t *sails_req_input_json(sails_req *req, const char *name)
{
    return name != NULL ? json_object_get(sails_req_inputs(req), name) : NULL;
}

const char *sails_req_input_text(sails_req *req, const char *name)
{
    return c_text_of(sails_req_input_json(req, name));
}

double sails_req_input_number(sails_req *req, const char *name, double otherwise)
{
    json_t *value = sails_req_input_json(req, name);

    return json_is_number(value) ? json_number_value(value) : otherwise;
}

bool sails_req_input_boolean(sails_req *req, const char *name, bool otherwise)
{
    json_t *value = sails_req_input_json(req, name);

    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}
