#include "base/mem.h"
#include "http/http.h"
#include "request/request.h"

static struct sails_req *req_of(sails_res *res)
{
    return container_of(res, struct sails_req, res);
}

/* Whether an answer may be given now; after this it is. */
static int begin_answer(sails_res *res)
{
    if (res == NULL) {
        return SAILS_EINVAL;
    }
    if (res->is_answered) {
        log_line(req_of(res)->service->log, LOG_WARN,
                 "%s %s: answered a second time; the first answer stands",
                 sails_req_method(req_of(res)), sails_req_path(req_of(res)));
        return SAILS_ESTATE;
    }
    res->is_answered = true;
    if (res->status == 0) {
        res->status = 200;
    }
    return 0;
}

int sails_res_status(sails_res *res, unsigned status)
{
    if (res == NULL || status < 100 || status > 599) {
        return SAILS_EINVAL;
    }
    if (res->is_answered) {
        return SAILS_ESTATE;
    }
    res->status = status;
    return 0;
}

/* RFC 9110 section 5: a token, and a value without line ends. */
static bool is_header(struct str name, struct str value)
{
    static const char separators[] = "()<>@,;:\\\"/[]?={} \t";

    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] <= 0x20 || name.ptr[i] == 0x7f || strchr(separators, name.ptr[i]) != NULL) {
            return false;
        }
    }
    return name.len > 0 && str_find(value, '\r') == value.len && str_find(value, '\n') == value.len;
}

int sails_res_set(sails_res *res, const char *name, const char *value)
{
    if (res == NULL || name == NULL || value == NULL ||
        !is_header(str_from(name), str_from(value))) {
        return SAILS_EINVAL;
    }
    if (res->is_answered) {
        return SAILS_ESTATE;
    }
    return header_list_set(&res->headers, str_from(name), str_from(value));
}

/* ---- bodies ---- */

static int set_default_type(sails_res *res, struct str type)
{
    if (req_of(res)->transport->is_socket ||
        header_list_get(&res->headers, STR("content-type")).ptr != NULL) {
        return 0;
    }
    return header_list_set(&res->headers, STR("Content-Type"), type);
}

/* An answer that could not be made is a 500 without a body: better than none. */
static int fail(sails_res *res, int rc)
{
    log_line(req_of(res)->service->log, LOG_ERROR, "%s %s: the answer could not be made: %s",
             sails_req_method(req_of(res)), sails_req_path(req_of(res)), sails_strerror(rc));
    res->status = 500;
    res->kind = REQUEST_NO_BODY;
    request_answer(req_of(res));
    return rc;
}

static int answer_text(sails_res *res, struct str text, struct str type)
{
    int rc = set_default_type(res, type);

    res->kind = REQUEST_TEXT_BODY;
    buf_append_str(&res->text, text);
    if (rc == 0) {
        rc = buf_error(&res->text);
    }
    return rc == 0 ? request_answer(req_of(res)) : fail(res, rc);
}

/* The answer is a text: its JSON. Takes `value`, which another thread must not see any more once the
 * request is answered. */
static int answer_json_text(sails_res *res, struct str type, json_t *value)
{
    int rc = set_default_type(res, type);

    res->kind = REQUEST_TEXT_BODY;
    if (rc == 0 && value != NULL) {
        rc = request_write_json(&res->text, value);
    }
    json_decref(value);
    return rc == 0 ? request_answer(req_of(res)) : fail(res, rc);
}

/*
 * Over a socket the value itself is the body; but text is encoded as JSON once more, which clients
 * of Sails know (sails-sockets 37). Takes `value`.
 */
static int answer_json_over_socket(sails_res *res, json_t *value)
{
    int rc = 0;

    if (!json_is_string(value) || sails_is_binary(value)) {
        res->kind = REQUEST_JSON_BODY;
        res->json = value;
        return request_answer(req_of(res));
    }
    rc = header_list_set(&res->headers, STR("content-type"), STR("application/json"));
    if (rc < 0) {
        json_decref(value);
        return fail(res, rc);
    }
    return answer_json_text(res, STR("application/json"), value);
}

int sails_res_json(sails_res *res, json_t *value)
{
    int rc = begin_answer(res);

    if (rc < 0) {
        json_decref(value);
        return rc;
    }
    return req_of(res)->transport->is_socket
               ? answer_json_over_socket(res, value)
               : answer_json_text(res, STR("application/json; charset=utf-8"), value);
}

int sails_res_send(sails_res *res, const char *text)
{
    int rc = begin_answer(res);

    if (rc < 0) {
        return rc;
    }
    if (text == NULL) {
        res->kind = REQUEST_NO_BODY;
        return request_answer(req_of(res));
    }
    return answer_text(res, str_from(text), STR("text/html; charset=utf-8"));
}

int sails_res_send_status(sails_res *res, unsigned status)
{
    int rc = sails_res_status(res, status);

    if (rc == 0) {
        rc = begin_answer(res);
    }
    if (rc < 0) {
        return rc;
    }
    return answer_text(res, str_from(http_status_text(status)), STR("text/plain; charset=utf-8"));
}

/* ---- the named answers ---- */

/* With the value (taken), or with the text where there is none. */
static int answer_named(sails_res *res, unsigned status, json_t *data, const char *text)
{
    int rc = 0;

    if (res == NULL) {
        json_decref(data);
        return SAILS_EINVAL;
    }
    if (!res->is_answered) {
        res->status = status;
    }
    if (data != NULL) {
        return sails_res_json(res, data);
    }
    rc = begin_answer(res);
    return rc == 0 ? answer_text(res, str_from(text), STR("text/plain; charset=utf-8")) : rc;
}

int sails_res_ok(sails_res *res, json_t *data)
{
    return answer_named(res, 200, data, "OK");
}

int sails_res_bad_request(sails_res *res, json_t *data)
{
    return answer_named(res, 400, data, "Bad Request");
}

int sails_res_forbidden(sails_res *res)
{
    return answer_named(res, 403, NULL, "Forbidden");
}

int sails_res_not_found(sails_res *res)
{
    return answer_named(res, 404, NULL, "Not Found");
}

int sails_res_server_error(sails_res *res, json_t *data)
{
    struct buf text = {0};

    if (res == NULL) {
        json_decref(data);
        return SAILS_EINVAL;
    }
    if (data != NULL) {
        request_write_json(&text, data);
    }
    log_line(req_of(res)->service->log, LOG_ERROR, "Sending 500 (\"Server Error\") response: %.*s",
             STR_FMT(buf_str(&text)));
    buf_deinit(&text);
    if (req_of(res)->service->is_production) {
        json_decref(data);
        data = NULL;
    }
    return answer_named(res, 500, data, "Internal Server Error");
}

int sails_res_redirect(sails_res *res, const char *url)
{
    struct buf text = {0};
    bool is_socket = false;
    int rc = 0;

    if (res == NULL || url == NULL || !is_header(STR("location"), str_from(url))) {
        return SAILS_EINVAL;
    }
    is_socket = req_of(res)->transport->is_socket;
    if (!res->is_answered && res->status == 0) {
        res->status = 302;
    }
    rc = sails_res_set(res, is_socket ? "location" : "Location", url);
    if (rc == 0 && is_socket) {
        rc = sails_res_set(res, "content-type", "text/html");
    }
    buf_printf(&text, is_socket ? "Redirecting to %s" : "Found. Redirecting to %s", url);
    if (rc == 0) {
        rc = begin_answer(res);
    }
    if (rc == 0) {
        rc = answer_text(res, buf_str(&text), STR("text/plain; charset=utf-8"));
    }
    buf_deinit(&text);
    return rc;
}
