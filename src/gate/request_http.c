#include "base/json_parse.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "http/http.h"
#include "request/form.h"
#include "request/request.h"
#include "web/query.h"

/*
 *   request_http_handle --> http_accept --> on_body* --> on_body_end --> request_run --> send_http
 *                                |              |  (a form: when its first file begins)
 *                                |              |
 *                                +--- on_abort -+  before it ran: freed; after: the answer is dropped
 */

/* ---- the body ---- */

static bool has_type(const struct sails_req *req, struct str type)
{
    struct str value = header_list_get(&req->headers, STR("content-type"));

    value.len = str_find(value, ';');
    return str_eq_nocase(str_trim(value), type);
}

/* request-response 1: those of the others are read and thrown away. */
static bool has_parsed_body(const struct sails_req *req)
{
    return req->method != HTTP_METHOD_GET && req->method != HTTP_METHOD_HEAD &&
           req->method != HTTP_METHOD_OPTIONS;
}

static bool is_blank(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t\r\n", text.ptr[i]) == NULL || text.ptr[i] == '\0') {
            return false;
        }
    }
    return true;
}

enum {
    JSON_DEPTH_MAX = 512 /* as of messages: less than is written, so what has come can go out */
};

/*
 * JSON must be an object or an array; what is said to be something else is tried as JSON all the same,
 * and is {} if it is none (as Sails does). 0, SAILS_EJSON, SAILS_ETOOBIG, SAILS_ENOMEM.
 */
static int parse_json_body(struct sails_req *req, struct str text, bool is_json)
{
    const struct json_limits limits = {.max_depth = JSON_DEPTH_MAX,
                                       .max_values = req->service->options.max_body_values};
    json_t *body = NULL;
    int rc = json_parse(text, &limits, &body);

    if (rc == 0 && !json_is_object(body) && !json_is_array(body)) {
        json_decref(body);
        rc = SAILS_EJSON;
    }
    if (rc == SAILS_EJSON && !is_json) {
        body = json_object();
        rc = body != NULL ? 0 : SAILS_ENOMEM;
    }
    if (rc == 0) {
        req->body = body;
    }
    return rc;
}

static int parse_body(struct sails_req *req)
{
    struct str text = buf_str(&req->raw_body);

    if (is_blank(text)) {
        req->body = json_object();
    } else if (has_type(req, STR("application/x-www-form-urlencoded"))) {
        return query_parse(text, &query_body_limits, &req->body);
    } else {
        return parse_json_body(req, text, has_type(req, STR("application/json")));
    }
    return req->body != NULL ? 0 : SAILS_ENOMEM;
}

static const char *why_refused(int rc)
{
    switch (rc) {
    case SAILS_EJSON:
        return "not a JSON object or array";
    case SAILS_EPROTO:
        return "malformed multipart form";
    default:
        return "over a limit of size or number";
    }
}

/* In production the client learns no more than that (request-response 12). Sails answers 400, too, where
 * HTTP has 413. */
static void refuse_body(struct sails_req *req, int rc)
{
    struct http_exchange *x = req->exchange;
    bool is_production = req->service->options.is_production;
    struct buf text = {0};

    buf_printf(&text, "Unable to parse HTTP body- error occurred :: %s", why_refused(rc));
    request_destroy(req);
    http_set_events(x, NULL, NULL);
    if (rc == SAILS_ENOMEM || rc == SAILS_EOVERLOAD) {
        http_respond(x, rc == SAILS_ENOMEM ? 500 : 503, (struct bytes){NULL, 0});
    } else {
        http_add_header(x, STR("Content-Type"), STR("text/plain; charset=utf-8"));
        http_respond(x, 400, is_production ? (struct bytes){NULL, 0} : buf_bytes(&text));
    }
    buf_deinit(&text);
}

static void run(struct sails_req *req)
{
    if (request_charge_body(req)) {
        request_run(req);
    } else {
        refuse_body(req, SAILS_EOVERLOAD);
    }
}

static void take_form(struct sails_req *req, struct bytes piece)
{
    int rc = form_take(req->form, piece);

    if (rc < 0) {
        refuse_body(req, rc);
    } else if (req->phase == REQUEST_ARRIVING && form_waits_to_be_asked(req->form)) {
        run(req);
    }
}

static void on_body(struct http_exchange *x, struct bytes piece)
{
    struct sails_req *req = http_user(x);

    if (req->form != NULL) {
        take_form(req, piece);
    } else if (!has_parsed_body(req)) {
        return;
    } else if (piece.len > req->service->options.max_body - req->raw_body.len) {
        refuse_body(req, SAILS_ETOOBIG);
    } else {
        buf_append(&req->raw_body, piece.ptr, piece.len);
        buf_append_char(&req->raw_body, '\0'); /* for whoever takes it for text */
        req->raw_body.len -= buf_error(&req->raw_body) == 0;
        if (!byte_budget_set(&req->service->io->messages, &req->body_charged, req->raw_body.cap)) {
            refuse_body(req, SAILS_EOVERLOAD);
        }
    }
}

static int complete_body(struct sails_req *req)
{
    int rc = buf_error(&req->raw_body);

    if (req->form != NULL) {
        return form_end(req->form);
    }
    return rc == 0 && has_parsed_body(req) ? parse_body(req) : rc;
}

static void on_body_end(struct http_exchange *x)
{
    struct sails_req *req = http_user(x);
    int rc = complete_body(req);

    if (rc < 0) {
        refuse_body(req, rc);
    } else if (req->phase == REQUEST_ARRIVING) {
        run(req);
    }
}

static void on_abort(struct http_exchange *x, int err)
{
    struct sails_req *req = http_user(x);

    req->exchange = NULL;
    if (req->phase != REQUEST_ARRIVING) {
        form_abort(req->form, err);
    } else {
        request_destroy(req);
    }
}

static const struct http_exchange_events exchange_events = {
    .on_body = on_body,
    .on_body_end = on_body_end,
    .on_abort = on_abort,
};

/* ---- the head ---- */

/* A header is text for whoever asks, and may go into JSON: see sails_req_header(). */
static int copy_header(struct sails_req *req, const struct http_header *header)
{
    struct buf text = {0};
    int rc = 0;

    if (utf8_is_valid(str_bytes(header->value))) {
        return header_list_add(&req->headers, header->name, header->value);
    }
    utf8_append_any(&text, header->value);
    rc = buf_error(&text);
    rc = rc == 0 ? header_list_add(&req->headers, header->name, buf_str(&text)) : rc;
    buf_deinit(&text);
    return rc;
}

static int copy_head(struct sails_req *req, struct http_exchange *x)
{
    const struct http_request *request = http_request(x);

    for (size_t i = 0; i < request->n_headers; i++) {
        if (copy_header(req, &request->headers[i]) < 0) {
            return SAILS_ENOMEM;
        }
    }
    http_link(x)->ops->peer(http_link(x), req->ip);
    req->is_secure = http_link(x)->secure;
    request_set_client(req, header_list_get(&req->headers, STR("x-forwarded-for")));
    return 0;
}

static struct sails_req *create(const struct request_service *service, struct worker *worker,
                                struct http_exchange *x)
{
    const struct http_request *request = http_request(x);
    struct sails_req *req =
        request_create(service, worker, &request_http_transport, request->method, request->target);

    if (req != NULL && copy_head(req, x) < 0) {
        request_destroy(req);
        req = NULL;
    }
    if (req == NULL) {
        http_respond(x, 503, (struct bytes){NULL, 0});
        return NULL;
    }
    req->exchange = x;
    return req;
}

bool request_http_has_route(const struct request_service *service, const struct http_exchange *x)
{
    const struct router_query query = {http_request(x)->method, http_request(x)->path, NULL};
    struct route_match match;
    unsigned methods = 0;

    return router_find(&service->before, &query, &match, &methods) != ROUTER_NOT_FOUND ||
           router_find(&service->router, &query, &match, &methods) != ROUTER_NOT_FOUND;
}

void request_http_add_cors(const struct request_service *service, struct http_exchange *x)
{
    struct str origin = http_header(http_request(x), STR("origin"));
    struct header_list headers = {0};
    struct str name, value;
    int rc = 0;

    if (service->options.cors_all_routes) {
        rc = cors_apply(&service->cors, origin, false, &headers);
        rc = rc == 0 ? cors_tell_caches(&service->cors, &headers) : rc;
    }
    for (size_t i = 0; rc == 0 && header_list_at(&headers, i, &name, &value); i++) {
        rc = http_add_header(x, name, value);
    }
    if (rc < 0) {
        log_line(service->log, LOG_WARN, "%.*s: no CORS headers: %s",
                 STR_FMT(http_request(x)->path), sails_strerror(rc));
    }
    header_list_deinit(&headers);
}

/* Whether the body is announced to be too big to be parsed. */
static bool is_too_big(const struct sails_req *req)
{
    struct str text = header_list_get(&req->headers, STR("content-length"));
    uint64_t length = 0;

    return text.ptr != NULL && has_parsed_body(req) && req->form == NULL &&
           str_to_u64(text, UINT64_MAX, &length) && length > req->service->options.max_body;
}

/* 0, or what refuse_body() takes. */
static int prepare_body(struct sails_req *req)
{
    if (has_parsed_body(req) && has_type(req, STR("multipart/form-data"))) {
        return form_create(req, header_list_get(&req->headers, STR("content-type")));
    }
    return is_too_big(req) ? SAILS_ETOOBIG : 0;
}

void request_http_handle(const struct request_service *service, struct worker *worker,
                         struct http_exchange *x)
{
    struct sails_req *req = create(service, worker, x);
    int rc = 0;

    if (req == NULL) {
        return;
    }
    rc = prepare_body(req);
    if (rc < 0) {
        refuse_body(req, rc);
    } else {
        /* What is parsed is limited in on_body, with an answer of its own. */
        http_accept(x, &exchange_events, req,
                    has_parsed_body(req) ? SIZE_MAX : service->options.max_body);
    }
}

void request_http_take_over(const struct request_service *service, struct worker *worker,
                            struct http_exchange *x)
{
    struct sails_req *req = create(service, worker, x);

    if (req != NULL) {
        http_set_events(x, &exchange_events, req);
        if (http_body_has_ended(x)) {
            on_body_end(x);
        }
    }
}
