#include "request/form.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "http/http.h"
#include "request/request.h"

#include <assert.h>

/*
 *                   +------- file is on the disk, or thrown away -------+
 *                   v                                                   |
 *   form_take --> GOES_ON --file--> WAITS_TO_BE_ASKED --asked--> WAITS_FOR_DISK <--> GOES_ON (data)
 *                   |   +----- somebody has asked before -------------->^
 *                   +--> is_over, or error
 *
 * Nobody of the application is called from here but from mail of its own (on_over): so nothing changes
 * under our feet.
 *
 * I1  The body is paused while the form waits; then `rest` is what http has given us too much.
 * I2  `taker` is in `uploads`, or NULL.
 * I3  Once is_over or error is set, `uploads` is empty.
 */

/* ---- life ---- */

static struct form *retain(struct form *form)
{
    atomic_fetch_add_explicit(&form->refs, 1, memory_order_relaxed);
    return form;
}

static void release(struct form *form)
{
    if (atomic_fetch_sub_explicit(&form->refs, 1, memory_order_acq_rel) > 1) {
        return;
    }
    multipart_deinit(&form->parser);
    form_fields_deinit(&form->fields);
    json_decref(form->passed);
    buf_deinit(&form->rest);
    mem_free(form);
}

enum {
    JSON_DEPTH_MAX = 512 /* as of other bodies */
};

/* Of text, and of values in it, there may be as much as of any other body. */
static int init_parser(struct form *form, struct str content_type)
{
    form->limits = multipart_default_limits;
    form->limits.text = form->req->service->options.max_body;
    form->limits.value = form->limits.text;
    form->fields.json_names = header_list_get(&form->req->headers, STR("x-json-mpu-params"));
    form->fields.limits = (struct json_limits){
        .max_depth = JSON_DEPTH_MAX, .max_values = form->req->service->options.max_body_values};
    return multipart_init(&form->parser, content_type, &form->limits);
}

int form_create(struct sails_req *req, struct str content_type)
{
    struct form *form = mem_calloc(1, sizeof(*form));
    int rc = 0;

    if (form == NULL) {
        return SAILS_ENOMEM;
    }
    atomic_init(&form->refs, 1);
    list_init(&form->uploads);
    form->req = req;
    form->worker = req->worker;
    form->is_over = content_type.ptr == NULL;
    if (!form->is_over) {
        rc = init_parser(form, content_type);
        req->body = rc == 0 ? json_object() : NULL;
        rc = rc == 0 && req->body == NULL ? SAILS_ENOMEM : rc;
    }
    if (rc < 0) {
        release(form);
        return rc;
    }
    req->form = form;
    return 0;
}

static void end_uploads(struct form *form, int err)
{
    form->taker = NULL;
    while (!list_is_empty(&form->uploads)) {
        upload_end(container_of(list_take_first(&form->uploads), struct upload, in_owner), err);
    }
}

void form_abort(struct form *form, int err)
{
    if (form != NULL && !form->is_over && form->error == 0) {
        form->error = err;
        end_uploads(form, err);
    }
}

void form_close(struct form *form)
{
    if (form != NULL) {
        form_abort(form, SAILS_ECLOSED);
        form->req = NULL;
        form->fields.json_names = (struct str){NULL, 0};
        release(form);
    }
}

void form_forget(struct form *form)
{
    if (form != NULL) {
        assert(form->is_over || form->error != 0);
        form_fields_deinit(&form->fields);
        json_decref(form->passed);
        form->passed = NULL;
        buf_deinit(&form->rest);
    }
}

bool form_waits_to_be_asked(const struct form *form)
{
    return form->wait == FORM_WAITS_TO_BE_ASKED;
}

/* ---- fields and files ---- */

static int add_field(struct form *form, const struct multipart_event *event)
{
    json_t *body = form->req->phase != REQUEST_ARRIVING ? NULL : form->req->body;

    return form_fields_add(&form->fields, body, event->name, event->value);
}

static struct upload *find_upload(const struct form *form, struct str field)
{
    list_each(node, &form->uploads) {
        struct upload *upload = container_of(node, struct upload, in_owner);

        if (str_eq(str_from(upload->field), field)) {
            return upload;
        }
    }
    return NULL;
}

/* So that who asks for them later learns that they were there. */
static int note_passed(struct form *form, struct str field)
{
    if (form->passed == NULL) {
        form->passed = json_object();
    }
    if (!utf8_is_valid(str_bytes(field))) {
        return 0; /* no text that anybody could ask for */
    }
    return json_object_setn_new(form->passed, field.ptr, field.len, json_true()) == 0
               ? 0
               : SAILS_ENOMEM;
}

static bool is_asked_for(const struct form *form, const struct upload *upload)
{
    list_each(node, &form->uploads) {
        if (container_of(node, struct upload, in_owner) == upload) {
            return true;
        }
    }
    return false;
}

static void form_check(const struct form *form)
{
    worker_assert_thread(form->worker);
    assert(form->error != 0 || form->rest.len == 0 || form->wait != FORM_GOES_ON); /* I1 */
    assert(form->taker == NULL || is_asked_for(form, form->taker));                /* I2 */
    assert((!form->is_over && form->error == 0) || list_is_empty(&form->uploads)); /* I3 */
    (void)form;
    (void)is_asked_for;
}

/* The file at hand goes to whoever has asked for it, or is thrown away. */
static int begin_file(struct form *form)
{
    const struct multipart_event *file = &form->file;

    form->taker = find_upload(form, file->name);
    if (form->taker == NULL) {
        form->wait = FORM_GOES_ON;
        return note_passed(form, file->name);
    }
    form->wait = FORM_WAITS_FOR_DISK;
    return upload_begin_file(form->taker, file->filename, file->type);
}

static int on_file(struct form *form, const struct multipart_event *event)
{
    form->file = *event;
    if (list_is_empty(&form->uploads)) {
        form->wait = FORM_WAITS_TO_BE_ASKED;
        return 0;
    }
    return begin_file(form);
}

/* Whoever wants to send us what nobody wants is heard out, but not for ever. */
static int throw_away(struct form *form, struct bytes data)
{
    form->n_thrown += data.len;
    return form->n_thrown > form->req->service->options.max_upload ? SAILS_ETOOBIG : 0;
}

static int on_data(struct form *form, struct bytes data)
{
    if (form->taker == NULL) {
        return throw_away(form, data);
    }
    form->wait = FORM_WAITS_FOR_DISK;
    return upload_write(form->taker, data);
}

static int on_file_end(struct form *form)
{
    if (form->taker == NULL) {
        return 0;
    }
    form->wait = FORM_WAITS_FOR_DISK;
    return upload_end_file(form->taker);
}

static int on_event(struct form *form, const struct multipart_event *event)
{
    switch (event->kind) {
    case MULTIPART_FIELD:
        return add_field(form, event);
    case MULTIPART_FILE:
        return on_file(form, event);
    case MULTIPART_DATA:
        return on_data(form, event->data);
    case MULTIPART_FILE_END:
        return on_file_end(form);
    case MULTIPART_MORE:
    case MULTIPART_END:
        return 0;
    }
    return 0;
}

/* Until it has to wait; what is left stays in *in. */
static int advance(struct form *form, struct bytes *in)
{
    struct multipart_event event = {.kind = MULTIPART_END};
    int rc = 0;

    while (rc == 0 && form->wait == FORM_GOES_ON && event.kind != MULTIPART_MORE) {
        rc = multipart_next(&form->parser, in, &event);
        if (rc == 0) {
            rc = on_event(form, &event);
        }
    }
    return rc;
}

/* ---- failing ---- */

static void pause_body(struct form *form, bool paused)
{
    if (form->req != NULL && form->req->exchange != NULL) {
        http_pause(form->req->exchange, paused);
    }
}

/* Reception stops here. The upload whose fault it was learns why, the others that it is over. */
static void fail(struct form *form, int err)
{
    struct upload *culprit = err == SAILS_EPROTO || err == SAILS_ETOOBIG ? NULL : form->taker;

    pause_body(form, true);
    if (culprit != NULL) {
        list_remove(&culprit->in_owner);
        form->taker = NULL;
        upload_end(culprit, err);
        err = SAILS_ECLOSED;
    }
    form_abort(form, err);
}

/* ---- the body ---- */

/* `rc`: of advance(). Reports only what nobody else can be told. */
static int settle(struct form *form, int rc)
{
    if (rc == 0) {
        pause_body(form, form->wait != FORM_GOES_ON);
        form_check(form);
        return 0;
    }
    fail(form, rc);
    form_check(form);
    return form->req->phase != REQUEST_ARRIVING ? 0 : rc;
}

int form_take(struct form *form, struct bytes piece)
{
    struct bytes in = piece;
    int rc = 0;

    if (form->error != 0) {
        return 0;
    }
    rc = advance(form, &in);
    if (rc == 0 && in.len > 0) {
        buf_append(&form->rest, in.ptr, in.len);
        rc = buf_error(&form->rest);
    }
    return settle(form, rc);
}

/* What had been waited for has come. */
static void go_on(struct form *form, int rc)
{
    struct bytes in = buf_bytes(&form->rest);
    size_t n_before = in.len;

    if (form->error != 0 || form->req == NULL) {
        return;
    }
    if (rc == 0) {
        rc = advance(form, &in);
    }
    buf_consume(&form->rest, n_before - in.len);
    (void)settle(form, rc);
}

int form_end(struct form *form)
{
    if (form->error != 0) {
        return 0;
    }
    if (!multipart_is_over(&form->parser)) {
        return settle(form, SAILS_EPROTO);
    }
    end_uploads(form, 0);
    form->is_over = true;
    return 0;
}

/* ---- uploads ---- */

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
    go_on(form, err);
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
    release(form);
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
        go_on(form, begin_file(form));
    }
    release(form);
}

static void decide_later(struct form *form)
{
    if (!form->is_deciding) {
        form->is_deciding = true;
        form->decide.deliver = deliver_decision;
        worker_post(form->worker, &retain(form)->decide);
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
        retain(req->form);
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
