#include "base/html.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "request/res.h"

/*
 * The answers that have names (request-response 9 and 12).
 */

/* With the value (taken), or with the text where there is none. */
static int answer_named(sails_res *res, unsigned status, json_t *data, const char *text)
{
    int rc = 0;

    if (res != NULL && !res->is_answered) {
        res->status = status;
    }
    rc = res_claim(res);
    if (rc < 0) {
        json_decref(data);
        return rc;
    }
    return data != NULL ? res_answer_json(res, data)
                        : res_answer_text(res, str_from(text), RES_TYPE_TEXT);
}

int sails_res_ok(sails_res *res, json_t *data)
{
    int rc = 0;

    return responses_answer(res, "ok", data, &rc) ? rc : answer_named(res, 200, data, "OK");
}

int sails_res_bad_request(sails_res *res, json_t *data)
{
    int rc = 0;

    return responses_answer(res, "badRequest", data, &rc)
               ? rc
               : answer_named(res, 400, data, "Bad Request");
}

int sails_res_forbidden(sails_res *res)
{
    int rc = 0;

    return responses_answer(res, "forbidden", NULL, &rc)
               ? rc
               : answer_named(res, 403, NULL, "Forbidden");
}

/* ---- pages ---- */

static int answer_page(sails_res *res, unsigned status, const struct buf *page)
{
    int rc = 0;

    if (!res->is_answered) {
        res->status = status;
    }
    rc = res_claim(res);
    if (rc < 0) {
        return rc;
    }
    header_list_remove(&res->headers, STR("content-type"));
    return res_answer_text(res, buf_str(page), RES_TYPE_HTML);
}

static bool wants_page(sails_res *res)
{
    return !sails_req_wants_json(res_request(res));
}

int sails_res_not_found(sails_res *res)
{
    const struct buf *page = res != NULL ? &res_request(res)->service->pages.not_found : NULL;
    int rc = 0;

    if (responses_answer(res, "notFound", NULL, &rc)) {
        return rc;
    }
    if (page != NULL && wants_page(res) && res_view_error(res, 404, "404", NULL, &rc)) {
        return rc;
    }
    return page != NULL && page->len > 0 && wants_page(res)
               ? answer_page(res, 404, page)
               : answer_named(res, 404, NULL, "Not Found");
}

/* ---- 500 ---- */

static void log_error(sails_res *res, struct str what)
{
    log_line(res_request(res)->service->log, LOG_ERROR,
             "Sending 500 (\"Server Error\") response: %.*s", STR_FMT(what));
}

static void log_data(sails_res *res, const json_t *data)
{
    struct buf text = {0};

    if (data != NULL) {
        json_value_write(&text, data);
    }
    log_error(res, buf_str(&text));
    buf_deinit(&text);
}

/* Where people should get a page and there is none they get JSON, as in Sails: of nothing that is an
 * empty body. */
static int answer_person(sails_res *res, json_t *data)
{
    const struct buf *page = &res_request(res)->service->pages.server_error;
    int rc = 0;

    if (res_view_error(res, 500, "500", json_pack("{s:O*}", "error", data), &rc)) {
        json_decref(data);
        return rc;
    }
    if (page->len > 0) {
        json_decref(data);
        return answer_page(res, 500, page);
    }
    if (!res->is_answered) {
        res->status = 500;
    }
    rc = res_claim(res);
    if (rc < 0) {
        json_decref(data);
        return rc;
    }
    return res_answer_json(res, data);
}

/* Production keeps the data to itself. */
static json_t *without_secrets(sails_res *res, json_t *data)
{
    if (!res_request(res)->service->options.is_production) {
        return data;
    }
    json_decref(data);
    return NULL;
}

int sails_res_server_error(sails_res *res, json_t *data)
{
    int rc = 0;

    if (res == NULL) {
        json_decref(data);
        return SAILS_EINVAL;
    }
    log_data(res, data);
    data = without_secrets(res, data);
    if (responses_answer(res, "serverError", data, &rc)) {
        return rc;
    }
    return wants_page(res) ? answer_person(res, data)
                           : answer_named(res, 500, data, "Internal Server Error");
}

/* A page that a browser loads again once the application has been mended. */
static int answer_reason_page(sails_res *res, const char *why)
{
    struct buf page = {0};
    int rc = 0;

    buf_append_str(
        &page,
        STR("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>500 Internal Server "
            "Error</title></head>\n<body><pre>"));
    html_append_text(&page, str_from(why));
    buf_printf(&page, "</pre>\n<script>%s</script></body></html>\n",
               res_request(res)->service->options.dev_script);
    rc = buf_error(&page);
    rc = rc == 0 ? res_answer_text(res, buf_str(&page), RES_TYPE_HTML) : rc;
    buf_deinit(&page);
    return rc;
}

static bool is_browser_of_developer(sails_res *res)
{
    const char *accept = sails_req_header(res_request(res), "accept");

    return res_request(res)->service->options.dev_script != NULL && !res_is_socket(res) &&
           accept != NULL && strstr(accept, "text/html") != NULL;
}

/* The text, as Sails sends an error's stack: over HTTP as HTML, which here it must not be taken for. */
static int answer_reason(sails_res *res, const char *why)
{
    int rc = 0;

    if (!res->is_answered) {
        res->status = 500;
    }
    rc = res_claim(res);
    if (rc < 0) {
        return rc;
    }
    return is_browser_of_developer(res) ? answer_reason_page(res, why)
                                        : res_answer_text(res, str_from(why), RES_TYPE_TEXT);
}

int sails_res_fail(sails_res *res, const char *why)
{
    json_t *data = NULL;
    int rc = 0;

    if (res == NULL || why == NULL) {
        return SAILS_EINVAL;
    }
    log_error(res, str_from(why));
    data = without_secrets(res, json_string(why));
    if (responses_answer(res, "serverError", data, &rc)) {
        return rc;
    }
    if (wants_page(res)) {
        return answer_person(res, data);
    }
    json_decref(data);
    return res_request(res)->service->options.is_production
               ? answer_named(res, 500, NULL, "Internal Server Error")
               : answer_reason(res, why);
}

/* ---- a view that could not be made ---- */

/* No view once more: it could fail for the same reason. */
int res_answer_view_error(sails_res *res, json_t *data)
{
    const struct buf *page = &res_request(res)->service->pages.server_error;
    int rc = 0;

    data = without_secrets(res, data);
    if (responses_answer(res, "serverError", data, &rc)) {
        return rc;
    }
    if (json_is_string(data)) {
        rc = answer_reason(res, json_string_value(data));
        json_decref(data);
        return rc;
    }
    if (data == NULL && page->len > 0 && wants_page(res)) {
        return answer_page(res, 500, page);
    }
    return answer_named(res, 500, data, "Internal Server Error");
}
