#include "request/request.h"

#include "base/mem.h"
#include "http/url.h"
#include "request/access_log.h"
#include "request/query.h"
#include "socketio/sio_value.h"

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

static int set_url(struct sails_req *req, struct str url)
{
    struct str target = without_origin(url);
    size_t hash = str_find(target, '#');
    size_t mark = 0;

    target.len = hash;
    mark = str_find(target, '?');
    buf_append_str(&req->url, url);
    buf_append_char(&req->url, '\0');
    req->path = mem_strndup(mark > 0 ? target.ptr : "/", mark > 0 ? mark : 1);
    if (req->path == NULL || buf_error(&req->url) < 0) {
        return SAILS_ENOMEM;
    }
    req->url.len--;
    if (mark < target.len) {
        /* A view into our own copy: `url` may be gone when the query is asked for. */
        size_t at = (size_t)(target.ptr - url.ptr) + mark + 1;

        req->query_text = (struct str){req->url.ptr + at, target.len - mark - 1};
    }
    return 0;
}

struct sails_req *request_create(const struct request_service *service, struct worker *worker,
                                 const struct request_transport *transport, enum http_method method,
                                 struct str url)
{
    struct sails_req *req = mem_calloc(1, sizeof(*req));

    if (req == NULL) {
        return NULL;
    }
    req->service = service;
    req->worker = worker;
    req->begun_ms = worker_env(worker)->now_ms;
    req->transport = transport;
    req->method = method;
    if (set_url(req, url) < 0) {
        request_destroy(req);
        return NULL;
    }
    return req;
}

static void res_deinit(struct sails_res *res)
{
    header_list_deinit(&res->headers);
    buf_deinit(&res->text);
    json_decref(res->json);
}

void request_destroy(struct sails_req *req)
{
    req->transport->release(req);
    res_deinit(&req->res);
    json_decref(req->body);
    json_decref(req->params);
    json_decref(req->query);
    json_decref(req->all_params);
    json_decref(req->cookies);
    json_decref(req->signed_cookies);
    json_decref(req->texts);
    header_list_deinit(&req->headers);
    buf_deinit(&req->raw_body);
    buf_deinit(&req->url);
    mem_free(req->path);
    mem_free(req->socket_id);
    mem_free(req);
}

/* ---- running ---- */

/* The parameters of the route, decoded. 0; SAILS_EINVAL: a percent sign that is none; SAILS_ENOMEM. */
static int decode_params(struct sails_req *req, const struct route_match *match)
{
    struct buf text = {0};
    int rc = 0;

    req->params = json_object();
    for (size_t i = 0; rc == 0 && i < match->n_params; i++) {
        struct str name = match->params[i].name;
        json_t *value = NULL;

        buf_clear(&text);
        rc = url_decode(&text, match->params[i].value, false, true);
        if (rc == 0) {
            value = json_stringn(text.len > 0 ? text.ptr : "", text.len);
            rc = value != NULL ? 0 : SAILS_EINVAL; /* not UTF-8 */
        }
        if (rc == 0 && json_object_setn_new(req->params, name.ptr, name.len, value) != 0) {
            rc = SAILS_ENOMEM;
        }
    }
    buf_deinit(&text);
    return rc;
}

static void answer_options(struct sails_req *req, unsigned methods)
{
    struct buf list = {0};

    router_write_methods(&list, methods);
    if (buf_error(&list) == 0) {
        header_list_set(&req->res.headers, STR("allow"), buf_str(&list));
    }
    buf_deinit(&list);
    sails_res_send(&req->res, NULL);
}

static void call_action(struct sails_req *req, const struct route_match *match)
{
    const struct request_target *target = match->target;

    if (decode_params(req, match) < 0) {
        sails_res_status(&req->res, 400);
        sails_res_send(&req->res, "Bad request: Could not decode requested URL.");
        return;
    }
    target->action(req, &req->res);
}

void request_run(struct sails_req *req)
{
    struct route_match match;
    unsigned methods = 0;

    req->is_in_action = true;
    switch (
        router_find(&req->service->router, req->method, str_from(req->path), &match, &methods)) {
    case ROUTER_FOUND:
        call_action(req, &match);
        break;
    case ROUTER_OPTIONS:
        answer_options(req, methods);
        break;
    case ROUTER_FAILED:
        sails_res_server_error(&req->res, NULL);
        break;
    case ROUTER_NOT_FOUND:
        sails_res_not_found(&req->res);
        break;
    }
    req->is_in_action = false;
    if (req->is_due) {
        request_answer(req);
    }
}

/* ---- answering ---- */

/* On its worker. */
static void send_answer(struct sails_req *req)
{
    if (req->service->logs_access) {
        access_log_line(req->service->log,
                        &(struct access_entry){
                            .method = str_from(sails_req_method(req)),
                            .url = str_from(req->path),
                            .status = req->res.status,
                            .duration_ms = worker_env(req->worker)->now_ms - req->begun_ms,
                            .ip = str_from(req->ip),
                            .is_socket = req->transport->is_socket,
                        });
    }
    req->transport->send(req);
}

static void deliver_answer(struct worker *worker, struct mail *mail)
{
    struct sails_req *req = container_of(mail, struct sails_req, mail);

    if (worker_is_running(worker)) {
        send_answer(req);
    }
    request_destroy(req);
}

/*
 * Within the action the answer waits for its end: so `req` stays valid until the action returns, and
 * what it broadcasts after answering still reaches the requester before the answer (sails-sockets 43).
 */
int request_answer(struct sails_req *req)
{
    if (worker_current(worker_net(req->worker)) != req->worker) {
        req->mail.deliver = deliver_answer;
        worker_post(req->worker, &req->mail);
        return 0;
    }
    if (req->is_in_action) {
        req->is_due = true;
        return 0;
    }
    send_answer(req);
    request_destroy(req);
    return 0;
}

int request_write_json(struct buf *out, const json_t *value)
{
    size_t n_found = 0;

    return sio_value_write(out, value, NULL, 0, &n_found);
}

json_t *request_parse_form(struct str text)
{
    return query_parse_flat(text);
}
