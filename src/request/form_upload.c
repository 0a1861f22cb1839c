#include "base/mem.h"
#include "request/form.h"
#include "request/request.h"

/*
 * `include/sails/upload.h`: who asks for files is told by mail, on the request's worker, and joins those whom the
 * form has files for.
 */

/* ---- what uploads say ---- */

/* A big file on a thin line takes longer than an answer may: what counts is that it gets on. */
static void restart_time_limit(struct form *form)
{
    struct sails_req *req = form->req;

    if (req != NULL && deadline_is_running(&req->deadline)) {
        request_restart_timeout(req);
    }
}

static void on_disk_ready(struct upload *upload, int err)
{
    struct form *form = upload->owner;

    restart_time_limit(form);
    form->wait = FORM_GOES_ON;
    form_go_on(form, err);
}

static void show_late_fields(struct form *form)
{
    struct sails_req *req = form->req;

    if (form_fields_flush(&form->fields, req->body, req->all_params, req->params) < 0) {
        log_line(req->service->log, LOG_ERROR, "%s %s: no memory for the fields behind its files",
                 sails_req_method(req), req->path);
    }
}

static void on_over(struct upload *upload)
{
    struct form *form = upload->owner;
    struct sails_req *req = form->req;
    json_t *result = upload_result(upload);

    if (req != NULL) {
        if (!req->is_expired) {
            show_late_fields(form);
        }
        request_enter(req);
    }
    upload->done(req, upload->err, result, upload->ctx);
    if (req != NULL) {
        request_leave(req);
    }
    json_decref(result);
    upload_destroy(upload);
    form_release(form);
}

static const struct upload_events upload_events = {
    .on_ready = on_disk_ready,
    .on_over = on_over,
};

/* The mail of all who have asked in the same turn as the first has arrived. */
static void deliver_decision(struct worker *worker, struct mail *mail)
{
    struct form *form = container_of(mail, struct form, decide);

    (void)worker;
    form->is_deciding = false;
    if (form->wait == FORM_WAITS_TO_BE_ASKED && form->error == 0) {
        form_go_on(form, form_begin_file(form));
    }
    form_release(form);
}

static void decide_later(struct form *form)
{
    if (!form->is_deciding) {
        form->is_deciding = true;
        form->decide.deliver = deliver_decision;
        worker_post(form->worker, &form_retain(form)->decide);
    }
}

static void add_upload(struct form *form, struct upload *upload)
{
    if (form->error != 0 || form->req == NULL) {
        upload_end(upload, form->error != 0 ? form->error : SAILS_ECLOSED);
        return;
    }
    if (json_object_get(form->passed, upload->field) != NULL) {
        upload->is_late = true;
        upload_end(upload, SAILS_ETIMEOUT);
        return;
    }
    if (form->is_over) {
        upload_end(upload, 0);
        return;
    }
    list_append(&form->uploads, &upload->in_owner);
    if (form->wait == FORM_WAITS_TO_BE_ASKED) {
        decide_later(form);
    }
}

static void deliver_question(struct worker *worker, struct mail *mail)
{
    struct upload *upload = container_of(mail, struct upload, mail);

    (void)worker;
    add_upload(upload->owner, upload);
}

/* ---- the application's side ---- */

static int create_upload(sails_req *req, struct upload_request *request)
{
    struct upload *upload = NULL;
    int rc = 0;

    if (request->options.dirname == NULL) {
        request->options.dirname = req->service->options.upload_dir;
    }
    if (request->options.max_bytes == 0) {
        request->options.max_bytes = req->service->options.max_upload;
    }
    rc = upload_create(req->worker, request, &upload_events, req->form, &upload);
    if (rc == 0) {
        form_retain(req->form);
        upload->mail.deliver = deliver_question;
        worker_post(req->worker, &upload->mail);
    }
    return rc;
}

int sails_req_upload(sails_req *req, const char *field, const struct sails_upload_options *options,
                     sails_upload_cb done, void *ctx)
{
    struct upload_request request = {.field = field, .done = done, .ctx = ctx};

    if (req == NULL || field == NULL || done == NULL) {
        return SAILS_EINVAL;
    }
    if (req->transport->is_socket) {
        sails_res_status(&req->res, 500);
        sails_res_send(&req->res, "Streaming file uploads via `req.file()` are only available over "
                                  "HTTP with Skipper.");
        return SAILS_ESTATE;
    }
    if (req->res.is_answered || req->body == NULL) {
        return SAILS_ESTATE;
    }
    if (options != NULL) {
        request.options = *options;
    }
    if (req->form == NULL && form_create(req, (struct str){NULL, 0}) < 0) {
        return SAILS_ENOMEM;
    }
    return create_upload(req, &request);
}
