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
        sails_res_respond(res, step->text, NULL);
        break;
    }
}
