#include "request/res.h"

#include "base/json_indent.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "http/http.h"
#include "web/etag.h"

/*
 * A response from its status to its body. The other files of sails/res.h end here.
 */

struct sails_req *res_request(sails_res *res)
{
    return container_of(res, struct sails_req, res);
}

bool res_is_socket(sails_res *res)
{
    return res_request(res)->transport->is_socket;
}

sails_req *sails_res_req(sails_res *res)
{
    return res != NULL ? res_request(res) : NULL;
}

int res_claim(sails_res *res)
{
    if (res == NULL) {
        return SAILS_EINVAL;
    }
    if (res->is_answered) {
        log_line(res_request(res)->service->log, LOG_WARN,
                 "%s %s: answered a second time; the first answer stands",
                 sails_req_method(res_request(res)), sails_req_path(res_request(res)));
        return SAILS_ESTATE;
    }
    (void)request_reads(res_request(res)); /* how it is answered depends on what was asked */
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

/* ---- its end ---- */

static int give_up(sails_res *res, int rc)
{
    res->status = 500;
    res->kind = REQUEST_NO_BODY;
    request_answer(res_request(res));
    return rc;
}

/* An answer that could not be made is a 500 without a body: better than none. */
int res_fail(sails_res *res, int rc)
{
    log_line(res_request(res)->service->log, LOG_ERROR, "%s %s: the answer could not be made: %s",
             sails_req_method(res_request(res)), sails_req_path(res_request(res)),
             sails_strerror(rc));
    return give_up(res, rc);
}

int res_fail_without_value(sails_res *res)
{
    log_line(
        res_request(res)->service->log, LOG_ERROR,
        "%s %s: answered with no value, which is what json_pack() makes of text that is not UTF-8: the "
        "client gets 500",
        sails_req_method(res_request(res)), sails_req_path(res_request(res)));
    return give_up(res, SAILS_EJSON);
}

bool res_is_fresh(sails_res *res)
{
    struct sails_req *req = res_request(res);
    unsigned status = res->status != 0 ? res->status : 200;

    return (req->method == HTTP_METHOD_GET || req->method == HTTP_METHOD_HEAD) &&
           ((status >= 200 && status < 300) || status == 304) &&
           etag_is_fresh(&req->headers, &res->headers);
}

static int add_tag(sails_res *res)
{
    char tag[ETAG_SIZE];
    int rc = 0;

    if (res->kind != REQUEST_TEXT_BODY || header_list_get(&res->headers, STR("etag")).ptr != NULL) {
        return 0;
    }
    rc = etag_write(tag, buf_bytes(&res->text));
    return rc == 0 ? header_list_set(&res->headers, STR("ETag"), str_from(tag)) : rc;
}

/* The tag; and for a client that has the body already no more than that (request-response 9.2). */
static int finish_http(sails_res *res)
{
    int rc = add_tag(res);

    if (rc == 0 && res_is_fresh(res)) {
        res->status = 304;
    }
    if (res->status == 204 || res->status == 304) {
        header_list_remove(&res->headers, STR("content-type"));
        res->kind = REQUEST_NO_BODY;
    }
    return rc;
}

/* With `rc`, how making the body went. */
static int finish(sails_res *res, int rc)
{
    if (rc == 0 && !res_is_socket(res)) {
        rc = finish_http(res);
    }
    return rc == 0 ? request_answer(res_request(res)) : res_fail(res, rc);
}

static int answer_empty(sails_res *res)
{
    res->kind = REQUEST_NO_BODY;
    return finish(res, 0);
}

/* ---- text ---- */

static bool speaks_of_text(struct str type)
{
    return str_starts_with(type, STR("text/")) || str_eq(type, STR("application/json")) ||
           str_eq(type, STR("application/javascript"));
}

/* Text goes out as UTF-8: a type that speaks of text says so, as in Express. */
static int add_charset(sails_res *res, struct str type)
{
    struct buf whole = {0};
    int rc = 0;

    if (str_find(type, ';') < type.len || !speaks_of_text(type)) {
        return 0;
    }
    buf_append_str(&whole, type);
    buf_append_str(&whole, STR("; charset=utf-8"));
    rc = buf_error(&whole);
    if (rc == 0) {
        rc = header_list_set(&res->headers, STR("Content-Type"), buf_str(&whole));
    }
    buf_deinit(&whole);
    return rc;
}

/* Over HTTP the type of what is sent: the application's, or else this one, which has its charset. */
static int set_type(sails_res *res, struct str default_type)
{
    struct str own = {0};

    if (res_is_socket(res)) {
        return 0;
    }
    own = header_list_get(&res->headers, STR("content-type"));
    return own.ptr != NULL ? add_charset(res, own)
                           : header_list_add(&res->headers, STR("Content-Type"), default_type);
}

int res_answer_text(sails_res *res, struct str text, struct str type)
{
    int rc = set_type(res, type);

    if (res_is_socket(res) && !utf8_is_valid(str_bytes(text))) {
        rc = SAILS_EJSON; /* there it becomes JSON */
    }
    res->kind = REQUEST_TEXT_BODY;
    buf_append_str(&res->text, text);
    return finish(res, rc == 0 ? buf_error(&res->text) : rc);
}

/* ---- JSON ---- */

bool res_writes_compact(sails_res *res)
{
    return res_request(res)->service->options.is_production || res_is_socket(res);
}

int res_write_json(sails_res *res, struct buf *out, const json_t *value)
{
    struct buf compact = {0};
    int rc = 0;

    if (res_writes_compact(res)) {
        return json_value_write(out, value);
    }
    rc = json_value_write(&compact, value);
    if (rc == 0) {
        json_indent(out, buf_str(&compact));
        rc = buf_error(out);
    }
    buf_deinit(&compact);
    return rc;
}

/* The answer is a text: its JSON. Takes `value`, which another thread must not see any more once the
 * request is answered. */
static int answer_json_text(sails_res *res, struct str type, json_t *value)
{
    int rc = set_type(res, type);

    res->kind = value != NULL ? REQUEST_TEXT_BODY : REQUEST_NO_BODY;
    if (rc == 0 && value != NULL) {
        rc = res_write_json(res, &res->text, value);
    }
    json_decref(value);
    return finish(res, rc);
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
        return request_answer(res_request(res));
    }
    rc = header_list_set(&res->headers, STR("content-type"), STR("application/json"));
    if (rc < 0) {
        json_decref(value);
        return res_fail(res, rc);
    }
    return answer_json_text(res, STR("application/json"), value);
}

int res_answer_json(sails_res *res, json_t *value)
{
    return res_is_socket(res) ? answer_json_over_socket(res, value)
                              : answer_json_text(res, RES_TYPE_JSON, value);
}

int sails_res_json(sails_res *res, json_t *value)
{
    int rc = res_claim(res);

    if (rc < 0) {
        json_decref(value);
        return rc;
    }
    return value != NULL ? res_answer_json(res, value) : res_fail_without_value(res);
}

/* ---- send ---- */

int sails_res_send(sails_res *res, const char *text)
{
    int rc = res_claim(res);

    if (rc < 0) {
        return rc;
    }
    return text != NULL ? res_answer_text(res, str_from(text), RES_TYPE_HTML) : answer_empty(res);
}

static int answer_bytes(sails_res *res, struct bytes bytes)
{
    int rc = 0;

    if (res_is_socket(res)) {
        res->kind = REQUEST_JSON_BODY;
        res->json = sails_binary(bytes.ptr, bytes.len);
        return finish(res, res->json != NULL ? 0 : SAILS_ENOMEM);
    }
    if (header_list_get(&res->headers, STR("content-type")).ptr == NULL) {
        rc = header_list_add(&res->headers, STR("Content-Type"), STR("application/octet-stream"));
    }
    res->kind = REQUEST_TEXT_BODY;
    buf_append(&res->text, bytes.ptr, bytes.len);
    return finish(res, rc == 0 ? buf_error(&res->text) : rc);
}

int sails_res_send_bytes(sails_res *res, const void *data, size_t len)
{
    int rc = data != NULL || len == 0 ? res_claim(res) : SAILS_EINVAL;

    return rc == 0 ? answer_bytes(res, (struct bytes){data, len}) : rc;
}

/* The name of a status, or its number where it has none. */
static struct str status_text(unsigned status, char number[4])
{
    struct str name = str_from(http_status_text(status));

    if (!str_eq(name, STR("Unknown"))) {
        return name;
    }
    snprintf(number, 4, "%u", status % 1000);
    return str_from(number);
}

static int answer_status(sails_res *res)
{
    char number[4];

    if (!res_is_socket(res)) {
        header_list_remove(&res->headers, STR("content-type"));
    }
    return res_answer_text(res, status_text(res->status, number), RES_TYPE_TEXT);
}

int sails_res_send_status(sails_res *res, unsigned status)
{
    int rc = sails_res_status(res, status);

    if (rc == 0) {
        rc = res_claim(res);
    }
    return rc == 0 ? answer_status(res) : rc;
}

static bool is_status(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 100 &&
           json_integer_value(value) <= 599;
}

/* Over a socket numbers and null are bodies; over HTTP a number is a status, and null is empty. */
static int answer_value(sails_res *res, json_t *value)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    struct bytes bytes = {NULL, 0};
    int rc = 0;

    if (sails_is_binary(value)) {
        bytes.ptr = sails_binary_data(value, &bytes.len);
        rc = answer_bytes(res, bytes);
    } else if (json_is_string(value)) {
        rc = res_answer_text(res, text, RES_TYPE_HTML);
    } else if (json_is_null(value) && !res_is_socket(res)) {
        res->kind = REQUEST_TEXT_BODY;
        rc = finish(res, 0);
    } else if (is_status(value) && !res_is_socket(res)) {
        res->status = (unsigned)json_integer_value(value);
        rc = answer_status(res);
    } else {
        return res_answer_json(res, value);
    }
    json_decref(value);
    return rc;
}

int sails_res_send_value(sails_res *res, json_t *value)
{
    int rc = res_claim(res);

    if (rc < 0) {
        json_decref(value);
        return rc;
    }
    return value != NULL ? answer_value(res, value) : res_fail_without_value(res);
}
