#include "request/request_wait.h"

#include "base/macros.h"
#include "base/mem.h"
#include "models/models.h"

#include <assert.h>

struct request_wait {
    struct job job;
    struct sails_req *req;
    sails_action function; /* NULL: it is `work` */
    sails_req_work_cb work;
    sails_req_done_cb told;
    void *ctx;
    struct sails_db *db;                   /* the action's; NULL: it has not asked for one */
    void (*finish)(struct sails_req *req); /* NULL: nobody has answered yet */
};

/* The request of the action that runs on this thread; NULL: none. */
static _Thread_local const struct sails_req *mine;

/* On a thread that may wait. */
static void run(struct job *job)
{
    struct request_wait *wait = container_of(job, struct request_wait, job);
    struct sails_req *req = wait->req;

    mine = req;
    if (wait->function != NULL) {
        wait->function(req, &req->res);
    } else {
        wait->work(req, wait->ctx);
    }
    mine = NULL;
    if (wait->db != NULL) {
        models_release(req->service->models, wait->db);
        wait->db = NULL;
    }
}

/* The action has returned, or never will be called. */
static void end_action(struct sails_req *req, int status, void (*finish)(struct sails_req *req))
{
    if (status < 0) {
        sails_res_send_status(&req->res,
                              503); /* the app is being lowered, and no thread has had it */
    } else if (finish != NULL) {
        request_resume(req, finish);
    } else if (req->is_expired) {
        request_drop_views(req);
    }
}

/* What `told` answers is sent when it returns. The request may be gone then, unless it was answered before. */
static void end_work(struct sails_req *req, int status, const struct request_wait *wait)
{
    void (*finish)(struct sails_req * req) = wait->finish;

    if (finish == NULL && req->is_expired) {
        request_drop_views(req);
    }
    request_enter(req);
    wait->told(req, &req->res, status, wait->ctx);
    request_leave(req);
    if (finish != NULL) {
        request_resume(req, finish);
    }
}

/* On the request's worker. */
static void done(struct job *job, int status)
{
    struct request_wait *wait = container_of(job, struct request_wait, job);
    struct sails_req *req = wait->req;

    assert(req->wait == wait); /* I1 */
    req->wait = NULL;
    if (wait->function != NULL) {
        end_action(req, status, wait->finish);
    } else {
        end_work(req, status, wait);
    }
    mem_free(wait);
}

static int begin(struct sails_req *req, const struct request_wait *model)
{
    struct request_wait *wait = mem_alloc(sizeof(*wait));
    int rc = wait != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        *wait = *model;
        wait->req = req;
        wait->job = (struct job){.worker = req->worker, .run = run, .done = done};
        req->wait = wait;
        rc = job_submit(req->service->waiting, &wait->job);
    }
    if (rc < 0) {
        req->wait = NULL;
        mem_free(wait);
    }
    return rc;
}

void request_wait_begin(struct sails_req *req, sails_action function)
{
    int rc = begin(req, &(struct request_wait){.function = function});

    if (rc < 0) {
        log_line(req->service->log, LOG_WARN, "%s %s: %s: answered with 503", sails_req_method(req),
                 req->path, sails_strerror(rc));
        sails_res_send_status(&req->res, 503);
    }
}

int sails_req_work(sails_req *req, sails_req_work_cb work, sails_req_done_cb done_cb, void *ctx)
{
    int rc = 0;

    if (req == NULL || work == NULL || done_cb == NULL) {
        return SAILS_EINVAL;
    }
    if (!worker_is_current(req->worker) || req->wait != NULL || req->res.is_answered) {
        return SAILS_ESTATE;
    }
    rc = begin(req, &(struct request_wait){.work = work, .told = done_cb, .ctx = ctx});
    return rc == SAILS_ECANCELED ? SAILS_ESTATE : rc;
}

bool request_wait_holds(struct sails_req *req, void (*finish)(struct sails_req *req))
{
    if (req->wait == NULL) {
        return false;
    }
    req->wait->finish = finish;
    return true;
}

bool request_wait_is_mine(const struct sails_req *req)
{
    return mine == req;
}

sails_db *sails_req_db(sails_req *req)
{
    struct request_wait *wait = NULL;
    int rc = 0;

    if (req == NULL || !request_wait_is_mine(req) || req->service->models == NULL) {
        return NULL;
    }
    wait = req->wait;
    if (wait->db == NULL) {
        rc = models_lease(req->service->models, &wait->db);
    }
    if (rc < 0) {
        log_line(req->service->log, LOG_ERROR, "%s %s: no connection to a database: %s",
                 sails_req_method(req), req->path, sails_strerror(rc));
        return NULL;
    }
    return wait->db;
}
