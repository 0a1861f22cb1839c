#include "base/mem.h"
#include "files/file_sender.h"
#include "http/http_file.h"
#include "request/res.h"

#include <errno.h>

/*
 * A file from disk as an answer.
 *
 *   sails_res_send_file --> open_file --file_open--> on_open --+--> HTTP: describe, request_answer,
 *                                                              |          then send_source
 *                                                              +--> socket: on_read, on_read, ...,
 *                                                                           request_answer
 *
 * The head depends on the file, so it is opened before the answer takes its way. Over a socket the whole
 * content is one binary value.
 */
enum {
    /* Over a socket: a quarter of what may wait for one client (sockets.maxQueueSize). */
    SOCKET_FILE_MAX = 1024 * 1024
};

struct res_file {
    struct res_source source;
    struct sails_req *req; /* NULL once it is answered */
    char *folder;          /* that the name cannot leave */
    char *name;
    struct file_folder *opened;
    struct file *file;
    uint64_t size;
    uint64_t offset, length; /* the part that is sent */
    uint64_t max_age_ms;
    bool is_conditional; /* no other status was set: the client's conditions count */
};

static struct res_file *file_of(struct res_source *source)
{
    return container_of(source, struct res_file, source);
}

static void destroy(struct res_file *f)
{
    file_close(f->file);
    file_folder_close(f->opened); /* behind the file: file.h */
    mem_free(f->folder);
    mem_free(f->name);
    mem_free(f);
}

static void drop_source(struct res_source *source)
{
    destroy(file_of(source));
}

/* ---- over HTTP ---- */

static void send_source(struct res_source *source, struct http_exchange *x, unsigned status)
{
    struct res_file *f = file_of(source);

    if (f->length == 0) {
        http_respond(x, status, (struct bytes){NULL, 0});
    } else if (http_begin(x, status, f->length) == 0) {
        if (http_request(x)->method == HTTP_METHOD_HEAD) {
            http_end(x);
        } else {
            file_sender_start(x, f->file, f->offset, f->length);
            f->file = NULL;
        }
    }
    destroy(f);
}

static int set_default(sails_res *res, struct str name, struct str value)
{
    return value.len == 0 || header_list_get(&res->headers, name).ptr != NULL
               ? 0
               : res_set(res, name, value);
}

static int set_cache_control(sails_res *res, uint64_t max_age_ms)
{
    char text[64];

    snprintf(text, sizeof(text), "public, max-age=%llu", (unsigned long long)(max_age_ms / 1000));
    return set_default(res, STR("Cache-Control"), str_from(text));
}

/* What the action has set counts more. 0, SAILS_ENOMEM. */
static int set_headers(struct res_file *f, const struct http_file_answer *found)
{
    sails_res *res = &f->req->res;
    bool has_content = found->status != 304 && found->status != 416;
    int rc = set_default(res, STR("Accept-Ranges"), STR("bytes"));

    rc = rc == 0 ? set_cache_control(res, f->max_age_ms) : rc;
    rc = rc == 0 ? set_default(res, STR("Last-Modified"), str_from(found->last_modified)) : rc;
    rc = rc == 0 ? set_default(res, STR("ETag"), str_from(found->etag)) : rc;
    rc = rc == 0 ? set_default(res, STR("Content-Range"), str_from(found->content_range)) : rc;
    if (!has_content) {
        header_list_remove(&res->headers, STR("content-type"));
    } else if (rc == 0) {
        rc = set_default(res, STR("Content-Type"), http_file_type(str_from(f->name)));
    }
    return rc;
}

/* Which part of the file the client wants, if it is still there to say so. */
static void choose_part(struct res_file *f, const struct file_info *info,
                        struct http_file_answer *out)
{
    const struct sails_req *req = f->req;
    struct http_file file = {.size = info->size, .mtime_ms = info->modified_ms};
    bool asks = req->method == HTTP_METHOD_GET || req->method == HTTP_METHOD_HEAD;

    if (f->is_conditional && asks && req->exchange != NULL) {
        http_file_answer(http_request(req->exchange), &file, out);
        return;
    }
    *out = (struct http_file_answer){
        .status = req->res.status, .length = info->size, .size = info->size};
    http_file_etag(out->etag, &file);
    http_date_format(out->last_modified, info->modified_ms / 1000);
}

static void answer_http(struct res_file *f, const struct file_info *info)
{
    sails_res *res = &f->req->res;
    struct http_file_answer found;
    int rc = 0;

    choose_part(f, info, &found);
    f->offset = found.offset;
    f->length = found.length;
    res->status = found.status;
    rc = set_headers(f, &found);
    if (rc < 0) {
        res_fail(res, rc);
        return;
    }
    res->kind = REQUEST_SOURCE_BODY;
    request_answer(f->req);
}

/* ---- over a socket ---- */

static void refuse(struct res_file *f, const char *why)
{
    sails_res *res = &f->req->res;

    res->is_answered = false;
    sails_res_fail(res, why);
}

static void read_next(struct res_file *f);

static void answer_socket(struct res_file *f)
{
    sails_res *res = &f->req->res;

    res->json = sails_binary(res->text.ptr, res->text.len);
    if (res->json == NULL) {
        res_fail(res, SAILS_ENOMEM);
        return;
    }
    res->kind = REQUEST_JSON_BODY;
    request_answer(f->req);
}

static void on_read(struct file *file, int err, struct shared *chunk, void *ctx)
{
    struct res_file *f = ctx;
    sails_res *res = &f->req->res;

    (void)file;
    if (err < 0) {
        res_fail(res, err);
        return;
    }
    buf_append(&res->text, chunk->data, chunk->len);
    if (buf_error(&res->text) < 0) {
        res_fail(res, SAILS_ENOMEM);
    } else if (chunk->len == 0 || res->text.len >= f->size) {
        answer_socket(f);
    } else {
        read_next(f);
    }
}

static void read_next(struct res_file *f)
{
    sails_res *res = &f->req->res;
    uint64_t left = f->size - res->text.len;
    int rc = file_read(f->file, res->text.len, left < FILE_CHUNK ? (size_t)left : FILE_CHUNK,
                       on_read, f);

    if (rc < 0) {
        res_fail(res, rc);
    }
}

static void collect(struct res_file *f, const struct file_info *info)
{
    f->size = info->size;
    if (info->size > SOCKET_FILE_MAX) {
        refuse(f, "The file is too big for an answer over a socket; it can be had over HTTP.");
    } else if (info->size == 0) {
        answer_socket(f);
    } else {
        read_next(f);
    }
}

/* ---- opening ---- */

static void answer_broken(struct res_file *f, int err)
{
    struct buf why = {0};

    buf_printf(&why, "%s/%s cannot be read: %s", f->folder, f->name, sails_strerror(err));
    buf_append_char(&why, '\0');
    refuse(f, buf_error(&why) == 0 ? why.ptr : sails_strerror(err));
    buf_deinit(&why);
}

static void answer_failure(struct res_file *f, int err)
{
    sails_res *res = &f->req->res;

    header_list_remove(&res->headers, STR("content-disposition"));
    header_list_remove(&res->headers, STR("content-type"));
    switch (file_fault_of(err)) {
    case FILE_MISSING:
        res->is_answered = false;
        sails_res_not_found(res);
        break;
    case FILE_BUSY:
        log_line(f->req->service->log, LOG_ERROR, "%s %s: %s/%s cannot be opened now: %s",
                 sails_req_method(f->req), f->req->path, f->folder, f->name, sails_strerror(err));
        res->is_answered = false;
        sails_res_send_status(res, 503);
        break;
    case FILE_BROKEN:
        answer_broken(f, err);
        break;
    }
}

static void on_open(struct file *file, int err, const struct file_info *info, void *ctx)
{
    struct res_file *f = ctx;

    (void)file;
    if (err < 0) {
        answer_failure(f, err);
    } else if (res_is_socket(&f->req->res)) {
        collect(f, info);
    } else {
        answer_http(f, info);
    }
}

/* A folder is opened without the thread pool: it is a look-up, and reads nothing. */
static void open_file(struct sails_req *req)
{
    struct res_file *f = file_of(req->res.source);
    int rc = file_folder_open(f->folder, &f->opened);

    if (rc == 0) {
        rc = file_open(req->worker, f->opened, f->name, on_open, f, &f->file);
    }
    if (rc < 0) {
        answer_failure(f, rc);
    }
}

/* ---- the names ---- */

/* "a/.b" and "../c": below a root only what is meant to be seen. */
static bool has_hidden_part(struct str name)
{
    struct str part;

    while (str_take_part(&name, '/', &part)) {
        if (part.len > 0 && part.ptr[0] == '.') {
            return true;
        }
    }
    return false;
}

static struct str without_slashes(struct str name)
{
    while (name.len > 0 && name.ptr[0] == '/') {
        name = str_from_offset(name, 1);
    }
    return name;
}

/* Without a root the folder is the path's own: the name in it is one part. */
static void split_path(struct str path, struct str *folder, struct str *name)
{
    size_t at = path.len;

    while (at > 0 && path.ptr[at - 1] != '/') {
        at--;
    }
    *name = str_from_offset(path, at);
    *folder = (struct str){path.ptr, at > 1 ? at - 1 : at};
    if (at == 0) {
        *folder = STR(".");
    }
}

static struct res_file *make_file(struct str folder, struct str name, uint64_t max_age_ms)
{
    struct res_file *f = mem_calloc(1, sizeof(*f));

    if (f == NULL) {
        return NULL;
    }
    f->source = (struct res_source){.send = send_source, .drop = drop_source};
    f->max_age_ms = max_age_ms;
    f->folder = mem_strndup(folder.ptr, folder.len);
    f->name = mem_strndup(name.len > 0 ? name.ptr : "", name.len);
    if (f->folder == NULL || f->name == NULL) {
        destroy(f);
        return NULL;
    }
    return f;
}

static int start(sails_res *res, struct res_file *f, bool is_conditional)
{
    if (f == NULL) {
        return res_fail(res, SAILS_ENOMEM);
    }
    f->req = res_request(res);
    f->is_conditional = is_conditional;
    res->source = &f->source;
    request_resume(f->req, open_file);
    return 0;
}

int sails_res_send_file(sails_res *res, const char *path, const struct sails_file_options *options)
{
    static const struct sails_file_options plain = {0};
    bool is_conditional = res != NULL && (res->status == 0 || res->status == 200);
    struct str folder, name;
    int rc = 0;

    if (res == NULL || path == NULL) {
        return SAILS_EINVAL;
    }
    rc = res_claim(res);
    if (rc < 0) {
        return rc;
    }
    options = options != NULL ? options : &plain;
    if (options->root == NULL) {
        split_path(str_from(path), &folder, &name);
    } else {
        folder = str_from(options->root);
        name = without_slashes(str_from(path));
        if (has_hidden_part(name)) {
            res->is_answered = false;
            return sails_res_not_found(res);
        }
    }
    return start(res, make_file(folder, name, options->max_age_ms), is_conditional);
}
