#include "base/mem.h"
#include "request/form.h"
#include "request/request.h"
#include "request/request_wait.h"

/*
 * The time limit of an answer, and what is left of a request when it is over: the client has been told, and
 * the application, which still has the request, keeps a tombstone until it answers or drops it.
 *
 *     VIEWS_HERE --time is over--> VIEWS_GONE     look-ups find nothing
 *         |
 *         +--another thread looks--> VIEWS_ELSEWHERE   nothing is freed under its eyes
 */

/* ---- what a request says ---- */

bool request_reads(const struct sails_req *req)
{
    int expected = REQUEST_VIEWS_HERE;

    if (req == NULL) {
        return false;
    }
    if (!worker_is_current(req->worker) && !request_wait_is_mine(req)) {
        /* What is noted is nothing that the request says. */
        atomic_int *views = (atomic_int *)(uintptr_t)&req->views;

        atomic_compare_exchange_strong(views, &expected, REQUEST_VIEWS_ELSEWHERE);
    }
    return true;
}

static void forget(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

void request_views_deinit(struct sails_req *req)
{
    json_t **values[] = {
        &req->body,  &req->params,       &req->query,           &req->all_params, &req->cookies,
        &req->texts, &req->translations, &req->signed_cookies,  &req->inputs,     &req->derived,
        &req->ips,   &req->session.json, &req->session.original};

    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        forget(values[i]);
    }
    req->query_text = (struct str){NULL, 0};
    header_list_deinit(&req->headers);
    buf_deinit(&req->raw_body);
    byte_budget_set(&req->service->io->messages, &req->body_charged, 0);
}

void request_drop_views(struct sails_req *req)
{
    int expected = REQUEST_VIEWS_HERE;

    if (atomic_compare_exchange_strong(&req->views, &expected, REQUEST_VIEWS_GONE)) {
        form_forget(req->form);
        request_views_deinit(req);
    }
}

/* ---- the time limit ---- */

static void on_unanswered(struct deadline *deadline, void *ctx)
{
    struct sails_req *req = container_of(deadline, struct sails_req, deadline);

    (void)ctx;
    log_line(req->service->log, LOG_WARN,
             "%s %s: nobody has answered within %u ms; the client gets 503", sails_req_method(req),
             req->path, (unsigned)req->timeout_ms);
    req->transport->expire(req);
    req->is_expired = true;
    if (req->wait == NULL) {
        request_drop_views(req);
    }
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
    if (!worker_is_current(req->worker) || !req->is_in_call || req->res.is_answered) {
        return SAILS_ESTATE;
    }
    req->timeout_ms = timeout_ms;
    request_restart_timeout(req);
    return 0;
}

/* ---- a worker's requests ---- */

void request_worker_start(const struct request_service *service, struct worker *worker)
{
    struct request_worker *w = &service->workers[worker_index(worker)];

    deadline_queue_init(&w->unanswered, &worker_env(worker)->deadlines, service->options.timeout_ms,
                        on_unanswered, NULL);
    deadline_ladder_init(&w->unanswered_by, &worker_env(worker)->deadlines, on_unanswered, NULL);
    list_init(&w->requests);
    w->service = service;
    w->worker = worker;
    limits_init(&w->limits, &service->options.limits, worker_env(worker));
}

void request_worker_stop(const struct request_service *service, struct worker *worker)
{
    struct request_worker *w = &service->workers[worker_index(worker)];

    deadline_queue_deinit(&w->unanswered);
    deadline_ladder_deinit(&w->unanswered_by);
    limits_deinit(&w->limits);
    session_known_deinit(&w->known);
}

void request_service_deinit(struct request_service *service)
{
    for (size_t i = 0; i < service->n_workers; i++) {
        struct request_worker *w = &service->workers[i];

        while (w->service != NULL && !list_is_empty(&w->requests)) {
            request_destroy(container_of(w->requests.next, struct sails_req, in_worker));
        }
    }
    mem_free(service->workers);
}
