#include "request/res.h"

/*
 * Answers by steps that are no functions.
 */

static void redirect(const struct request_step *step, sails_res *res)
{
    if (step->status != 0) {
        sails_res_redirect_status(res, step->status, step->text);
    } else {
        sails_res_redirect(res, step->text);
    }
}

static void show_view(const struct request_step *step, sails_res *res)
{
    if (res_claim(res) == 0) {
        res_answer_text(res, buf_str(&step->page), RES_TYPE_HTML);
    }
}

static int answer_ok(sails_res *res)
{
    return sails_res_ok(res, NULL);
}

static int answer_bad_request(sails_res *res)
{
    return sails_res_bad_request(res, NULL);
}

static int answer_server_error(sails_res *res)
{
    return sails_res_server_error(res, NULL);
}

static const struct {
    const char *name;
    int (*answer)(sails_res *res);
} named[] = {
    {"ok", answer_ok},
    {"badRequest", answer_bad_request},
    {"forbidden", sails_res_forbidden},
    {"notFound", sails_res_not_found},
    {"serverError", answer_server_error},
};

bool request_has_response(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        if (strcmp(named[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void answer_by_name(const struct request_step *step, sails_res *res)
{
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        if (strcmp(named[i].name, step->text) == 0) {
            named[i].answer(res);
            return;
        }
    }
}

void request_target_answer(const struct request_step *step, sails_res *res)
{
    switch (step->kind) {
    case STEP_FUNCTION:
    case STEP_ACTION:
        break; /* the request calls these */
    case STEP_REDIRECT:
        redirect(step, res);
        break;
    case STEP_STATUS:
        sails_res_send_status(res, step->status);
        break;
    case STEP_VIEW:
        show_view(step, res);
        break;
    case STEP_RESPONSE:
        answer_by_name(step, res);
        break;
    }
}
