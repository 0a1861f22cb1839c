#include "base/c_text.h"
#include "base/json_value.h"
#include "base/mem.h"
#include "request/request.h"
#include "web/cookie.h"
#include "web/query.h"

/* ---- what a request says ---- */

sails_app *sails_req_app(const sails_req *req)
{
    return req != NULL ? req->service->app : NULL;
}

void *sails_req_context(const sails_req *req)
{
    if (req == NULL) {
        return NULL;
    }
    return req->context != NULL ? req->context : req->service->context;
}

sails_res *sails_req_res(sails_req *req)
{
    return req != NULL ? &req->res : NULL;
}

const char *request_method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_METHOD_GET] = "GET",         [HTTP_METHOD_HEAD] = "HEAD",
        [HTTP_METHOD_POST] = "POST",       [HTTP_METHOD_PUT] = "PUT",
        [HTTP_METHOD_PATCH] = "PATCH",     [HTTP_METHOD_DELETE] = "DELETE",
        [HTTP_METHOD_OPTIONS] = "OPTIONS", [HTTP_METHOD_OTHER] = "OTHER",
    };

    return names[method];
}

const char *sails_req_method(const sails_req *req)
{
    return req != NULL ? request_method_name(req->method) : NULL;
}

const char *sails_req_url(const sails_req *req)
{
    return req != NULL ? req->url : NULL;
}

const char *sails_req_path(const sails_req *req)
{
    return req != NULL ? req->path : NULL;
}

/* Two spellings of one header, of which the right one counts first (Express: req.get()). */
static struct str referrer_of(const struct header_list *headers)
{
    struct str value = header_list_get(headers, STR("referrer"));

    return value.ptr != NULL ? value : header_list_get(headers, STR("referer"));
}

bool sails_req_looks_like_asset(const sails_req *req)
{
    return req != NULL && route_looks_like_asset(str_from(req->path));
}

const char *sails_req_header(const sails_req *req, const char *name)
{
    struct str value = {NULL, 0};

    if (!request_reads(req) || name == NULL) {
        return NULL;
    }
    if (str_eq_nocase(str_from(name), STR("referer")) ||
        str_eq_nocase(str_from(name), STR("referrer"))) {
        return referrer_of(&req->headers).ptr;
    }
    value = header_list_get(&req->headers, str_from(name));
    return value.ptr;
}

json_t *sails_req_options(const sails_req *req)
{
    return req != NULL && req->target != NULL ? req->target->options : NULL;
}

json_t *sails_req_body(const sails_req *req)
{
    return request_reads(req) ? req->body : NULL;
}

json_t *sails_req_query(sails_req *req)
{
    if (!request_reads(req)) {
        return NULL;
    }
    if (req->query == NULL && req->transport->is_socket) {
        req->query = query_parse_flat(req->query_text);
    } else if (req->query == NULL) {
        query_parse(req->query_text, &query_url_limits, &req->query);
    }
    return req->query;
}

uint64_t sails_req_start_time(const sails_req *req)
{
    return req != NULL ? req->begun_unix_ms : 0;
}

/* ---- cookies ---- */

static bool parse_cookies(sails_req *req)
{
    struct str header = header_list_get(&req->headers, STR("cookie"));

    return req->cookies != NULL || cookie_parse(header, str_from(req->service->secret),
                                                &req->cookies, &req->signed_cookies) == 0;
}

json_t *sails_req_cookie(sails_req *req, const char *name)
{
    if (!request_reads(req) || name == NULL || !parse_cookies(req)) {
        return NULL;
    }
    return json_object_get(req->cookies, name);
}

json_t *sails_req_signed_cookie(sails_req *req, const char *name)
{
    if (!request_reads(req) || name == NULL || !parse_cookies(req)) {
        return NULL;
    }
    return json_object_get(req->signed_cookies, name);
}

/* ---- parameters ---- */

json_t *sails_req_param_json(sails_req *req, const char *name)
{
    json_t *value = NULL;

    if (!request_reads(req) || name == NULL) {
        return NULL;
    }
    value = json_object_get(req->params, name);
    if (value == NULL) {
        value = json_object_get(req->body, name);
    }
    return value != NULL ? value : json_object_get(sails_req_query(req), name);
}

/* The text of a number, boolean or null, kept for as long as the request. */
static const char *keep_text(sails_req *req, const char *name, const json_t *value)
{
    struct buf text = {0};
    json_t *kept = NULL;

    if (req->texts == NULL) {
        req->texts = json_object();
    }
    if (json_value_write(&text, value) == 0) {
        kept = json_stringn(text.ptr, text.len);
    }
    buf_deinit(&text);
    if (json_object_set_new(req->texts, name, kept) != 0) {
        return NULL;
    }
    return json_string_value(kept);
}

const char *sails_req_param(sails_req *req, const char *name)
{
    json_t *value = sails_req_param_json(req, name);

    if (value == NULL || json_is_object(value) || json_is_array(value)) {
        return NULL;
    }
    return json_is_string(value) ? c_text_of(value) : keep_text(req, name, value);
}

static const char *text_in(sails_req *req, const json_t *part, const char *name)
{
    const json_t *value = name != NULL ? json_object_get(part, name) : NULL;

    if (value == NULL || json_is_object(value) || json_is_array(value)) {
        return NULL;
    }
    return json_is_string(value) ? c_text_of(value) : keep_text(req, name, value);
}

const char *sails_req_path_param(sails_req *req, const char *name)
{
    return request_reads(req) ? text_in(req, req->params, name) : NULL;
}

const char *sails_req_body_param(sails_req *req, const char *name)
{
    return request_reads(req) ? text_in(req, req->body, name) : NULL;
}

const char *sails_req_query_param(sails_req *req, const char *name)
{
    return request_reads(req) ? text_in(req, sails_req_query(req), name) : NULL;
}

const void *sails_req_raw_body(const sails_req *req, size_t *len)
{
    size_t n = request_reads(req) ? req->raw_body.len : 0;

    if (len != NULL) {
        *len = n;
    }
    return n > 0 ? req->raw_body.ptr : NULL;
}

/* An array as body counts with its indexes as names. */
static int merge_body(json_t *all, json_t *body)
{
    size_t i = 0;
    json_t *value = NULL;
    char name[24];

    if (json_is_object(body)) {
        return json_object_update(all, body);
    }
    json_array_foreach(body, i, value)
    {
        snprintf(name, sizeof(name), "%zu", i);
        if (json_object_set(all, name, value) != 0) {
            return -1;
        }
    }
    return 0;
}

json_t *sails_req_all_params(sails_req *req)
{
    json_t *all = NULL;

    if (!request_reads(req) || req->all_params != NULL) {
        return req != NULL ? req->all_params : NULL;
    }
    all = json_copy(sails_req_query(req));
    if (all == NULL || merge_body(all, req->body) != 0 ||
        (req->params != NULL && json_object_update(all, req->params) != 0)) {
        json_decref(all);
        return NULL;
    }
    req->all_params = all;
    return all;
}
