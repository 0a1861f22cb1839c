#include "request/request_wait.h"

#include "base/macros.h"
#include "base/mem.h"
#include "models/models.h"

#include <assert.h>

struct request_wait {
    struct job job;
    struct sails_req *req;
    sails_action function;
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
    wait->function(req, &req->res);
    mine = NULL;
    if (wait->db != NULL) {
        models_release(req->service->models, wait->db);
        wait->db = NULL;
    }
}

/* On the request's worker. */
static void done(struct job *job, int status)
{
    struct request_wait *wait = container_of(job, struct request_wait, job);
    struct sails_req *req = wait->req;
    void (*finish)(struct sails_req * req) = wait->finish;

    assert(req->wait == wait); /* I1 */
    req->wait = NULL;
    mem_free(wait);
    if (status < 0) {
        sails_res_send_status(&req->res,
                              503); /* the app is being lowered, and no thread has had it */
    } else if (finish != NULL) {
        request_resume(req, finish);
    } else if (req->is_expired) {
        request_drop_views(req);
    }
}

void request_wait_begin(struct sails_req *req, sails_action function)
{
    struct request_wait *wait = mem_calloc(1, sizeof(*wait));
    int rc = wait != NULL ? 0 : SAILS_ENOMEM;

    if (rc == 0) {
        wait->req = req;
        wait->function = function;
        wait->job = (struct job){.worker = req->worker, .run = run, .done = done};
        req->wait = wait;
        rc = job_submit(req->service->waiting, &wait->job);
    }
    if (rc < 0) {
        req->wait = NULL;
        mem_free(wait);
        log_line(req->service->log, LOG_WARN, "%s %s: %s: answered with 503", sails_req_method(req),
                 req->path, sails_strerror(rc));
        sails_res_send_status(&req->res, 503);
    }
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
