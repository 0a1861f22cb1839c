#include "base/mem.h"
#include "http/http.h"
#include "request/query.h"
#include "request/request.h"

/*
 *   request_http_handle --> http_accept --> on_body* --> on_body_end --> request_run --> send_http
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

static bool is_blank(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t\r\n", text.ptr[i]) == NULL || text.ptr[i] == '\0') {
            return false;
        }
    }
    return true;
}

/*
 * JSON must be an object or an array; what is said to be something else is tried as JSON all the same,
 * and is {} if it is none (as Sails does). 0, SAILS_EJSON, SAILS_ENOMEM.
 */
static int parse_json_body(struct sails_req *req, struct str text, bool is_json)
{
    json_error_t error;

    req->body = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &error);
    if (req->body != NULL) {
        return 0;
    }
    if (is_json) {
        return SAILS_EJSON;
    }
    req->body = json_object();
    return req->body != NULL ? 0 : SAILS_ENOMEM;
}

static int parse_body(struct sails_req *req)
{
    struct str text = buf_str(&req->raw_body);
    bool has_none = req->method == HTTP_METHOD_GET || req->method == HTTP_METHOD_HEAD ||
                    req->method == HTTP_METHOD_OPTIONS;

    if (has_none) {
        return 0;
    }
    if (is_blank(text)) {
        req->body = json_object();
    } else if (has_type(req, STR("application/x-www-form-urlencoded"))) {
        return query_parse(text, &query_body_limits, &req->body);
    } else {
        return parse_json_body(req, text, has_type(req, STR("application/json")));
    }
    return req->body != NULL ? 0 : SAILS_ENOMEM;
}

/* In production the client learns no more than that (request-response 12). */
static void refuse_body(struct sails_req *req, int rc)
{
    struct http_exchange *x = req->exchange;
    bool is_production = req->service->is_production;
    struct str text =
        STR("Unable to parse HTTP body- error occurred :: not a JSON object or array");

    if (rc == SAILS_ETOOBIG) {
        text = STR("Unable to parse HTTP body- error occurred :: too many parameters");
    }
    request_destroy(req);
    http_set_events(x, NULL, NULL);
    if (rc == SAILS_EJSON || rc == SAILS_ETOOBIG) {
        http_add_header(x, STR("Content-Type"), STR("text/plain; charset=utf-8"));
        http_respond(x, 400, is_production ? (struct bytes){NULL, 0} : str_bytes(text));
    } else {
        http_respond(x, 500, (struct bytes){NULL, 0});
    }
}

static void on_body(struct http_exchange *x, struct bytes piece)
{
    struct sails_req *req = http_user(x);

    buf_append(&req->raw_body, piece.ptr, piece.len);
}

static void on_body_end(struct http_exchange *x)
{
    struct sails_req *req = http_user(x);
    int rc = buf_error(&req->raw_body);

    if (rc == 0) {
        rc = parse_body(req);
    }
    buf_deinit(&req->raw_body);
    if (rc < 0) {
        refuse_body(req, rc);
        return;
    }
    req->is_running = true;
    request_run(req);
}

static void on_abort(struct http_exchange *x, int err)
{
    struct sails_req *req = http_user(x);

    (void)err;
    req->exchange = NULL;
    if (!req->is_running) {
        request_destroy(req);
    }
}

static const struct http_exchange_events exchange_events = {
    .on_body = on_body,
    .on_body_end = on_body_end,
    .on_abort = on_abort,
};

/* ---- the head ---- */

static int copy_head(struct sails_req *req, struct http_exchange *x)
{
    const struct http_request *request = http_request(x);

    for (size_t i = 0; i < request->n_headers; i++) {
        struct str name = request->headers[i].name;

        if (header_list_set(&req->headers, name, http_header(request, name)) < 0) {
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

    return router_find(&service->router, &query, &match, &methods) != ROUTER_NOT_FOUND;
}

void request_http_handle(const struct request_service *service, struct worker *worker,
                         struct http_exchange *x)
{
    struct sails_req *req = create(service, worker, x);

    if (req != NULL) {
        http_accept(x, &exchange_events, req, service->max_body);
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
