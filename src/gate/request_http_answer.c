#include "http/http.h"
#include "request/form.h"
#include "request/request.h"
#include "web/compression.h"

/*
 * The answer of a request that came over HTTP.
 */

static void add_headers(struct http_exchange *x, const struct header_list *headers)
{
    struct str name, value;

    for (size_t i = 0; header_list_at(headers, i, &name, &value); i++) {
        http_add_header(x, name, value);
    }
}

static void send_source(struct sails_req *req, struct http_exchange *x)
{
    struct res_source *source = req->res.source;

    req->res.source = NULL;
    source->send(source, x, req->res.status);
}

static void send_http(struct sails_req *req)
{
    struct http_exchange *x = req->exchange;
    struct bytes body = {NULL, 0};
    struct buf compressed = {0};

    if (x == NULL) {
        return; /* nobody is there any more */
    }
    req->exchange = NULL;
    http_set_events(x, NULL, NULL);
    if (req->res.kind == REQUEST_TEXT_BODY) {
        body = buf_bytes(&req->res.text);
    }
    if (req->service->options.compresses &&
        compression_apply(&req->headers, &req->res.headers, body, &compressed)) {
        body = buf_bytes(&compressed);
    }
    add_headers(x, &req->res.headers);
    if (req->res.kind == REQUEST_SOURCE_BODY) {
        send_source(req, x);
    } else {
        http_respond(x, req->res.status, body);
    }
    buf_deinit(&compressed);
}

static void expire_http(struct sails_req *req)
{
    struct http_exchange *x = req->exchange;

    req->exchange = NULL;
    if (x != NULL) {
        http_set_events(x, NULL, NULL);
        http_add_header(x, STR("Content-Type"), STR("text/plain; charset=utf-8"));
        http_respond(x, 503, str_bytes(STR("Service Unavailable")));
    }
    form_abort(req->form, SAILS_ETIMEOUT);
}

static void release_http(struct sails_req *req)
{
    req->exchange = NULL;
    form_close(req->form);
    req->form = NULL;
}

static const char *session_cookie(struct sails_req *req)
{
    return header_list_get(&req->headers, STR("cookie")).ptr;
}

const struct request_transport request_http_transport = {
    .is_socket = false,
    .send = send_http,
    .expire = expire_http,
    .session_cookie = session_cookie,
    .release = release_http,
};
