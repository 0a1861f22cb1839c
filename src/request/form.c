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

struct form *form_retain(struct form *form)
{
    atomic_fetch_add_explicit(&form->refs, 1, memory_order_relaxed);
    return form;
}

void form_release(struct form *form)
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
        form_release(form);
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
        form_release(form);
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

int form_begin_file(struct form *form)
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
    return form_begin_file(form);
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

void form_go_on(struct form *form, int rc)
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
