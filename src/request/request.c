#include "request/request.h"

#include "base/json_value.h"
#include "base/mem.h"
#include "http/url.h"
#include "request/request_wait.h"

/* "/a?x=1" of "http://host/a?x=1"; anything else stays as it is. */
static struct str without_origin(struct str url)
{
    size_t start = 0;

    if (str_starts_with(url, STR("http://"))) {
        start = sizeof("http://") - 1;
    } else if (str_starts_with(url, STR("https://"))) {
        start = sizeof("https://") - 1;
    } else {
        return url;
    }
    url = str_from_offset(url, start);
    return str_from_offset(url, str_find(url, '/'));
}

/* Where in a URL, as it was sent, its path and its query are. */
struct url_parts {
    struct str path;
    struct str query;
};

static struct url_parts split_url(struct str url)
{
    struct str target = without_origin(url);
    struct url_parts parts = {.path = STR("/")};
    size_t mark = 0;

    target.len = str_find(target, '#');
    mark = str_find(target, '?');
    if (mark > 0) {
        parts.path = (struct str){target.ptr, mark};
    }
    if (mark < target.len) {
        parts.query = str_from_offset(target, mark + 1);
    }
    return parts;
}

static char *put_text(char *out, struct str text)
{
    memcpy(out, text.ptr != NULL ? text.ptr : "", text.len);
    out[text.len] = '\0';
    return out + text.len + 1;
}

/* The request with its URL and path behind it. */
static struct sails_req *create_with_url(struct str url)
{
    const struct url_parts parts = split_url(url);
    size_t len = url.len + 1 + parts.path.len + 1;
    struct sails_req *req = mem_calloc(1, sizeof(*req) + len);
    char *copy = (char *)(req + 1);

    if (req != NULL) {
        req->url = copy;
        req->path = put_text(copy, url);
        put_text(copy + url.len + 1, parts.path);
        if (parts.query.ptr != NULL) {
            req->query_text = (struct str){copy + (parts.query.ptr - url.ptr), parts.query.len};
        }
    }
    return req;
}

struct sails_req *request_create(const struct request_service *service, struct worker *worker,
                                 const struct request_transport *transport, enum http_method method,
                                 struct str url)
{
    struct sails_req *req = create_with_url(url);

    if (req == NULL) {
        return NULL;
    }
    req->service = service;
    req->worker = worker;
    req->begun_ms = worker_env(worker)->now_ms;
    req->begun_unix_ms = worker_env(worker)->unix_ms;
    req->timeout_ms = service->options.timeout_ms;
    req->transport = transport;
    req->method = method;
    return req;
}

static void res_deinit(struct sails_res *res)
{
    if (res->source != NULL) {
        res->source->drop(res->source);
    }
    header_list_deinit(&res->headers);
    buf_deinit(&res->text);
    json_decref(res->json);
    json_decref(res->locals);
}

void request_destroy(struct sails_req *req)
{
    list_remove(&req->in_worker);
    deadline_stop(&req->deadline);
    req->transport->release(req);
    request_views_deinit(req);
    res_deinit(&req->res);
    io_ref_deinit(&req->socket);
    mem_free(req);
}

/* ---- going on, on the request's worker ---- */

/* When its time is over nobody wants the answer any more: whatever comes next is the end. */
static void go_on(struct sails_req *req, void (*next)(struct sails_req *req))
{
    if (!req->is_expired) {
        next(req);
    } else if (!request_wait_holds(req, request_destroy)) {
        request_destroy(req);
    }
}

static void deliver_resume(struct worker *worker, struct mail *mail)
{
    struct sails_req *req = container_of(mail, struct sails_req, mail);

    if (worker_is_running(worker)) {
        go_on(req, req->resume);
    } else if (!request_wait_holds(req, request_destroy)) {
        request_destroy(req);
    }
}

void request_resume(struct sails_req *req, void (*next)(struct sails_req *req))
{
    if (worker_is_current(req->worker)) {
        go_on(req, next);
        return;
    }
    req->resume = next;
    req->mail.deliver = deliver_resume;
    worker_post(req->worker, &req->mail);
}

/* ---- what it takes ---- */

/* Two bytes of text ("{}") may be 250 in memory, for as long as nobody answers. */
bool request_charge_body(struct sails_req *req)
{
    size_t n = req->raw_body.cap + json_value_footprint(req->body);

    return byte_budget_set(&req->service->io->messages, &req->body_charged, n);
}

/* ---- ends ---- */

struct request_worker *request_worker_of(const struct sails_req *req)
{
    return &req->service->workers[worker_index(req->worker)];
}

int sails_req_drop(sails_req *req)
{
    return req != NULL ? sails_res_send_status(&req->res, 503) : SAILS_EINVAL;
}
