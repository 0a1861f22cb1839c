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
    if (step->view != NULL) {
        res_view_answer(res, step->view, NULL);
    } else if (res_claim(res) == 0) {
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

/* An answer that also sets a cookie is for one client only. */
static void set_cache_control(sails_res *res, json_int_t seconds)
{
    bool is_private = header_list_get(&res->headers, STR("set-cookie")).ptr != NULL;
    char text[64];

    snprintf(text, sizeof(text), "%s, max-age=%" JSON_INTEGER_FORMAT,
             is_private ? "private" : "public", seconds);
    if (header_list_set(&res->headers, STR("Cache-Control"), str_from(text)) < 0) {
        log_line(res_request(res)->service->log, LOG_WARN, "no memory for Cache-Control");
    }
}

void request_target_add_cache(struct sails_req *req)
{
    const struct request_target *target = req->target;
    sails_res *res = &req->res;
    bool is_reading = req->method == HTTP_METHOD_GET || req->method == HTTP_METHOD_HEAD;

    if (target != NULL && target->cache != NULL && is_reading && !req->transport->is_socket &&
        (res->status / 100 == 2 || res->status == 304) &&
        header_list_get(&res->headers, STR("cache-control")).ptr == NULL) {
        set_cache_control(res, json_integer_value(target->cache) / 1000);
    }
}
