#include "request/request.h"

#include "base/mem.h"
#include "http/url.h"
#include "request/request_wait.h"
#include "web/access_log.h"

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
    req->begun_unix_ms = worker_env(worker)->unix_ms;
    req->timeout_ms = service->timeout_ms;
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
    if (res->source != NULL) {
        res->source->drop(res->source);
    }
    header_list_deinit(&res->headers);
    buf_deinit(&res->text);
    json_decref(res->json);
}

void request_destroy(struct sails_req *req)
{
    deadline_stop(&req->deadline);
    req->transport->release(req);
    request_session_deinit(&req->session);
    res_deinit(&req->res);
    json_decref(req->body);
    json_decref(req->params);
    json_decref(req->query);
    json_decref(req->all_params);
    json_decref(req->cookies);
    json_decref(req->signed_cookies);
    json_decref(req->texts);
    json_decref(req->inputs);
    json_decref(req->derived);
    json_decref(req->ips);
    header_list_deinit(&req->headers);
    buf_deinit(&req->raw_body);
    byte_budget_set(&req->service->io->messages, &req->body_charged, 0);
    buf_deinit(&req->url);
    mem_free(req->path);
    io_ref_deinit(&req->socket);
    mem_free(req);
}

/* ---- going on, on the request's worker ---- */

static void deliver_resume(struct worker *worker, struct mail *mail)
{
    struct sails_req *req = container_of(mail, struct sails_req, mail);

    if (worker_is_running(worker)) {
        req->resume(req);
    } else {
        request_destroy(req);
    }
}

void request_resume(struct sails_req *req, void (*next)(struct sails_req *req))
{
    if (worker_is_current(req->worker)) {
        next(req);
        return;
    }
    req->resume = next;
    req->mail.deliver = deliver_resume;
    worker_post(req->worker, &req->mail);
}

/* ---- the time limit ---- */

struct request_worker *request_worker_of(const struct sails_req *req)
{
    return &req->service->workers[worker_index(req->worker)];
}

/* The application still has the request: only the client is told. */
static void on_unanswered(struct deadline *deadline, void *ctx)
{
    struct sails_req *req = container_of(deadline, struct sails_req, deadline);

    (void)ctx;
    log_line(req->service->log, LOG_WARN,
             "%s %s: nobody has answered within %u ms; the client gets 503", sails_req_method(req),
             req->path, (unsigned)req->timeout_ms);
    req->transport->expire(req);
}

/* NULL: there is no limit; or memory is out, and the app's own one counts. */
static struct deadline_queue *timeout_queue(struct sails_req *req)
{
    struct request_worker *w = request_worker_of(req);
    struct deadline_queue *queue = NULL;

    if (req->timeout_ms == 0) {
        return NULL;
    }
    if (req->timeout_ms != w->unanswered.length_ms) {
        queue = deadline_ladder_queue(&w->unanswered_by, req->timeout_ms);
    }
    return queue != NULL || w->unanswered.length_ms == 0 ? queue : &w->unanswered;
}

void request_restart_timeout(struct sails_req *req)
{
    struct deadline_queue *queue = timeout_queue(req);

    if (queue != NULL) {
        deadline_start(&req->deadline, queue, worker_env(req->worker)->now_ms);
    } else {
        deadline_stop(&req->deadline);
    }
}

int sails_req_set_timeout(sails_req *req, uint64_t timeout_ms)
{
    if (req == NULL) {
        return SAILS_EINVAL;
    }
    if (!worker_is_current(req->worker) || !req->is_in_action || req->res.is_answered) {
        return SAILS_ESTATE;
    }
    req->timeout_ms = timeout_ms;
    request_restart_timeout(req);
    return 0;
}

void request_worker_start(const struct request_service *service, struct worker *worker)
{
    struct request_worker *w = &service->workers[worker_index(worker)];

    deadline_queue_init(&w->unanswered, &worker_env(worker)->deadlines, service->timeout_ms,
                        on_unanswered, NULL);
    deadline_ladder_init(&w->unanswered_by, &worker_env(worker)->deadlines, on_unanswered, NULL);
    w->service = service;
    w->worker = worker;
    limits_init(&w->limits, &service->limits, worker_env(worker));
}

void request_worker_stop(const struct request_service *service, struct worker *worker)
{
    struct request_worker *w = &service->workers[worker_index(worker)];

    deadline_queue_deinit(&w->unanswered);
    deadline_ladder_deinit(&w->unanswered_by);
    limits_deinit(&w->limits);
}

/* ---- answering ---- */

/* On its worker. */
static void send_answer(struct sails_req *req)
{
    request_target_add_cache(req);
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

static void finish(struct sails_req *req)
{
    send_answer(req);
    request_destroy(req);
}

static void save_and_finish(struct sails_req *req)
{
    if (request_wait_holds(req, save_and_finish)) {
        return;
    }
    deadline_stop(&req->deadline);
    request_session_end(req, finish);
}

/*
 * Within the action the answer waits for its end: so `req` stays valid until the action returns, and
 * what it broadcasts after answering still reaches the requester before the answer (sails-sockets 43).
 */
int request_answer(struct sails_req *req)
{
    /* The flag is the worker's own: other threads do not even look at it. */
    if (worker_is_current(req->worker) && req->is_in_action) {
        req->is_due = true;
    } else {
        request_resume(req, save_and_finish);
    }
    return 0;
}
